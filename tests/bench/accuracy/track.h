// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What a clock did over one run, and the figures over several of them.

#include "situation.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace timeball::bench {

struct Moment {
    Seconds error; // clock minus truth
    std::optional<Seconds> claim; // truth was said to be within this
};

// One run.
struct Track {
    Nanoseconds grid{0}; // the first moment is one grid after the start
    std::vector<Moment> moments;
    std::uint64_t packets = 0; // requests from `settled` on
    std::uint64_t claims_checked = 0, claims_broken = 0;
    std::string first_broken;
    Seconds cpu{0};
};

// An empty track. The error is looked at every ten seconds; every second where a recovery is timed
// or the noise is fast.
Track begun(const Situation& situation);

// The next moment; a claim counts as checked.
void note(Track& track, Seconds error, const std::optional<Seconds>& claim);

// Over all runs of a situation.
struct Figures {
    Seconds rms{0}, p95{0}, max{0};
    Seconds at_end{0}; // RMS of the last moments
    std::optional<Seconds> recovery; // median over the runs; nothing if half of them never did
    std::optional<Seconds> worst_recovery; // nothing if one of them never did
    double packets_per_hour = 0;
    std::optional<Seconds> claim; // median
    std::uint64_t claims_checked = 0, claims_broken = 0;
    std::string first_broken;
    Seconds cpu{0}; // for a simulated day
};

Figures figures_of(const Situation& situation, const std::vector<Track>& tracks);

// After `since`: the beginning of the first half hour in which the error was never above `small`.
std::optional<Seconds> recovery(const Track& track, Nanoseconds since, Seconds small);

} // namespace timeball::bench
