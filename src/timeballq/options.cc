// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Reading the command line. Not getopt, which keeps its state outside and prints by itself.

#include "timeballq/options.h"

#include "control/variables.h"

#include <fmt/format.h>

#include <algorithm>

namespace timeball::query {

namespace {

struct Option {
    char letter;
    std::string_view word;
    bool has_value;
};

constexpr Option known[]{
    {'4', "ipv4", false},
    {'6', "ipv6", false},
    {'c', "command", true},
    {'d', "debug", false},
    {'D', "set-debug-level", true},
    {'h', "help", false},
    {'i', "interactive", false},
    {'n', "numeric", false},
    {'p', "peers", false},
    {'P', "port", true},
    {'V', "version", false},
    {'w', "wide", false},
    {'W', "width", true},
};

const Option* find(char letter)
{
    const auto at = std::find_if(
        std::begin(known), std::end(known), [&](const Option& o) { return o.letter == letter; });
    return at == std::end(known) ? nullptr : &*at;
}

const Option* find(std::string_view word)
{
    const auto at = std::find_if(
        std::begin(known), std::end(known), [&](const Option& o) { return o.word == word; });
    return at == std::end(known) ? nullptr : &*at;
}

// A number within bounds, or a fault.
long long number(Options& options, std::string_view name, const std::string& value, long long least,
    long long most)
{
    const auto found = control::to_integer(value);
    if (!found || *found < least || *found > most) {
        options.fault
            = fmt::format("--{}: '{}' is not a number from {} to {}", name, value, least, most);
        return least;
    }
    return *found;
}

void take(Options& options, const Option& option, const std::string& value)
{
    Settings& settings = options.settings;
    switch (option.letter) {
    case '4':
        settings.family = Family::ipv4;
        break;
    case '6':
        settings.family = Family::ipv6;
        break;
    case 'c':
        options.commands.push_back(value);
        break;
    case 'h':
        options.wants_help = true;
        break;
    case 'i':
        options.is_interactive = true;
        break;
    case 'n':
        settings.shows_names = false;
        break;
    case 'p':
        options.commands.push_back("peers");
        break;
    case 'P':
        settings.port = static_cast<std::uint16_t>(number(options, option.word, value, 1, 65535));
        break;
    case 'V':
        options.wants_version = true;
        break;
    case 'w':
        settings.is_wide = true;
        break;
    case 'W':
        settings.width = static_cast<std::size_t>(number(options, option.word, value, 20, 1000));
        break;
    default: // -d, -D: nothing to say more about
        break;
    }
}

} // namespace

Options parse_options(const std::vector<std::string>& arguments)
{
    Options options;
    bool is_over = false; // after "--"
    for (std::size_t i = 0; i < arguments.size() && options.fault.empty(); ++i) {
        const std::string& argument = arguments[i];
        if (is_over || argument.size() < 2 || argument[0] != '-') {
            options.hosts.push_back(argument);
        } else if (argument == "--") {
            is_over = true;
        } else if (argument[1] == '-') {
            const auto equals = argument.find('=');
            const auto word = std::string_view{argument}.substr(
                2, equals == argument.npos ? equals : equals - 2);
            const Option* option = find(word);
            const bool has_value = equals != argument.npos;
            if (!option)
                options.fault = fmt::format("--{} is not an option", word);
            else if (has_value && !option->has_value)
                options.fault = fmt::format("--{} takes no value", word);
            else if (option->has_value && !has_value && i + 1 == arguments.size())
                options.fault = fmt::format("--{} needs a value", word);
            else
                take(options, *option,
                    has_value               ? argument.substr(equals + 1)
                        : option->has_value ? arguments[++i]
                                            : "");
        } else {
            for (std::size_t at = 1; at < argument.size() && options.fault.empty(); ++at) {
                const Option* option = find(argument[at]);
                if (!option) {
                    options.fault = fmt::format("-{} is not an option", argument[at]);
                } else if (!option->has_value) {
                    take(options, *option, "");
                } else if (at + 1 < argument.size()) {
                    take(options, *option, argument.substr(at + 1));
                    break;
                } else if (i + 1 < arguments.size()) {
                    take(options, *option, arguments[++i]);
                    break;
                } else {
                    options.fault = fmt::format("-{} needs a value", argument[at]);
                }
            }
        }
    }
    if (options.hosts.empty())
        options.hosts.push_back("localhost");
    if (options.hosts.size() > 1) {
        for (const auto& host : options.hosts)
            options.settings.host_column = std::max(options.settings.host_column, host.size());
    }
    return options;
}

std::string_view usage()
{
    return "usage: timeballq [-46dhinpVw] [-c command] [-P port] [-W width] [host ...]\n"
           "  -4, --ipv4            names mean IPv4 addresses\n"
           "  -6, --ipv6            names mean IPv6 addresses\n"
           "  -c, --command=CMD     carry out this command; may come several times\n"
           "  -h, --help            this text\n"
           "  -i, --interactive     read commands even when there are some already\n"
           "  -n, --numeric         addresses in place of names\n"
           "  -p, --peers           the same as -c peers\n"
           "  -P, --port=PORT       in place of 123\n"
           "  -V, --version         the version of this program\n"
           "  -w, --wide            long names on a line of their own\n"
           "  -W, --width=COLUMNS   of the output\n"
           "Without a command, commands are read from standard input; 'help' lists them.\n";
}

} // namespace timeball::query
