// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// timeballq: the line tool that asks a server how it is.

#include "config.h"
#include "platform/host_name.h"
#include "platform/libevent_loop.h"
#include "platform/none_clock.h"
#include "platform/thread_resolver.h"
#include "platform/udp_network.h"
#include "timeballq/network_conversation.h"
#include "timeballq/options.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
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

class Program {
public:
    Program(const Options& options, Conversation& conversation)
        : options_{options}, interpreter_{conversation, options.settings}
    {
    }

    int run()
    {
        const bool reads = options_.commands.empty() || options_.is_interactive;
        if (reads && options_.hosts.size() > 1) {
            std::cerr << "timeballq: commands are read for one host only\n";
            return 1;
        }
        for (const auto& host : options_.hosts) {
            const auto connected = interpreter_.connect(host);
            print(connected);
            if (connected.got_no_answer)
                continue;
            for (const auto& command : options_.commands) {
                if (!print(interpreter_.run(command)))
                    break;
            }
        }
        if (reads)
            read_commands();
        return status_;
    }

private:
    void read_commands()
    {
        const bool is_terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
        for (std::string line;;) {
            if (is_terminal)
                std::cout << "timeballq> " << std::flush;
            if (!std::getline(std::cin, line)) {
                if (is_terminal)
                    std::cout << '\n';
                return;
            }
            if (!print(interpreter_.run(line)))
                return;
        }
    }

    // False when there is no more to be done with this host.
    bool print(const Interpreter::Outcome& outcome)
    {
        std::cout << outcome.out << std::flush;
        std::cerr << outcome.err << std::flush;
        if (outcome.got_no_answer)
            status_ = 1;
        return !outcome.is_end;
    }

    const Options& options_;
    Interpreter interpreter_;
    int status_ = 0;
};

int run(const std::vector<std::string>& arguments)
{
    Options options = parse_options(arguments);
    if (!options.fault.empty()) {
        std::cerr << "timeballq: " << options.fault << '\n' << usage();
        return 1;
    }
    if (options.wants_help || options.wants_version) {
        std::cout << (options.wants_help ? usage() : "timeballq " PACKAGE_VERSION "\n");
        return 0;
    }
    if (options.settings.width == 0)
        options.settings.width = terminal_width();

    platform::NoneClock clock;
    platform::LibeventLoop loop;
    platform::UdpNetwork network{clock};
    NetworkConversation conversation{{.loop = loop,
        .run = [&] { loop.run(); },
        .network = network,
        .addresses =
            [](const std::string& name, std::optional<Family> family) {
                return platform::look_up(name, family).value_or(std::vector<Address>{});
            },
        .name = platform::host_name}};
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
