// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The command line of timeballq: ntpq's letters, and commands that are programs of their own for
// scripts: "timeballq monitor -w 10 HOST".

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
    std::string keys_file; // -k
    std::optional<KeyId> key; // -a
    bool wants_help = false;
    bool wants_version = false;
    std::string fault; // when not empty: what is wrong, and nothing else counts
};

Options parse_options(std::vector<std::string> arguments);

std::string_view usage(); // several lines

} // namespace timeball::query
