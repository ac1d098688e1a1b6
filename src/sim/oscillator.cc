// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A quartz, second by second.

#include "sim/oscillator.h"

namespace timeball::sim {

using namespace std::chrono_literals;

Oscillator::Oscillator(Instant<Truth> start, const OscillatorTraits& traits, Chance chance)
    : traits_{traits},
      chance_{chance},
      start_{start},
      tick_{start},
      shown_{start.time_since_epoch() + rounded(traits.offset)},
      walk_{traits.frequency},
      rate_{traits.frequency}
{
}

void Oscillator::tick()
{
    const double gained = rate_.ratio() * 1e9 + fraction_;
    const double whole = std::floor(gained);
    fraction_ = gained - whole;
    shown_ += 1s + Nanoseconds{static_cast<std::int64_t>(whole)};
    tick_ += 1s;
    if (traits_.wander > 0)
        walk_ = walk_ + Frequency::ratio(traits_.wander * chance_.normal());
    const double turns = Seconds{tick_ - start_} / traits_.swing_period;
    rate_ = walk_ + traits_.swing * std::sin(2 * std::numbers::pi * turns);
}

Instant<FreeRun> Oscillator::at(Instant<Truth> t)
{
    while (t - tick_ >= 1s)
        tick();
    const Nanoseconds since = t - tick_;
    return shown_ + since
        + Nanoseconds{std::llround(static_cast<double>(since.count()) * rate_.ratio() + fraction_)};
}

Nanoseconds Oscillator::true_span(Nanoseconds span) const
{
    return span - rounded(rate_ * Seconds{span});
}

} // namespace timeball::sim
