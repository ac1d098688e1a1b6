// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// From the readings of a device between two polls to one sample: those that stand apart are left
// out, the rest is averaged. Pure.

#include "refclock/driver.h"
#include "sync/engine.h"
#include "time/time.h"

#include <optional>
#include <span>

namespace timeball::source {

// A reading on the free-running scale, where nothing that we do to our clock shows.
struct HeldReading {
    Instant<FreeRun> when;
    Nanoseconds offset{0}; // device minus free-running clock; of a pulse, less whole seconds
    refclock::Reading said;
};

// `drift`: by which UTC gains on the free-running clock, as far as is known. Nothing of nothing.
// Stratum and reference identifier are left to the caller.
std::optional<sync::Sample> condensed(std::span<const HeldReading> readings, Frequency drift);

} // namespace timeball::source
