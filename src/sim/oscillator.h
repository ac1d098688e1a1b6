// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A quartz: what a counter driven by it shows at a true time. Its frequency error walks at random
// and swings with the temperature; it advances in ticks of one second, so what it shows does not
// depend on how often it is read.

#include "sim/chance.h"

namespace timeball::sim {

struct OscillatorTraits {
    Seconds offset{0}; // counter minus true time at the start
    Frequency frequency; // error at the start: positive runs fast
    double wander = 0; // random walk of the frequency, 1/sqrt(s): 1e-9 is a usual quartz
    Frequency swing; // amplitude of a sinusoidal frequency error
    Seconds swing_period{86400};
};

class Oscillator {
public:
    Oscillator(Instant<Truth> start, const OscillatorTraits& traits, Chance chance);

    // Never earlier than the last call.
    Instant<FreeRun> at(Instant<Truth> t);

    // How long, in true time, until the counter has advanced by `span`, if the frequency stays.
    Nanoseconds true_span(Nanoseconds span) const;

    void change_frequency(Frequency by) { walk_ = walk_ + by; }

private:
    void tick();
    Frequency frequency() const { return rate_; }

    OscillatorTraits traits_;
    Chance chance_;
    Instant<Truth> start_;
    Instant<Truth> tick_; // the last whole tick
    Instant<FreeRun> shown_; // at tick_
    double fraction_ = 0; // of a nanosecond, carried from tick to tick
    Frequency walk_;
    Frequency rate_;
};

} // namespace timeball::sim
