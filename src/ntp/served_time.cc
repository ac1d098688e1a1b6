// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The served time as a function of the asking instant.

#include "ntp/served_time.h"

#include "ntp/reference_id.h"

#include <algorithm>

namespace timeball::ntp {

namespace {

// Until it asks again, a client goes by what it was told.
constexpr std::chrono::seconds longest_poll{1024};

} // namespace

Seconds root_dispersion(const ServedTime& time, Instant<Utc> now)
{
    const Seconds age = std::max(Seconds{0}, Seconds{now - time.as_of});
    return time.root_dispersion + time.dispersion_rate * age;
}

Instant<Utc> served(const ServedTime& time, Instant<Utc> system)
{
    return system + rounded(time.served_offset + time.served_rate * Seconds{system - time.as_of});
}

ServedTime smeared(const ServedTime& time, Instant<Utc> system)
{
    if (!time.smear.is_ahead_or_under_way())
        return time;
    ServedTime told = time;
    if (told.leap != Leap::unsynchronized)
        told.leap = Leap::none;
    const Instant<Utc> now = served(time, system);
    told.root_dispersion += abs(smear_offset(time.smear, now + longest_poll));
    const Seconds moved = smear_offset(time.smear, now);
    if (moved.count() == 0)
        return told;
    told.served_offset += moved;
    told.reference_id = reference_id_of_smear(moved);
    return told;
}

} // namespace timeball::ntp
