// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// timeball.conf, read with libconfig.

#include "config/timeball_conf.h"

#include "base/handle.h"
#include "config/directives.h"
#include "config/suggest.h"

#include <fmt/format.h>
#include <libconfig.h>

#include <algorithm>
#include <array>

namespace timeball::config {

namespace {

using Setting = Word<Config>;

constexpr auto settings = std::to_array<Setting>({
    {{"timeball.conf", "clock", Type::text, 0, 0, "kernel", "name",
         "The clock that is steered: kernel is the machine's, software one of the program's own, "
         "none nobody's."},
        nullptr},
    {{"timeball.conf", "workers", Type::integer, -1, 1024, "-1", "threads",
         "Threads that answer; 0 answers in the main thread, -1 takes one for each core, at most "
         "eight."},
        [](Config& config, const Value& value) { config.live.serve.workers = value.integer(); }},
    {{"timeball.conf", "pin_workers", Type::boolean, 0, 1, "false", "",
         "Bind each worker to a processor core of its own."},
        [](Config& config, const Value& value) {
            config.live.serve.pins_workers = value.is_true();
        }},
    {{"timeball.conf", "busy_poll", Type::integer, 0, 1000, "0", "microseconds",
         "How long a worker that has answered looks for more before it sleeps; 0 sleeps at "
         "once."},
        [](Config& config, const Value& value) {
            config.live.serve.busy_poll = std::chrono::microseconds{value.integer()};
        }},
    {{"timeball.conf", "max_rate", Type::number, 0, 1e9, "0", "answers per second",
         "At most so many answers leave; who has asked before goes first. 0 sets no bound."},
        [](Config& config, const Value& value) { config.live.serve.max_rate = value.number; }},
    {{"timeball.conf", "v4_prefix", Type::integer, 8, 32, "32", "bits",
         "IPv4 addresses that have so many first bits in common are one client to the limits."},
        [](Config& config, const Value& value) { config.live.limit.v4_prefix = value.integer(); }},
    {{"timeball.conf", "port", Type::integer, 1, 65535, "123", "", "UDP port to answer on."},
        [](Config& config, const Value& value) {
            config.start.port = static_cast<std::uint16_t>(value.number);
        }},
    {{"timeball.conf", "extra_port", Type::integer, 0, 65535, "0", "",
         "A second UDP port to answer on; 0 is none."},
        [](Config& config, const Value& value) {
            config.start.extra_port = static_cast<std::uint16_t>(value.number);
        }},
    {{"timeball.conf", "xdp", Type::text, 0, 0, "", "interfaces",
         "Network interfaces on which plain requests are answered within the kernel, by an XDP "
         "program: one name, or a list of them."},
        nullptr},
    {{"timeball.conf", "sandbox", Type::boolean, 0, 1, "true", "",
         "Confine the process to the system calls it needs."},
        [](Config& config, const Value& value) { config.start.sandbox = value.is_true(); }},
    {{"timeball.conf", "high_priority", Type::boolean, 0, 1, "false", "",
         "Run at high priority, with memory locked."},
        [](Config& config, const Value& value) { config.start.high_priority = value.is_true(); }},
    {{"timeball.conf", "user", Type::text, 0, 0, "", "name", "Run as this user."},
        [](Config& config, const Value& value) { config.start.user = value.text; }},
    {{"timeball.conf", "group", Type::text, 0, 0, "", "name", "Run as this group."},
        [](Config& config, const Value& value) { config.start.group = value.text; }},
    {{"timeball.conf", "software_clock", Type::special, 0, 0, "", "",
         "A group: how wrong a software clock starts, for demonstrations."},
        nullptr},
});

constexpr auto software_clock_settings = std::to_array<Setting>({
    {{"software_clock", "offset", Type::number, -1e10, 1e10, "0", "s",
         "Added to the system's time at the start."},
        [](Config& config, const Value& value) {
            config.start.software_clock.offset = Seconds{value.number};
        }},
    {{"software_clock", "frequency", Type::number, -500, 500, "0", "ppm",
         "Error of its oscillator."},
        [](Config& config, const Value& value) {
            config.start.software_clock.frequency = Frequency::ppm(value.number);
        }},
    {{"software_clock", "jitter", Type::number, 0, 10, "0", "s", "Noise of each reading."},
        [](Config& config, const Value& value) {
            config.start.software_clock.jitter = Seconds{value.number};
        }},
});

struct LibraryConfig {
    LibraryConfig() { config_init(&config); }
    ~LibraryConfig() { config_destroy(&config); }
    LibraryConfig(const LibraryConfig&) = delete;
    LibraryConfig& operator=(const LibraryConfig&) = delete;
    config_t config;
};

class Reader {
public:
    Reader(Draft& draft, const std::string& file) : draft_{draft}, file_{file} { }

    void read(const config_setting_t* group, std::string_view scope, std::span<const Setting> known)
    {
        for (int i = 0; i < config_setting_length(group); ++i)
            read_setting(config_setting_get_elem(group, static_cast<unsigned>(i)), scope, known);
    }

