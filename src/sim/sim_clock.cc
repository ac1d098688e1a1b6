// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The simulated clock.

#include "sim/sim_clock.h"

#include "time/leap_table.h"

#include <utility>

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
    if (ahead_ && shown() >= ahead_->at)
        shown_ += std::exchange(ahead_, std::nullopt)->by;
    return shown();
}

Instant<Utc> SimClock::shown() const
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

// Like a kernel: what is announced is done at the end of the day, once, until it is taken back.
void SimClock::announce(const ClockStatus& status)
{
    const auto reading = now();
    const bool is_new = std::exchange(status_, status).leap != status.leap;
    if (!is_new || !leaps_by_itself_)
        return;
    ahead_.reset();
    const auto midnight = end_of_day(reading);
    if (status.leap == Leap::insert)
        ahead_ = Ahead{midnight, -std::chrono::seconds{1}};
    if (status.leap == Leap::remove)
        ahead_ = Ahead{midnight - std::chrono::seconds{1}, std::chrono::seconds{1}};
}

Result<Instant<Utc>, std::error_code> SimClock::step(Nanoseconds by)
{
    shown_ += by;
    ++steps_;
    return now();
}

} // namespace timeball::sim
