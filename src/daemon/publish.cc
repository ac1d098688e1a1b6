// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What is published after each update.

#include "daemon/publish.h"

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

ClockStatus clock_status(const ntp::ServedTime& time, Seconds estimated_error, Instant<Utc> now)
{
    ClockStatus status;
    status.leap = time.leap;
    if (time.leap == Leap::unsynchronized)
        return status;
    status.maximum_error = time.root_delay / 2 + ntp::root_dispersion(time, now);
    status.estimated_error = std::min(estimated_error, status.maximum_error);
    return status;
}

} // namespace timeball::daemon
