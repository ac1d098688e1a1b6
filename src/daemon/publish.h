// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// From what the engine says of us to what workers tell clients, and to what the system clock is
// told: the same value, so the bound we publish and the dispersion we serve cannot disagree.

#include "edge/system_clock.h"
#include "ntp/served_time.h"
#include "sync/engine.h"
#include "time/leap_table.h"

namespace timeball::daemon {

// How long served time holds without word from the control loop: it speaks every second.
inline constexpr std::chrono::seconds served_time_lasts{64};

// `correction` is what must be added to a clock that is shown as it is.
struct ServedCorrection {
    Seconds offset{0};
    Frequency rate;
};

// `epoch` is even; it changes by two with each step. `valid_from` is the last step's end.
ntp::ServedTime served_time(const sync::SystemState& system, Precision precision, Instant<Utc> now,
    Instant<Utc> valid_from, std::uint32_t epoch, const ServedCorrection& correction);

// While a step is under way nobody is told the time.
ntp::ServedTime held(ntp::ServedTime time);

// How far the truth may be from the system clock at `now`.
Seconds error_bound(const ntp::ServedTime& time, Instant<Utc> now);

// Of the leap second that is announced for the end of this day; none when `interval` is 0.
Smear smear(Leap leap, Instant<Utc> now, Seconds interval);

// `leap_seconds` may be null: then nothing is said of TAI.
ClockStatus clock_status(const ntp::ServedTime& time, Seconds estimated_error, Instant<Utc> now,
    const LeapTable* leap_seconds = nullptr);

} // namespace timeball::daemon
