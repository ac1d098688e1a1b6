// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What the words of a master mean to NTP: stratum, dispersion, leap second, and UTC.

#include "ntp/types.h"
#include "refclock/ptp/masters.h"

#include <optional>

namespace timeball::ptp {

Stratum stratum_of(const ClockQuality& quality);
Seconds accuracy_of(const ClockQuality& quality); // of a grandmaster that does not say: a guess
Leap leap_of(const Master& master);

// What is taken from the master's time to have UTC. `known` is TAI minus UTC as far as we know it
// ourselves. It goes before a master that is not sure of it, or off by more than the second by
// which either may be late. Nothing: nobody knows.
std::optional<std::chrono::seconds> utc_offset_of(
    const Master& master, std::optional<std::chrono::seconds> known);

// Around a leap second that it announces, a master may still give the offset of the day before.
bool may_be_of_yesterday(const Master& master, Instant<Utc> its_utc);

} // namespace timeball::ptp
