// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The command line of the benchmark.

#include <optional>
#include <string>
#include <vector>

namespace timeball::bench {

struct Options {
    std::vector<std::string> situations; // parts of names; empty: all
    int seeds = 16;
    int threads = 0; // 0: one for each processor
    bool daemon_only = false;
    std::optional<std::string> csv;
    std::optional<std::string> results; // a directory for results.csv and the pictures
    std::optional<std::string> trace; // of the first seed
};

// Nothing after a wrong one, which is told on standard error.
std::optional<Options> parse(const std::vector<std::string>& arguments);

} // namespace timeball::bench
