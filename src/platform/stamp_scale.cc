// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Stamps that the kernel gave a while ago, told on our clock.

#include "platform/stamp_scale.h"

#include "platform/clock_reading.h"

#include <cmath>
#include <cstdlib>

namespace timeball::platform {

namespace {

constexpr int tries = 3;
constexpr Nanoseconds step_threshold = std::chrono::microseconds{10}; // what reading can be wrong
// A clock of our own is slewed by up to 20000 ppm; one that runs away faster has been stepped.
constexpr Frequency fastest = Frequency::ppm(25'000);
// A stamp may be given after the device was looked at the last time and before the clocks were.
constexpr Nanoseconds margin = std::chrono::milliseconds{100};

} // namespace

StampScale::StampScale(const HostClock& clock) : clock_{clock}, last_{compare()}, now_{last_} { }

void StampScale::look()
{
    last_ = now_;
    now_ = compare();
}

// The narrowest of a few readings: we may be interrupted between two.
StampScale::Comparison StampScale::compare() const
{
    Comparison best{};
    Nanoseconds narrowest = Nanoseconds::max();
    for (int i = 0; i < tries; ++i) {
        const Nanoseconds before = monotonic_time();
        const Instant<Utc> system = system_time();
        const Nanoseconds after = monotonic_time();
        if (after - before >= narrowest)
            continue;
        narrowest = after - before;
        best.system = system;
        best.since_monotonic = system.time_since_epoch() - (before + narrowest / 2);
    }
    best.ahead = clock_.ahead_of_system();
    return best;
}

bool StampScale::is_stepped(const Comparison& from, const Comparison& to)
{
    const Nanoseconds passed
        = (to.system - from.system) - (to.since_monotonic - from.since_monotonic);
    const Nanoseconds gained = to.ahead - from.ahead;
    return std::chrono::abs(to.since_monotonic - from.since_monotonic) > step_threshold
        || std::chrono::abs(gained) > step_threshold + rounded(fastest * Seconds{passed});
}

std::optional<Instant<Utc>> StampScale::on_clock(Instant<Utc> system) const
{
    if (is_stepped(last_, now_) || system < last_.system - margin || system > now_.system)
        return std::nullopt;
    const Nanoseconds span = now_.system - last_.system;
    if (span <= Nanoseconds{0})
        return system + now_.ahead;
    const double part = Seconds{system - last_.system} / Seconds{span};
    return system + last_.ahead + rounded(part * Seconds{now_.ahead - last_.ahead});
}

} // namespace timeball::platform