    void tell(Diagnostic::Severity severity, int line, std::string text)
    {
        draft_.diagnostics.push_back({severity, file_, line, 0, std::move(text)});
    }

private:
    void warn(const config_setting_t* setting, std::string text)
    {
        tell(Diagnostic::Severity::warning, static_cast<int>(config_setting_source_line(setting)),
            std::move(text));
    }

    void read_setting(
        const config_setting_t* setting, std::string_view scope, std::span<const Setting> known)
    {
        const std::string name = config_setting_name(setting);
        const auto found = std::find_if(
            known.begin(), known.end(), [&](const Setting& s) { return s.option.name == name; });
        if (found == known.end()) {
            const auto meant = suggestion(name, names_of(scope));
            return warn(setting,
                fmt::format("{} is not a setting of {}{}; it was skipped", quoted(name), scope,
                    meant.empty() ? "" : fmt::format(" (did you mean '{}'?)", meant)));
        }
        if (found->option.type == Type::special) {
            if (config_setting_is_group(setting))
                return read(setting, found->option.name, software_clock_settings);
            return warn(
                setting, fmt::format("'{}' wants a group, {{ ... }}; it was skipped", name));
        }
        if (name == "xdp")
            return read_names(setting, draft_.config.start.xdp);
        const auto value = value_of(setting, found->option);
        if (!value)
            return warn(setting,
                fmt::format("'{}' wants {}; it was skipped", name, allowed(found->option)));
        if (name == "clock")
            return read_clock(setting, value->text);
        found->set(draft_.config, bounded(setting, found->option, *value));
    }

    static std::optional<Value> value_of(const config_setting_t* setting, const Option& option)
    {
        Value value;
        const int type = config_setting_type(setting);
        const bool is_whole = type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64;
        if (option.type == Type::text && type == CONFIG_TYPE_STRING)
            value.text = config_setting_get_string(setting);
        else if (option.type == Type::boolean && type == CONFIG_TYPE_BOOL)
            value.number = config_setting_get_bool(setting);
        else if ((option.type == Type::integer || option.type == Type::number) && is_whole)
            value.number = static_cast<double>(config_setting_get_int64(setting));
        else if (option.type == Type::number && type == CONFIG_TYPE_FLOAT)
            value.number = config_setting_get_float(setting);
        else
            return std::nullopt;
        return value;
    }

    Value bounded(const config_setting_t* setting, const Option& option, Value value)
    {
        if (option.type != Type::integer && option.type != Type::number)
            return value;
        const double clamped = std::clamp(value.number, option.least, option.most);
        if (clamped != value.number)
            warn(setting,
                fmt::format("'{}' wants {}, not {:g}; {:g} is taken", option.name, allowed(option),
                    value.number, clamped));
        value.number = clamped;
        return value;
    }

    void read_clock(const config_setting_t* setting, const std::string& name)
    {
        ClockChoice& clock = draft_.config.start.clock;
        if (name == "kernel")
            clock = ClockChoice::kernel;
        else if (name == "software")
            clock = ClockChoice::software;
        else if (name == "none")
            clock = ClockChoice::none;
        else // the machine's clock must not be steered because of a typing mistake
            tell(Diagnostic::Severity::error, static_cast<int>(config_setting_source_line(setting)),
                fmt::format(
                    "'clock' wants \"kernel\", \"software\" or \"none\", not {}", quoted(name)));
    }

    void read_names(const config_setting_t* setting, std::vector<std::string>& names)
    {
        std::vector<const char*> found{config_setting_get_string(setting)};
        if (config_setting_is_aggregate(setting)) {
            found.clear();
            for (int i = 0; i < config_setting_length(setting); ++i)
                found.push_back(config_setting_get_string_elem(setting, i));
        }
        if (std::find(found.begin(), found.end(), nullptr) != found.end()
            || config_setting_is_group(setting))
            return warn(setting,
                fmt::format("'{}' wants a name in quotes, or a list of them: [ \"eth0\", "
                            "\"eth1\" ]; it was skipped",
                    config_setting_name(setting)));
        names.assign(found.begin(), found.end());
    }

    Draft& draft_;
    const std::string& file_;
};

} // namespace

void read_timeball_conf(Draft& draft, const std::string& text, const std::string& file)
{
    Reader reader{draft, file};
    // The library would open the file by itself, behind everybody's back.
    if (const auto at = text.find("@include"); at != text.npos) {
        const auto line = std::count(text.begin(), text.begin() + static_cast<long>(at), '\n') + 1;
        reader.tell(Diagnostic::Severity::error, static_cast<int>(line),
            "'@include' is not supported; nothing of this file was applied");
        return;
    }
    LibraryConfig library;
    if (config_read_string(&library.config, text.c_str()) != CONFIG_TRUE) {
        reader.tell(Diagnostic::Severity::error, config_error_line(&library.config),
            fmt::format(
                "{}; nothing of this file was applied", config_error_text(&library.config)));
        return;
    }
    reader.read(config_root_setting(&library.config), "timeball.conf", settings);
}

void list_timeball_options(std::vector<Option>& table)
{
    append(table, settings);
    append(table, software_clock_settings);
}

} // namespace timeball::config
