// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// timeball: the console.

#include "config.h"
#include "platform/logs.h"
#include "platform/none_clock.h"
#include "timeball/chores.h"
#include "timeball/console.h"

#include <clocale>
#include <cstdio>
#include <exception>
#include <unistd.h>

namespace timeball::console {

namespace {

int complain(const std::string& words)
{
    std::fprintf(stderr, "timeball: %s\n", words.c_str());
    return 1;
}

int start(std::span<const std::string_view> arguments)
{
    const auto options = parse_options(arguments);
    if (!options) {
        complain(options.error());
        std::fputs("(timeball --help shows the options)\n", stderr);
        return 2;
    }
    if (options->wants_help) {
        std::fputs(usage, stdout);
        return 0;
    }
    if (options->wants_version) {
        std::puts("timeball " PACKAGE_VERSION);
        return 0;
    }
    const auto settled = with_settings(*options);
    if (!settled) {
        complain(settled.error());
        return 2;
    }
    std::setlocale(LC_ALL, "");
    platform::RealPlatform platform{
        std::make_unique<platform::NoneClock>(), std::make_unique<platform::StderrLog>()};
    if (settled->is_once || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return print_once(platform, *settled);

    const auto terminal = Terminal::open();
    if (!terminal)
        return complain(terminal.error());
    return Console{platform, *terminal.value(), *settled}.run();
}

} // namespace

} // namespace timeball::console

int main(int argc, char** argv)
{
    try {
        const std::vector<std::string_view> arguments{argv + 1, argv + argc};
        return timeball::console::start(arguments);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "timeball: %s\n", e.what());
        return 1;
    }
}
