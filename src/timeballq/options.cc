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
    {'a', "authentication", true},
    {'c', "command", true},
    {'d', "debug", false},
    {'D', "set-debug-level", true},
    {'h', "help", false},
    {'i', "interactive", false},
    {'j', "json", false},
    {'k', "keyfile", true},
    {'l', "logfile", true},
    {'n', "numeric", false},
    {'p', "peers", false},
    {'P', "port", true},
    {'s', "srcname", false},
    {'S', "srcnumber", false},
    {'u', "units", false},
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
    case 'a':
        options.key
            = KeyId{static_cast<std::uint32_t>(number(options, option.word, value, 1, 65535))};
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
    case 'j':
        settings.is_json = true;
        break;
    case 'k':
        options.keys_file = value;
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
    case 's':
    case 'S':
        settings.shows_configured_names = true;
        settings.shows_names = option.letter == 's';
        break;
    case 'u':
        settings.shows_units = true;
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
    default: // -d, -D, -l: nothing to say more about
        break;
    }
}

// Commands that may stand where a host would, with the letters of their own options.
struct ProgramCommand {
    std::string_view name, letters;
};
constexpr ProgramCommand program_commands[]{
    {"why", ""}, {"check", ""}, {"wait", "tb"}, {"watch", "n"}, {"monitor", "wcs"}};

const ProgramCommand* program_command(const std::string& word)
{
    const auto at = std::find_if(std::begin(program_commands), std::end(program_commands),
        [&](const ProgramCommand& command) { return command.name == word; });
    return at == std::end(program_commands) ? nullptr : &*at;
}

// "monitor -w 10 -c 50 ntp1 --json": the options of the command, each with its value; what is left
// are hosts and options of ours. What `watch` repeats goes to the end.
std::vector<std::string> take_command(
    Options& options, const std::vector<std::string>& words, std::string_view letters)
{
    std::string command = words[0];
    const bool is_watch = command == "watch";
    bool has_begun = false; // what is to be watched
    std::vector<std::string> rest;
    for (std::size_t i = 1; i < words.size(); ++i) {
        const std::string& word = words[i];
        const bool is_option = word.size() > 1 && word[0] == '-' && !has_begun;
        if (is_option && letters.find(word[1]) == letters.npos) {
            rest.push_back(word);
        } else if (is_option) {
            command += " " + word;
            if (word.size() == 2 && i + 1 < words.size())
                command += " " + words[++i];
        } else if (is_watch) {
            command += " " + word;
            has_begun = true;
        } else {
            rest.push_back(word);
        }
    }
    options.commands.push_back(command);
    return rest;
}

} // namespace

Options parse_options(std::vector<std::string> arguments)
{
    Options options;
    bool is_over = false; // after "--"
    bool has_command = false; // without -c
    for (std::size_t i = 0; i < arguments.size() && options.fault.empty(); ++i) {
        const ProgramCommand* command = is_over || has_command || !options.hosts.empty()
            ? nullptr
            : program_command(arguments[i]);
        if (command) {
            has_command = true;
            arguments = take_command(options,
                {arguments.begin() + static_cast<std::ptrdiff_t>(i), arguments.end()},
                command->letters);
            i = 0;
            if (arguments.empty())
                break;
        }
        const std::string argument = arguments[i];
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
    return "usage: timeballq [-46dhijnpsSuVw] [-a key] [-c command] [-k file] [-P port] [-W "
           "width]\n"
           "                 [host ...]\n"
           "       timeballq [option ...] why|check|wait|watch|monitor [its options] [host]\n"
           "  -4, --ipv4            names mean IPv4 addresses\n"
           "  -6, --ipv6            names mean IPv6 addresses\n"
           "  -a, --authentication=KEY  sign with this key\n"
           "  -c, --command=CMD     carry out this command; may come several times\n"
           "  -h, --help            this text\n"
           "  -i, --interactive     read commands even when there are some already\n"
           "  -j, --json            everything as JSON, one value for each command\n"
           "  -k, --keyfile=FILE    keys to sign with\n"
           "  -n, --numeric         addresses in place of names\n"
           "  -p, --peers           the same as -c peers\n"
           "  -P, --port=PORT       in place of 123\n"
           "  -s, --srcname         names as configured, else those of addresses\n"
           "  -S, --srcnumber       names as configured, else addresses\n"
           "  -u, --units           figures with units\n"
           "  -V, --version         the version of this program\n"
           "  -w, --wide            long names on a line of their own\n"
           "  -W, --width=COLUMNS   of the output\n"
           "Without a command, commands are read from standard input; 'help' lists them.\n";
}

} // namespace timeball::query
