// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The clock filter (RFC 5905, section 10): of the last eight readings, trust the one that spent
// the least time in the network. Offsets are UTC minus the free-running clock, less an origin that
// is the same for all; each is carried forward to the moment of asking.

#include "sync/drift.h"
#include "sync/interval.h"
#include "time/time.h"

#include <array>
#include <optional>

namespace timeball::sync {

struct Reading {
    Instant<FreeRun> when;
    Seconds offset; // at `when`
    Seconds delay;
    Seconds dispersion; // at `when`; grows with age
    Seconds remote_distance{0}; // the server's own: root delay / 2 + root dispersion
};

struct Estimate {
    Instant<FreeRun> when; // of the reading that was chosen
    Seconds offset; // carried forward to now
    Seconds delay;
    Seconds dispersion; // of all stages, weighted; large while stages are empty
    Seconds jitter;
    Seconds distance; // of the reading chosen: half delays and dispersions up to the root
    Seconds age_dispersion; // by which that has grown since
    int readings = 0;
};

struct ClockFilter {
    static constexpr int stages = 8;
    std::array<std::optional<Reading>, stages> shift; // newest first
};

inline constexpr Seconds max_dispersion{16};
inline constexpr Seconds min_jitter{1e-6};

// Older than this, a reading's dispersion counts beside its delay.
inline constexpr Seconds allan_intercept{2048};

ClockFilter push(ClockFilter filter, const Reading& reading);

// Where a reading would be now, and how uncertain its clock difference has become since.
Seconds carried_offset(const Reading& reading, Instant<FreeRun> now, const Drift& drift);
Seconds aged_dispersion(const Reading& reading, Instant<FreeRun> now, const Drift& drift);

// Nothing until the first reading. `allan` is the age beyond which dispersion counts beside delay.
std::optional<Estimate> estimate(const ClockFilter& filter, Instant<FreeRun> now,
    const Drift& drift, Seconds allan = allan_intercept);

// What one reading says for certain of UTC minus the free-running clock at `now`, whatever the
// path's asymmetry; and what all that are remembered say together. The second is empty when they
// contradict each other, or when there are none.
Interval correctness(const Reading& reading, Instant<FreeRun> now, const Drift& drift);
std::optional<Interval> correctness(
    const ClockFilter& filter, Instant<FreeRun> now, const Drift& drift);

// A reading off by more than thrice the jitter and what the excess of delay can explain, its own
// and that of the one it is compared with, over the least delay of the path.
bool is_popcorn(
    const ClockFilter& filter, const Reading& reading, const Drift& drift, Seconds least_delay);

// The two newest readings agree with each other and contradict all before them: the server's clock
// was moved, or ours.
bool has_broken_past(const ClockFilter& filter, const Drift& drift);

// Only the two newest are believed; the older of them stands in for what was before.
ClockFilter without_past(ClockFilter filter);

} // namespace timeball::sync
