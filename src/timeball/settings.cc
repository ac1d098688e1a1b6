// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "timeball/settings.h"

#include <array>
#include <cmath>
#include <fmt/format.h>
#include <libconfig.h>

namespace timeball::console {

namespace {

using Fault = std::string;
using Outcome = Result<void, Fault>;

struct Library {
    Library() { config_init(&config); }
    ~Library() { config_destroy(&config); }
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;
    config_t config;
};

Fault at(const config_setting_t* setting, const std::string& words)
{
    return fmt::format("{}: {}", config_setting_source_line(setting), words);
}

std::optional<double> number(const config_setting_t* setting)
{
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        return static_cast<double>(config_setting_get_int64(setting));
    case CONFIG_TYPE_FLOAT:
        return config_setting_get_float(setting);
    default:
        return std::nullopt;
    }
}

Outcome read_level(std::optional<double>& level, const config_setting_t* setting)
{
    const auto value = number(setting);
    if (!value || !(*value > 0))
        return unexpected(at(setting,
            fmt::format("'{}' wants a number greater than 0", config_setting_name(setting))));
    level = *value;
    return {};
}

struct Known {
    std::string_view name;
    Threshold Thresholds::*threshold;
};
constexpr std::array<Known, 7> known{{{"offset", &Thresholds::offset},
    {"jitter", &Thresholds::jitter}, {"error_bound", &Thresholds::error_bound},
    {"missed_polls", &Thresholds::missed}, {"stratum", &Thresholds::stratum},
    {"requests", &Thresholds::requests}, {"limited", &Thresholds::limited}}};

Outcome read_threshold(Threshold& threshold, const config_setting_t* group)
{
    for (int i = 0; i < config_setting_length(group); ++i) {
        const config_setting_t* setting = config_setting_get_elem(group, static_cast<unsigned>(i));
        const std::string_view name = config_setting_name(setting);
        if (name != "caution" && name != "bad")
            return unexpected(
                at(setting, fmt::format("'{}' is not a level; caution and bad are", name)));
        const auto fine = read_level(name == "bad" ? threshold.bad : threshold.caution, setting);
        if (!fine)
            return fine;
    }
    if (threshold.caution && threshold.bad && *threshold.caution > *threshold.bad)
        return unexpected(
            at(group, fmt::format("caution of '{}' comes after bad", config_setting_name(group))));
    return {};
}

Outcome read_thresholds(Thresholds& thresholds, const config_setting_t* group)
{
    if (!config_setting_is_group(group))
        return unexpected(at(group, "'thresholds' wants a group, { ... }"));
    for (int i = 0; i < config_setting_length(group); ++i) {
        const config_setting_t* setting = config_setting_get_elem(group, static_cast<unsigned>(i));
        const std::string_view name = config_setting_name(setting);
        const Known* found = nullptr;
        for (const Known& candidate : known)
            found = candidate.name == name ? &candidate : found;
        if (!found)
            return unexpected(at(setting, fmt::format("'{}' is not a threshold", name)));
        if (!config_setting_is_group(setting))
            return unexpected(at(
                setting, fmt::format("'{}' wants a group, {{ caution = ...; bad = ...; }}", name)));
        if (const auto fine = read_threshold(thresholds.*found->threshold, setting); !fine)
            return fine;
    }
    return {};
}

Outcome read_hosts(std::vector<std::string>& hosts, const config_setting_t* list)
{
    const auto refuse
        = [&] { return unexpected(at(list, "'hosts' wants a list of names, ( \"a\", \"b\" )")); };
    if (!config_setting_is_list(list) && !config_setting_is_array(list))
        return refuse();
    for (int i = 0; i < config_setting_length(list); ++i) {
        const char* host = config_setting_get_string_elem(list, i);
        if (!host || *host == '\0')
            return refuse();
        hosts.emplace_back(host);
    }
    return {};
}

Outcome read_flag(bool& flag, const config_setting_t* setting)
{
    if (config_setting_type(setting) != CONFIG_TYPE_BOOL)
        return unexpected(
            at(setting, fmt::format("'{}' wants true or false", config_setting_name(setting))));
    flag = config_setting_get_bool(setting) != 0;
    return {};
}

Outcome read_setting(Settings& settings, const config_setting_t* setting)
{
    const std::string_view name = config_setting_name(setting);
    if (name == "hosts")
        return read_hosts(settings.hosts, setting);
    if (name == "thresholds")
        return read_thresholds(settings.thresholds, setting);
    if (name == "numeric")
        return read_flag(settings.is_numeric, setting);
    if (name == "ascii")
        return read_flag(settings.is_ascii, setting);
    if (name == "bell")
        return read_flag(settings.thresholds.rings_bell, setting);
    if (name == "interval") {
        const auto seconds = number(setting);
        if (!seconds || *seconds < 0.1 || *seconds > 3600)
            return unexpected(at(setting, "'interval' wants 0.1 to 3600 seconds"));
        settings.interval = rounded(Seconds{*seconds});
        return {};
    }
    if (name == "command") {
        const char* command = config_setting_get_string(setting);
        if (!command)
            return unexpected(at(setting, "'command' wants text in quotes"));
        settings.thresholds.command = command;
        return {};
    }
    return unexpected(at(setting, fmt::format("'{}' is not a setting", name)));
}

} // namespace

Result<Settings, std::string> parse_settings(const std::string& text)
{
    Library library;
    if (config_read_string(&library.config, text.c_str()) == CONFIG_FALSE)
        return unexpected(fmt::format(
            "{}: {}", config_error_line(&library.config), config_error_text(&library.config)));
    Settings settings;
    const config_setting_t* root = config_root_setting(&library.config);
    for (int i = 0; i < config_setting_length(root); ++i)
        if (const auto fine
            = read_setting(settings, config_setting_get_elem(root, static_cast<unsigned>(i)));
            !fine)
            return unexpected(fine.error());
    return settings;
}

} // namespace timeball::console
