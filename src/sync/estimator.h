// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The clock estimator. Nobody knows beforehand how much an oscillator wanders, so several follow
// the clock side by side, each with its own belief in that; what they say counts by how well each
// has foretold the measurements.

#include "sync/tracker.h"

#include <vector>

namespace timeball::sync {

class Estimator {
public:
    Estimator();

    // As of the Trackers.
    bool is_started() const { return best().is_started(); }
    void expect(Frequency frequency, Frequency uncertainty);
    void start(Instant<FreeRun> when, Seconds offset, Seconds uncertainty);
    void distrust_frequency(Seconds offset, Instant<FreeRun> now);
    bool passes_over(SourceId source, Instant<FreeRun> when, Seconds seen);
    Innovation update(const Measurement& measurement);
    void shift(Seconds by);
    void forget(SourceId source);
    void forget_offset();

    // UTC minus the free-running clock, less the origin, carried forward to `now`.
    Seconds offset(Instant<FreeRun> now) const;
    Seconds uncertainty(Instant<FreeRun> now) const; // one standard deviation, biases left out
    Frequency frequency() const;
    Frequency frequency_uncertainty() const;
    Frequency doubt() const { return best().doubt(); }
    Seconds span() const { return best().span(); }
    // What speaks for each belief; of an earlier run it counts half.
    std::vector<double> evidence() const;
    void recall(const std::vector<double>& evidence);

    Frequency wander() const; // random walk of the frequency in a second, as far as it shows

    template <class Memo>
    void remember(Memo& memo)
    {
        for (Voice& v : voices_) {
            v.tracker.remember(memo);
            memo(v.log_evidence, v.weight);
        }
    }

private:
    struct Voice {
        Tracker tracker;
        Frequency wander;
        double log_evidence = 0;
        double weight = 0; // of all, 1
    };
    const Tracker& best() const;
    void weigh();
    std::vector<Voice> voices_;
};

} // namespace timeball::sync
