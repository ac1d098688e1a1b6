// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What the engine costs: processor time for a sample, memory for a source.

#include "time/time.h"

namespace timeball::bench {

struct Cost {
    Seconds take{0}; // processor time for a sample, everything that follows from it included
    Seconds look{0}; // and for a look at the time in between
    double source = 0; // octets, the engine's own shared among them
};

Cost cost_of_engine(int sources);

} // namespace timeball::bench
