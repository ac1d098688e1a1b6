// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What a configuration may ask for and this build cannot carry out. All of it is read and checked;
// what is not there is told, for each thing that is asked for.

#include "config/config.h"
#include "config/diagnostic.h"

#include <span>
#include <string_view>
#include <vector>

namespace timeball::config {

// As this build is.
struct Build {
    std::span<const std::string_view> drivers; // of reference clocks
    bool has_nts = false;
    bool has_interleaved_mode = false;
    bool has_remote_changes = true; // controlkey
};

std::vector<Diagnostic> missing(const LiveConfig& live, const Build& build);

} // namespace timeball::config
