// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The command line of timeballq, in ntpq's letters.

#include "timeballq/interpreter.h"

#include <string>
#include <string_view>
#include <vector>

namespace timeball::query {

struct Options {
    Settings settings;
    std::vector<std::string> commands; // -c and -p, in order
    std::vector<std::string> hosts; // at least one
    bool is_interactive = false; // -i
    bool wants_help = false;
    bool wants_version = false;
    std::string fault; // when not empty: what is wrong, and nothing else counts
};

Options parse_options(const std::vector<std::string>& arguments);

std::string_view usage(); // several lines

} // namespace timeball::query
