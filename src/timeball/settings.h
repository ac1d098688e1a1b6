// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What the operator has settled in console.conf (libconfig): servers to watch, how, and from when
// on a figure deserves a look.

#include "base/result.h"
#include "timeball/thresholds.h"

#include <string>
#include <vector>

namespace timeball::console {

struct Settings {
    std::vector<std::string> hosts; // as on the command line
    std::optional<Nanoseconds> interval;
    bool is_numeric = false, is_ascii = false;
    Thresholds thresholds;
};

// In words what is wrong, with the line: "12: 'ofset' is not a threshold".
Result<Settings, std::string> parse_settings(const std::string& text);

} // namespace timeball::console
