// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The account of every correction made to the clock, so that an instant that was read while the
// clock was being steered can be told on the free-running scale, to which samples are kept.
// Steering then needs no message back to anybody who holds samples.
//
// Piecewise linear: between two entries the clock runs at (1 + correction) times the free-running
// rate. A step is an entry too. The log remembers the last `depth` entries; older instants are
// told by the oldest one.

#include "time/time.h"

#include <cstddef>
#include <deque>

namespace timeball {

class CorrectionLog {
public:
    static constexpr std::size_t depth = 4096;

    // At the start both scales show the same; `correction` is what is already in force.
    explicit CorrectionLog(Instant<Utc> start = {}, Frequency correction = {});

    // Goes on where another account ended: there `free` was the same moment as `utc`.
    CorrectionLog(Instant<Utc> utc, Instant<FreeRun> free, Frequency correction);

    // From `at` on, `correction` is in force (the whole of it, not the change).
    void set_frequency(Instant<Utc> at, Frequency correction);

    // The clock showed `after` just after it was moved by `by`.
    void step(Instant<Utc> after, Nanoseconds by);

    // An instant at or after the newest entry's, or within the span that is remembered. Readings
    // that a backward step made ambiguous are told as after the step.
    Instant<FreeRun> free_run(Instant<Utc> t) const;
    Instant<Utc> utc(Instant<FreeRun> t) const;

    Frequency correction() const { return entries_.back().correction; }

private:
    struct Entry {
        Instant<Utc> utc;
        Instant<FreeRun> free;
        Frequency correction;
    };
    void append(const Entry& entry);

    std::deque<Entry> entries_; // never empty
};

} // namespace timeball
