// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The daemon's command line, from one table of options.

#include "config/command_line.h"

#include "config/options.h"
#include "config/suggest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace timeball::config {

namespace {

// What an option does with its value; a text says what is wrong with it.
using Setter = std::string (*)(CommandLine&, const std::string& value);

struct Flag {
    char letter; // 0: none
    std::string_view name;
    std::string_view argument; // empty: takes none
    std::string_view meaning;
    Setter set;
};

template <bool CommandLine::*member>
std::string on(CommandLine& line, const std::string&)
{
    line.*member = true;
    return {};
}

template <std::optional<std::string> CommandLine::*member>
std::string text(CommandLine& line, const std::string& value)
{
    line.*member = value;
    return {};
}

template <std::string CommandLine::*member>
std::string path(CommandLine& line, const std::string& value)
{
    line.*member = value;
    return value.empty() ? "wants the path of a file" : "";
}

std::optional<int> whole(const std::string& value, int least, int most)
{
    const auto number = parse_number(value);
    if (!number.is_integer || number.value < least || number.value > most)
        return std::nullopt;
    return static_cast<int>(number.value);
}

template <std::optional<int> CommandLine::*member, int least, int most>
std::string number(CommandLine& line, const std::string& value)
{
    line.*member = whole(value, least, most);
    if (line.*member)
        return {};
    return fmt::format("wants a whole number from {} to {}", least, most);
}

template <std::optional<Seconds> CommandLine::*member>
std::string seconds(CommandLine& line, const std::string& value)
{
    const auto count = parse_number(value);
    if (!count.is_valid || count.value < 0 || count.value > 1e9)
        return "wants a number of seconds";
    line.*member = Seconds{count.value};
    return {};
}

std::string set_user(CommandLine& line, const std::string& value)
{
    const auto colon = value.find_first_of(":.");
    line.user = value.substr(0, colon);
    line.group = colon == value.npos ? "" : value.substr(colon + 1);
    return line.user.empty() ? "wants user or user:group" : "";
}

std::string set_trusted(CommandLine& line, const std::string& value)
{
    const auto id = whole(value, 1, 65535);
    if (!id)
        return "wants a key from 1 to 65535";
    line.trusted_keys.push_back({static_cast<std::uint32_t>(*id)});
    return {};
}

std::string add_interfaces(CommandLine& line, const std::string& value)
{
    for (std::size_t at = 0; at <= value.size();) {
        const auto end = std::min(value.find(',', at), value.size());
        if (end > at)
            line.interfaces.push_back(value.substr(at, end - at));
        at = end + 1;
    }
    return line.interfaces.empty() ? "wants the name or address of an interface" : "";
}

std::string set_clock(CommandLine& line, const std::string& value)
{
    if (value == "kernel")
        line.clock = ClockChoice::kernel;
    else if (value == "software")
        line.clock = ClockChoice::software;
    else if (value == "none")
        line.clock = ClockChoice::none;
    else
        return "wants kernel, software or none";
    return {};
}

std::string set_port(CommandLine& line, const std::string& value)
{
    const auto port = whole(value, 1, 65535);
    if (!port)
        return "wants a port from 1 to 65535";
    line.port = static_cast<std::uint16_t>(*port);
    return {};
}

std::string set_priority(CommandLine& line, const std::string& value)
{
    line.high_priority = true;
    return whole(value, -100, 100) ? "" : "wants a whole number";
}

std::string set_sandbox(CommandLine& line, const std::string& value)
{
    if (value != "on" && value != "off")
        return "wants on or off";
    line.sandbox = value == "on";
    return {};
}

std::string add_debug(CommandLine& line, const std::string&)
{
    ++line.debug;
    return {};
}

std::string set_debug(CommandLine& line, const std::string& value)
{
    const auto level = whole(value, 0, 100);
    line.debug = level.value_or(0);
    return level ? "" : "wants a level from 0 to 100";
}

constexpr auto flags = std::to_array<Flag>({
    {'4', "ipv4", "", "use IPv4 only", on<&CommandLine::only_ipv4>},
    {'6', "ipv6", "", "use IPv6 only", on<&CommandLine::only_ipv6>},
    {'c', "configfile", "file", "read this instead of /etc/ntp.conf", path<&CommandLine::ntp_conf>},
    {'C', "timeball-conf", "file", "read this instead of /etc/timeball.conf",
        path<&CommandLine::timeball_conf>},
    {'f', "driftfile", "file", "keep the clock's frequency there", text<&CommandLine::driftfile>},
    {'g', "panicgate", "", "let the first offset be of any size", on<&CommandLine::may_panic_once>},
    {'G', "force-step-once", "", "step at the start, however small the offset",
        on<&CommandLine::steps_at_start>},
    {'q', "quit", "", "set the clock once and end", on<&CommandLine::quits_when_set>},
    {'x', "slew", "", "step only beyond 600 s", on<&CommandLine::slews>},
    {'w', "wait-sync", "seconds",
        "wait so long for the first synchronization before the parent ends",
        seconds<&CommandLine::wait_for_sync>},
    {'n', "nofork", "", "stay in the foreground", on<&CommandLine::stays_in_foreground>},
    {'d', "debug", "", "say more, and stay in the foreground", add_debug},
    {'D', "set-debug-level", "level", "say so much more", set_debug},
    {'p', "pidfile", "file", "write the process number there", text<&CommandLine::pidfile>},
    {'l', "logfile", "file", "write messages there", text<&CommandLine::logfile>},
    {'s', "statsdir", "directory", "write statistics there", text<&CommandLine::statsdir>},
    {'k', "keyfile", "file", "read the symmetric keys there", text<&CommandLine::keysfile>},
    {'t', "trustedkey", "key", "trust this key", set_trusted},
    {'u', "user", "user[:group]", "run as this user", set_user},
    {'i', "jaildir", "directory", "change the root directory to this", text<&CommandLine::jaildir>},
    {'I', "interface", "interface", "listen there only; name or address", add_interfaces},
    {'L', "novirtualips", "", "leave out interfaces with a colon in their name",
        on<&CommandLine::ignores_virtual_interfaces>},
    {'U', "updateinterval", "seconds", "time between looks at the interfaces; 0 is never",
        seconds<&CommandLine::interface_interval>},
    {'N', "nice", "", "run at high priority", on<&CommandLine::high_priority>},
    {'P', "priority", "number", "as -N; the number is not used", set_priority},
    {0, "clock", "kernel|software|none", "the clock that is steered", set_clock},
    {0, "workers", "number", "threads that answer; 0: none of their own",
        number<&CommandLine::workers, 0, 1024>},
    {0, "port", "port", "answer on this UDP port instead of 123", set_port},
    {0, "record", "file", "write all that happens there, to be replayed",
        path<&CommandLine::recording>},
    {0, "takeover", "", "go on in the place of the timeballd that runs",
        on<&CommandLine::takes_over>},
    {0, "sandbox", "on|off", "confine the process to the system calls it needs", set_sandbox},
    {0, "check", "", "say what is wrong with the configuration, and end", on<&CommandLine::checks>},
    {'V', "version", "", "say which version this is, and end", on<&CommandLine::wants_version>},
    {'h', "help", "", "say this, and end", on<&CommandLine::wants_help>},
});

class Parser {
public:
    explicit Parser(std::span<const char* const> arguments) : rest_{arguments} { }

