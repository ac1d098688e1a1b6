// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// timeballd: arguments and configuration, then a life.

#include "config/load.h"
#include "daemon/build.h"
#include "platform/disk_files.h"
#include "timeballd/life.h"

#include "config.h"

#include <cstdio>
#include <exception>
#include <span>
#include <vector>

namespace {

using namespace timeball;

void print(std::FILE* where, const std::vector<config::Diagnostic>& diagnostics)
{
    for (const config::Diagnostic& d : diagnostics)
        std::fprintf(where, "%s\n", config::to_string(d).c_str());
}

int check(const std::vector<config::Diagnostic>& diagnostics)
{
    print(stdout, diagnostics);
    const int status = config::check_status(diagnostics);
    if (diagnostics.empty())
        std::puts("The configuration is in order.");
    return status;
}

int run(std::span<char*> words)
{
    const config::Arguments arguments = config::parse_arguments(words);
    if (arguments.options.wants_help) {
        std::printf("usage: timeballd [option ...] [server ...]\n%s", config::usage().c_str());
        return 0;
    }
    if (arguments.options.wants_version) {
        std::puts("timeballd " PACKAGE_VERSION);
        return 0;
    }
    print(stderr, arguments.diagnostics);
    if (config::check_status(arguments.diagnostics) != 0)
        return 1;

    const auto load = [&arguments](Files& files) {
        return config::load(arguments.options, files, daemon::this_build());
    };
    platform::DiskFiles files;
    config::Loaded loaded = load(files);
    if (arguments.options.checks)
        return check(loaded.diagnostics);
    if (config::check_status(loaded.diagnostics) != 0) {
        print(stderr, loaded.diagnostics);
        std::fputs(
            "timeballd: not started: serving with this configuration would be unsafe\n", stderr);
        return 1;
    }
    return live(std::move(loaded),
        {{words.begin(), words.end()}, arguments.options.recording, arguments.options.takes_over,
            load});
}

} // namespace

int main(int argc, char** argv)
{
    try {
        return run({argv + 1, argv + std::max(argc, 1)});
    } catch (const std::exception& e) {
        std::fprintf(stderr, "timeballd: %s\n", e.what());
        return 1;
    }
}
