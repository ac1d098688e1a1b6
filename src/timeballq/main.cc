// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// timeballq: the line tool that asks a server how it is.

#include "config.h"
#include "platform/host_name.h"
#include "platform/kernel_random.h"
#include "platform/libevent_loop.h"
#include "platform/none_clock.h"
#include "platform/thread_resolver.h"
#include "platform/udp_network.h"
#include "timeballq/line_editor.h"
#include "timeballq/network_conversation.h"
#include "timeballq/options.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

namespace {

using namespace timeball;
using namespace timeball::query;

// What the terminal says, when there is one; COLUMNS goes before it, as everywhere.
std::size_t terminal_width()
{
    if (const char* columns = std::getenv("COLUMNS")) {
        if (const int width = std::atoi(columns); width > 0)
            return static_cast<std::size_t>(width);
    }
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

Result<std::string, std::string> read_file(const std::string& path)
{
    errno = 0;
    std::ifstream file{path, std::ios::binary};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    if (file && !file.bad())
        return text;
    return unexpected(path + ": " + std::strerror(errno != 0 ? errno : EIO));
}

std::string history_file()
{
    const char* home = std::getenv("HOME");
    return home && *home ? std::string{home} + "/.timeballq_history" : std::string{};
}

class Program {
public:
    Program(const Options& options, Conversation& conversation)
        : options_{options},
          conversation_{conversation},
          interpreter_{conversation, options.settings}
    {
    }

    int run()
    {
        const bool reads = options_.commands.empty() || options_.is_interactive;
        if (reads && options_.hosts.size() > 1) {
            std::cerr << "timeballq: commands are read for one host only\n";
            return 1;
        }
        if (!read_keys())
            return 1;
        for (const auto& host : options_.hosts) {
            const auto connected = interpreter_.connect(host);
            if (connected.got_no_answer && is_plug_in())
                return tell_unknown(connected.err);
            print(connected);
            if (connected.got_no_answer)
                continue;
            for (const auto& command : options_.commands) {
                if (!carry_out(command))
                    break;
            }
        }
        if (reads)
            read_commands();
        return status_;
    }

private:
    bool read_keys()
    {
        if (options_.key)
            interpreter_.choose_key(*options_.key);
        if (options_.keys_file.empty())
            return true;
        const auto read = interpreter_.read_keys(options_.keys_file);
        if (!read)
            std::cerr << "timeballq: " << read.error() << '\n';
        return read.has_value();
    }

    // It says what it has to say on standard output, and its status has a meaning.
    bool is_plug_in() const
    {
        return options_.commands.size() == 1 && options_.commands[0].starts_with("monitor");
    }

    int tell_unknown(std::string why)
    {
        why.pop_back(); // the end of the line
        const auto judgment = judge_silence(why);
        std::cout << (options_.settings.is_json ? judgment.json.text() + "\n" : judgment.line);
        return static_cast<int>(judgment.level);
    }

    // Once, or for `watch` again and again. False when there is no more to be done with this host.
    bool carry_out(const std::string& command)
    {
        const bool clears = isatty(STDOUT_FILENO) && !options_.settings.is_json;
        for (std::string line = command;;) {
            const auto outcome = interpreter_.run(line);
            if (outcome.again && clears)
                std::cout << "\x1b[H\x1b[2J";
            if (!print(outcome))
                return false;
            if (!outcome.again)
                return true;
            const auto interrupts = conversation_.catch_interrupts();
            if (!conversation_.pause(outcome.again->after))
                return true;
            line = outcome.again->line;
        }
    }

    void read_commands()
    {
        LineEditor editor{"timeballq> ",
            [this](std::string_view line) { return interpreter_.completions(line); },
            history_file()};
        while (const auto line = editor.line()) {
            if (!carry_out(*line))
                return;
        }
    }

    bool print(const Interpreter::Outcome& outcome)
    {
        std::cout << outcome.out << std::flush;
        std::cerr << outcome.err << std::flush;
        if (outcome.got_no_answer)
            status_ = std::max(status_, 1);
        if (outcome.status)
            status_ = std::max(status_, *outcome.status);
        return !outcome.is_end;
    }

    const Options& options_;
    Conversation& conversation_;
    Interpreter interpreter_;
    int status_ = 0;
};

int run(const std::vector<std::string>& arguments)
{
    Options options = parse_options(arguments);
    if (!options.fault.empty()) {
        std::cerr << "timeballq: " << options.fault << " ('timeballq -h' lists the options)\n";
        return 1;
    }
    if (options.wants_help || options.wants_version) {
        std::cout << (options.wants_help ? usage() : "timeballq " PACKAGE_VERSION "\n");
        return 0;
    }
    if (options.settings.width == 0)
        options.settings.width = terminal_width();

    platform::NoneClock clock;
    platform::KernelRandom random;
    platform::LibeventLoop loop;
    platform::UdpNetwork network{clock};
    NetworkConversation conversation{{.loop = loop,
        .run = [&] { loop.run(); },
        .network = network,
        .addresses =
            [](const std::string& name, std::optional<Family> family) {
                return platform::look_up(name, family).value_or(std::vector<Address>{});
            },
        .name = platform::host_name,
        .clock = [&] { return clock.now(); },
        .random = random,
        .on_interrupt
        = [&](std::function<void()> then) { return loop.on_signal(SIGINT, std::move(then)); },
        .read_file = read_file,
        .operator_says = ask_terminal}};
    return Program{options, conversation}.run();
}

} // namespace

int main(int count, char** words)
{
    try {
        return run({words + 1, words + count});
    } catch (const std::exception& fault) {
        std::cerr << "timeballq: " << fault.what() << '\n';
        return 1;
    }
}
