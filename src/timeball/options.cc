// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Reading the command line. Not getopt, which keeps its state outside and prints by itself.

#include "timeball/options.h"

#include "control/variables.h"

#include <algorithm>
#include <fmt/format.h>

namespace timeball::console {

const char* const usage
    = R"(usage: timeball [-46hnV] [-c file] [-i seconds] [-p port] [--ascii] [--once]
                [host[:port] ...]

Watches NTP servers; without a host, those of the configuration, else the one on
this machine.

  -4, --ipv4              ask over IPv4 only
  -6, --ipv6              ask over IPv6 only
      --ascii             draw without Unicode
  -c, --config file       read settings from here, not ~/.config/timeball/console.conf
  -h, --help              print this
  -i, --interval seconds  time between two rounds of questions (2)
  -n, --numeric           addresses instead of names
      --once              print what there is to see once, as text
  -p, --port port         where the server listens (123)
  -V, --version           print the version

On the screen, F1 shows the keys.
)";

namespace {

enum class Option { ipv4, ipv6, ascii, config, help, interval, numeric, once, port, version };

struct Name {
    Option option;
    char letter; // 0: none
    std::string_view word;
    bool has_value;
};

constexpr Name names[]{
    {Option::ipv4, '4', "ipv4", false},
    {Option::ipv6, '6', "ipv6", false},
    {Option::ascii, 0, "ascii", false},
    {Option::config, 'c', "config", true},
    {Option::help, 'h', "help", false},
    {Option::interval, 'i', "interval", true},
    {Option::numeric, 'n', "numeric", false},
    {Option::once, 0, "once", false},
    {Option::port, 'p', "port", true},
    {Option::version, 'V', "version", false},
};

using Fault = std::string;

Result<std::uint16_t, Fault> to_port(std::string_view text)
{
    const auto value = control::to_integer(text);
    if (!value || *value < 1 || *value > 65535)
        return unexpected(fmt::format("'{}' is not a port, 1 to 65535", text));
    return static_cast<std::uint16_t>(*value);
}

Result<Nanoseconds, Fault> to_interval(std::string_view text)
{
    const auto value = control::to_number(text);
    if (!value || *value < 0.1 || *value > 3600)
        return unexpected(fmt::format("'{}' is not an interval, 0.1 to 3600 seconds", text));
    return rounded(Seconds{*value});
}

// "name", "name:port", "192.0.2.1:port", "2001:db8::1", "[2001:db8::1]:port"
Result<Target, Fault> to_target(const Options& options, std::string_view text)
{
    Target target{{}, options.port, options.family};
    const bool has_brackets = text.starts_with('[');
    const std::size_t end = has_brackets ? text.find(']') : text.find(':');
    const bool has_port = end != std::string_view::npos
        && (has_brackets ? text.substr(end + 1).starts_with(':')
                         : text.find(':', end + 1) == std::string_view::npos);
    if (has_port) {
        const auto port = to_port(text.substr(end + (has_brackets ? 2 : 1)));
        if (!port)
            return unexpected(port.error());
        target.port = *port;
    }
    if (has_brackets)
        text = text.substr(1, end == std::string_view::npos ? end : end - 1);
    else if (has_port)
        text = text.substr(0, end);
    if (text.empty())
        return unexpected(Fault{"the name of the host is empty"});
    target.host = text;
    return target;
}

Result<void, Fault> obey(Options& options, Option option, std::string_view value)
{
    switch (option) {
    case Option::ipv4:
        options.family = Family::ipv4;
        break;
    case Option::ipv6:
        options.family = Family::ipv6;
        break;
    case Option::ascii:
        options.is_ascii = true;
        break;
    case Option::config:
        options.config = value;
        break;
    case Option::help:
        options.wants_help = true;
        break;
    case Option::interval: {
        const auto interval = to_interval(value);
        if (!interval)
            return unexpected(interval.error());
        options.interval = *interval;
        break;
    }
    case Option::numeric:
        options.is_numeric = true;
        break;
    case Option::once:
        options.is_once = true;
        break;
    case Option::port: {
        const auto port = to_port(value);
        if (!port)
            return unexpected(port.error());
        options.port = *port;
        break;
    }
    case Option::version:
        options.wants_version = true;
        break;
    }
    return {};
}

// Arguments, taken from the left.
struct Arguments {
    std::span<const std::string_view> left;