    Arguments parse()
    {
        while (const auto argument = next()) {
            if (only_servers_ || argument->empty() || argument->front() != '-' || *argument == "-")
                result_.options.servers.emplace_back(*argument);
            else if (*argument == "--")
                only_servers_ = true;
            else if (argument->starts_with("--"))
                read_long(argument->substr(2));
            else
                read_short(argument->substr(1));
        }
        if (result_.options.only_ipv4 && result_.options.only_ipv6)
            fault("-4 and -6 exclude each other");
        return std::move(result_);
    }

private:
    std::optional<std::string_view> next()
    {
        if (rest_.empty() || rest_.front() == nullptr)
            return std::nullopt;
        const std::string_view argument = rest_.front();
        rest_ = rest_.subspan(1);
        return argument;
    }

    void fault(std::string text)
    {
        result_.diagnostics.push_back({Diagnostic::Severity::error, "", 0, 0, std::move(text)});
    }

    void carry_out(const Flag& flag, std::string_view said, std::optional<std::string_view> value)
    {
        if (flag.argument.empty() && value)
            return fault(fmt::format("option '{}' takes no value", said));
        if (!flag.argument.empty() && !value) {
            value = next();
            if (!value)
                return fault(fmt::format("option '{}' wants a value: {}", said, flag.argument));
        }
        const std::string given{value.value_or("")};
        if (const auto wrong = flag.set(result_.options, given); !wrong.empty())
            fault(fmt::format("option '{}' {}, not {}", said, wrong, quoted(given)));
    }

