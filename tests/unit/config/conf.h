// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What the tests of the configuration share: sample files, files in memory, and ways to look.

#include "config/access.h"
#include "config/load.h"
#include "edge/files.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace timeball::config {

inline std::string slurp(const std::string& path)
{
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

inline std::string sample(const std::string& name)
{
    return slurp(TEST_DATA "/conf/" + name);
}

// A build that has everything, so that tests of words do not speak of features.
inline constexpr std::string_view all_drivers[]
    = {"local", "nmea", "pps", "shm", "gpsd", "phc", "sock", "ptp"};
inline constexpr Build complete_build{.drivers = all_drivers,
    .has_nts = true,
    .has_interleaved_mode = true,
    .has_remote_changes = true};

inline Loaded parsed(std::string_view ntp_conf, std::string_view timeball_conf = "")
{
    return load_text(ntp_conf, timeball_conf, {}, complete_build);
}

// Files that are a map.
class MemoryFiles final : public Files {
public:
    std::map<std::string, std::string> content;

    Result<std::string, std::error_code> read(const std::string& path) override
    {
        if (const auto found = content.find(path); found != content.end())
            return found->second;
        return unexpected(std::make_error_code(
            is_directory(path) ? std::errc::is_a_directory : std::errc::no_such_file_or_directory));
    }
    Result<void, std::error_code> replace(const std::string& path, std::string_view text) override
    {
        content[path] = text;
        return {};
    }
    Result<void, std::error_code> append(const std::string& path, std::string_view line) override
    {
        content[path] += line;
        return {};
    }
    Result<void, std::error_code> link(const std::string& path, const std::string& link) override
    {
        content[link] = content[path];
        return {};
    }
    Result<std::vector<std::string>, std::error_code> list(
        const std::string& directory, std::string_view suffix) override
    {
        std::vector<std::string> names;
        for (const auto& [name, text] : content)
            if (name.starts_with(directory + "/") && name.ends_with(suffix))
                names.push_back(name);
        return names;
    }
    bool is_directory(const std::string& path) override
    {
        return std::any_of(content.begin(), content.end(),
            [&](const auto& file) { return file.first.starts_with(path + "/"); });
    }
};

inline std::string all(const std::vector<Diagnostic>& diagnostics)
{
    std::string text;
    for (const Diagnostic& d : diagnostics)
        text += to_string(d) + "\n";
    return text;
}

inline int count(const std::vector<Diagnostic>& diagnostics, Diagnostic::Severity severity)
{
    return static_cast<int>(std::count_if(diagnostics.begin(), diagnostics.end(),
        [&](const Diagnostic& d) { return d.severity == severity; }));
}

// "10.0.0.0 mask 255.0.0.0 nomodify", one a line: the access list as restrict lines would say it.
inline std::string access_list(const LiveConfig& live)
{
    std::string text;
    for (const RestrictEntry& e : live.restrictions) {
        if (e.is_source_template)
            text += "source";
        else
            text += to_string(e.address) + " mask " + to_string(e.mask);
        text += e.ntpport ? " ntpport" : "";
        const std::string flags = flag_words(e.flags);
        text += (flags.empty() ? "" : " ") + flags + "\n";
    }
    return text;
}

inline const SourceConfig& source(const Loaded& loaded, const std::string& host)
{
    static const SourceConfig none;
    for (const SourceConfig& s : loaded.config.live.sources)
        if (s.host == host)
            return s;
    return none;
}

} // namespace timeball::config
