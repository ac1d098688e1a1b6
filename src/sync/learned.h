// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What the engine has learned, beside the frequency, that is worth having at the next start.

#include "ntp/types.h"
#include "time/time.h"

#include <vector>

namespace timeball::sync {

struct Learned {
    struct Path {
        ReferenceId server;
        Seconds least; // round trip
        Seconds wait; // usual one in a queue, each way
        bool operator==(const Path&) const = default;
    };
    std::vector<double> wander; // what speaks for each belief in it, natural logarithm
    std::vector<Path> paths;
    bool operator==(const Learned&) const = default;
};

} // namespace timeball::sync