    void read_short(std::string_view letters)
    {
        while (!letters.empty()) {
            const char letter = letters.front() == '?' ? 'h' : letters.front();
            letters.remove_prefix(1);
            const auto* flag = std::find_if(
                flags.begin(), flags.end(), [&](const Flag& f) { return f.letter == letter; });
            if (flag == flags.end())
                return fault(
                    fmt::format("there is no option {}", quoted(std::string{'-', letter})));
            std::optional<std::string_view> value;
            if (!flag->argument.empty() && !letters.empty()) {
                value = letters;
                letters = {};
            }
            carry_out(*flag, std::string{'-', letter}, value);
        }
    }

    void read_long(std::string_view said)
    {
        const auto equals = said.find('=');
        std::string name{said.substr(0, equals)};
        std::replace(name.begin(), name.end(), '_', '-'); // the two dialects of ntpd differ there
        std::vector<const Flag*> found;
        for (const Flag& flag : flags) {
            if (flag.name == name)
                found = {&flag};
            else if (flag.name.starts_with(name) && (found.empty() || found.front()->name != name))
                found.push_back(&flag);
        }
        if (found.size() != 1)
            return fault(fmt::format(
                "there is no option {}{}", quoted(fmt::format("--{}", name)), hint(name, found)));
        const auto value
            = equals == said.npos ? std::nullopt : std::optional{said.substr(equals + 1)};
        carry_out(*found.front(), fmt::format("--{}", found.front()->name), value);
    }

    static std::string hint(std::string_view name, const std::vector<const Flag*>& ambiguous)
    {
        std::string meant;
        for (const Flag* flag : ambiguous)
            meant += fmt::format("{}'--{}'", meant.empty() ? "" : " or ", flag->name);
        std::vector<std::string_view> names;
        for (const Flag& flag : flags)
            names.push_back(flag.name);
        if (const auto near = suggestion(name, names); meant.empty() && !near.empty())
            meant = fmt::format("'--{}'", near);
        return meant.empty() ? "" : fmt::format(" (did you mean {}?)", meant);
    }

    std::span<const char* const> rest_;
    bool only_servers_ = false;
    Arguments result_;
};

} // namespace

Arguments parse_arguments(std::span<const char* const> arguments)
{
    return Parser{arguments}.parse();
}

Arguments parse_arguments(std::span<char*> arguments)
{
    const std::vector<const char*> copy(arguments.begin(), arguments.end());
    return Parser{copy}.parse();
}

std::string usage()
{
    std::string result;
    for (const Flag& flag : flags) {
        std::string option = flag.letter != 0 ? fmt::format("-{}, ", flag.letter) : "    ";
        option += fmt::format("--{}", flag.name);
        if (!flag.argument.empty())
            option += fmt::format(" {}", flag.argument);
        result += fmt::format("  {:<34} {}\n", option, flag.meaning);
    }
    return result;
}

} // namespace timeball::config
