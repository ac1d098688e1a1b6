// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The command line of timeball.

#include "base/result.h"
#include "timeball/watcher.h"

#include <span>
#include <string>
#include <string_view>

namespace timeball::console {

struct Options {
    Target target{"localhost", 123, std::nullopt};
    Nanoseconds interval{std::chrono::seconds{2}};
    bool is_numeric = false;
    bool is_ascii = false;
    bool is_once = false;
    bool wants_help = false;
    bool wants_version = false;
};

// The arguments without the program's name; in words, what is wrong with them.
Result<Options, std::string> parse_options(std::span<const std::string_view> arguments);

extern const char* const usage;

} // namespace timeball::console
