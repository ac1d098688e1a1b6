// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What the control loop tells everyone who answers clients: the served time as a function, carried
// by value. A reader computes what holds at its own `now` and falls back to "unsynchronized" by
// itself when `void_after` has passed, even if the control loop has died.

#include "ntp/timestamp.h"
#include "ntp/types.h"
#include "time/smear.h"

namespace timeball::ntp {

struct ServedTime {
    Leap leap = Leap::unsynchronized;
    Stratum stratum = Stratum::unsynchronized;
    Precision precision;
    ReferenceId reference_id;
    Instant<Utc> reference_time{}; // last update of the clock; epoch when never
    Seconds root_delay{0};
    Seconds root_dispersion{0}; // at `as_of`
    Frequency dispersion_rate = frequency_tolerance; // by which it grows from there
    Instant<Utc> as_of{};
    Seconds served_offset{0}; // served minus system clock at `as_of` (serving without steering)
    Frequency served_rate; // and how that offset grows
    Smear smear; // of a leap second, for clients: then they see no leap bits
    Instant<Utc> valid_from{}; // receive stamps before this belong to another time line
    Instant<Utc> void_after{}; // from then on: unsynchronized
    std::uint32_t epoch = 0; // one more before and after each step; odd while a step is under way
};

// Root dispersion for a reply sent at `now`.
Seconds root_dispersion(const ServedTime& time, Instant<Utc> now);

// What to show for a reading of the system clock.
Instant<Utc> served(const ServedTime& time, Instant<Utc> system);

// What a client is told when leap seconds are smeared: all that is shown at `system`, moved by the
// smear. The root dispersion has in it how far that will be from UTC when a client asks again, so
// that the truth stays inside.
ServedTime smeared(const ServedTime& time, Instant<Utc> system);

} // namespace timeball::ntp
