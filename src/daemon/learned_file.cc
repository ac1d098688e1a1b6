// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What the engine has learned, as text: a line for the oscillator, one for each path.

#include "daemon/learned_file.h"

#include <cmath>
#include <sstream>

#include <fmt/format.h>

namespace timeball::daemon {

namespace {

constexpr std::string_view first_line = "timeball learned 1";
constexpr double longest = 16; // s
constexpr double strongest = 1e4; // evidence
constexpr std::size_t most_beliefs = 64, most_paths = 1000;

bool read_wander(std::istringstream& words, sync::Learned& learned)
{
    double evidence;
    while (words >> evidence) {
        if (!(std::fabs(evidence) < strongest) || learned.wander.size() == most_beliefs)
            return false;
        learned.wander.push_back(evidence);
    }
    return words.eof();
}

bool read_path(std::istringstream& words, sync::Learned& learned)
{
    std::uint32_t server;
    double least, wait;
    std::string more;
    if (!(words >> std::hex >> server >> least >> wait) || words >> more
        || learned.paths.size() == most_paths)
        return false;
    if (!(least > 0 && least < longest && wait >= 0 && wait < longest))
        return false;
    learned.paths.push_back({ReferenceId{server}, Seconds{least}, Seconds{wait}});
    return true;
}

} // namespace

std::string learned_path(const std::string& driftfile)
{
    return driftfile.empty() ? driftfile : driftfile + ".learned";
}

std::string format_learned(const sync::Learned& learned)
{
    std::string text = fmt::format("{}\nwander", first_line);
    for (const double evidence : learned.wander)
        text += fmt::format(" {:.4f}", evidence);
    text += '\n';
    for (const auto& path : learned.paths)
        text += fmt::format("path {:08x} {:.9f} {:.9f}\n", path.server.value, path.least.count(),
            path.wait.count());
    return text;
}

std::optional<sync::Learned> parse_learned(std::string_view text)
{
    std::istringstream lines{std::string{text}};
    std::string line;
    if (!std::getline(lines, line) || line != first_line)
        return std::nullopt;
    sync::Learned learned;
    while (std::getline(lines, line)) {
        std::istringstream words{line};
        std::string what;
        words >> what;
        const bool is_good = what == "wander" ? read_wander(words, learned)
            : what == "path"                  ? read_path(words, learned)
                                              : false;
        if (!is_good)
            return std::nullopt;
    }
    return learned;
}

} // namespace timeball::daemon
