// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The command line of timeball.

#include "base/result.h"
#include "timeball/settings.h"
#include "timeball/watcher.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace timeball::console {

struct Options {
    std::vector<Target> targets; // at least one after settled()
    std::optional<Nanoseconds> interval;
    bool is_numeric = false;
    bool is_ascii = false;
    bool is_once = false;
    bool wants_help = false;
    bool wants_version = false;
    std::optional<Family> family;
    std::uint16_t port = 123; // of hosts without one
    std::string config; // the file of settings; empty: the usual one
    Thresholds thresholds;
};

// The arguments without the program's name; in words, what is wrong with them.
Result<Options, std::string> parse_options(std::span<const std::string_view> arguments);

// What the command line leaves open is as in the settings; without any host, this machine's server.
Result<Options, std::string> settled(Options options, const Settings& settings);

extern const char* const usage;

} // namespace timeball::console