    std::string_view take()
    {
        const std::string_view first = left.front();
        left = left.subspan(1);
        return first;
    }
};

// "--interval 5", "--interval=5"
Result<void, Fault> read_word(Options& options, std::string_view word, Arguments& arguments)
{
    const std::size_t equals = std::min(word.find('='), word.size());
    const std::string_view name = word.substr(0, equals);
    const auto known = std::find_if(std::begin(names), std::end(names),
        [&](const Name& candidate) { return candidate.word == name; });
    if (known == std::end(names))
        return unexpected(fmt::format("there is no option --{}", name));

    const bool is_given = equals < word.size();
    if (!known->has_value)
        return is_given ? unexpected(fmt::format("--{} takes no value", name))
                        : obey(options, known->option, {});
    if (!is_given && arguments.left.empty())
        return unexpected(fmt::format("--{} wants a value", name));
    return obey(options, known->option, is_given ? word.substr(equals + 1) : arguments.take());
}

// "-4n", "-i 5", "-i5"
Result<void, Fault> read_letters(Options& options, std::string_view letters, Arguments& arguments)
{
    while (!letters.empty()) {
        const char letter = letters.front();
        letters.remove_prefix(1);
        const auto known = std::find_if(std::begin(names), std::end(names),
            [&](const Name& candidate) { return candidate.letter == letter; });
        if (known == std::end(names))
            return unexpected(fmt::format("there is no option -{}", letter));
        if (known->has_value) {
            if (letters.empty() && arguments.left.empty())
                return unexpected(fmt::format("-{} wants a value", letter));
            return obey(options, known->option, letters.empty() ? arguments.take() : letters);
        }
        if (const auto fine = obey(options, known->option, {}); !fine)
            return fine;
    }
    return {};
}

Result<void, Fault> add_hosts(Options& options, std::span<const std::string_view> hosts)
{
    for (const std::string_view host : hosts) {
        auto target = to_target(options, host);
        if (!target)
            return unexpected(target.error());
        options.targets.push_back(std::move(*target));
    }
    return {};
}

} // namespace

Result<Options, std::string> parse_options(std::span<const std::string_view> arguments)
{
    Options options;
    Arguments words{arguments};
    std::vector<std::string_view> hosts;
    bool are_options_over = false;
    while (!words.left.empty()) {
        const std::string_view word = words.take();
        Result<void, Fault> fine;
        if (are_options_over || word.size() < 2 || word.front() != '-') {
            hosts.push_back(word);
        } else if (word == "--") {
            are_options_over = true;
        } else {
            fine = word.starts_with("--") ? read_word(options, word.substr(2), words)
                                          : read_letters(options, word.substr(1), words);
        }
        if (!fine)
            return unexpected(fine.error());
    }
    // Last, so that options behind a host count for it too.
    if (const auto fine = add_hosts(options, hosts); !fine)
        return unexpected(fine.error());
    return options;
}

Result<Options, std::string> settled(Options options, const Settings& settings)
{
    if (!options.interval)
        options.interval = settings.interval.value_or(std::chrono::seconds{2});
    options.is_ascii = options.is_ascii || settings.is_ascii;
    options.is_numeric = options.is_numeric || settings.is_numeric;
    options.thresholds = settings.thresholds;
    if (options.targets.empty()) {
        std::vector<std::string_view> hosts{settings.hosts.begin(), settings.hosts.end()};
        if (hosts.empty())
            hosts.push_back("localhost");
        if (const auto fine = add_hosts(options, hosts); !fine)
            return unexpected(fine.error());
    }
    return options;
}

} // namespace timeball::console
