// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The simulated clock.

#include "sim/sim_clock.h"

namespace timeball::sim {

SimClock::SimClock(Timeline& timeline, const OscillatorTraits& traits, Chance chance)
    : timeline_{timeline},
      oscillator_{timeline.now(), traits, chance},
      counter_{oscillator_.at(timeline.now())},
      shown_{counter_.time_since_epoch()}
{
}

Instant<Utc> SimClock::now() const
{
    const Nanoseconds since = oscillator_.at(timeline_.now()) - counter_;
    return shown_ + since + rounded(correction_ * Seconds{since});
}

Result<Instant<Utc>, std::error_code> SimClock::set_frequency(Frequency correction)
{
    if (abs(correction) > max_frequency() * (1 + 1e-9))
        return unexpected(std::make_error_code(std::errc::invalid_argument));
    shown_ = now();
    counter_ = oscillator_.at(timeline_.now());
    correction_ = correction;
    return shown_;
}

Result<Instant<Utc>, std::error_code> SimClock::step(Nanoseconds by)
{
    shown_ += by;
    ++steps_;
    return now();
}

} // namespace timeball::sim
