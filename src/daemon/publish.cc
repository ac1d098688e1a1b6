// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What is published after each update.

#include "daemon/publish.h"

#include "daemon/leap_second.h"

#include <algorithm>

namespace timeball::daemon {

ntp::ServedTime served_time(const sync::SystemState& system, Precision precision, Instant<Utc> now,
    Instant<Utc> valid_from, std::uint32_t epoch, const ServedCorrection& correction)
{
    return {
        .leap = system.leap,
        .stratum = system.stratum,
        .precision = precision,
        .reference_id = system.reference_id,
        .reference_time = system.reference_time,
        .root_delay = system.root_delay,
        .root_dispersion = system.root_dispersion,
        .dispersion_rate = system.dispersion_rate,
        .as_of = system.as_of,
        .served_offset = correction.offset,
        .served_rate = correction.rate,
        .smear = {},
        .valid_from = valid_from,
        .void_after = now + served_time_lasts,
        .epoch = epoch,
    };
}

ntp::ServedTime held(ntp::ServedTime time)
{
    time.epoch |= 1;
    time.leap = Leap::unsynchronized;
    time.stratum = Stratum::unsynchronized;
    return time;
}

Seconds error_bound(const ntp::ServedTime& time, Instant<Utc> now)
{
    return time.root_delay / 2 + ntp::root_dispersion(time, now)
        + abs(Seconds{ntp::served(time, now) - now});
}

Smear smear(Leap leap, Instant<Utc> now, Seconds interval)
{
    const auto coming = leap_of_day(leap, now);
    if (!coming || interval.count() <= 0)
        return {};
    return {Seconds{coming->by}, coming->at - rounded(interval), coming->at};
}

ClockStatus clock_status(const ntp::ServedTime& time, Seconds estimated_error, Instant<Utc> now,
    const LeapTable* leap_seconds)
{
    ClockStatus status;
    status.leap = time.leap;
    if (time.leap == Leap::unsynchronized)
        return status;
    status.maximum_error = error_bound(time, now);
    status.estimated_error = std::min(estimated_error, status.maximum_error);
    if (leap_seconds)
        status.tai_offset = tai_offset(*leap_seconds, now);
    return status;
}

} // namespace timeball::daemon
