// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The error budget: an interval that contains UTC minus the free-running clock whatever happens,
// aged by what the clock's frequency may be wrong, and what follows from it for our own root
// dispersion. Nothing here is an estimate: half the round trip is never given away for good looks.

#include "sync/drift.h"
#include "sync/interval.h"
#include "time/time.h"

namespace timeball::sync {

struct ErrorBound {
    Interval truth; // at `when`; UTC minus the free-running clock, less the origin
    Instant<FreeRun> when{};
};

ErrorBound carried(const ErrorBound& bound, Instant<FreeRun> now, const Drift& drift);

// The farthest that UTC can be from a clock that is on its way from `from` to `to` (both as UTC
// minus free-running): wherever between them it is.
Seconds farthest(const Interval& truth, Seconds from, Seconds to);

} // namespace timeball::sync
