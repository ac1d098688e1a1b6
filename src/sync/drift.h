// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What we believe of the free-running clock between two readings: how fast UTC gains on it, and by
// how much that belief may be wrong. With it every estimate is carried forward to now.

#include "time/time.h"

namespace timeball::sync {

struct Drift {
    Frequency frequency; // gain of UTC on the free-running clock
    Frequency tolerance; // its error is certainly within this
    Frequency likely{}; // and usually within this
};

} // namespace timeball::sync
