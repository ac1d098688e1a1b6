// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The error budget.

#include "sync/error_bound.h"

#include <algorithm>

namespace timeball::sync {

ErrorBound carried(const ErrorBound& bound, Instant<FreeRun> now, const Drift& drift)
{
    const Seconds age{now - bound.when};
    const Seconds gained = drift.frequency * age;
    const Seconds unsure = drift.tolerance * abs(age);
    return {{bound.truth.lower + gained - unsure, bound.truth.upper + gained + unsure}, now};
}

Seconds farthest(const Interval& truth, Seconds from, Seconds to)
{
    return std::max(truth.upper - std::min(from, to), std::max(from, to) - truth.lower);
}

} // namespace timeball::sync
