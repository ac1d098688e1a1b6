// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What readings of a hardware clock say.

#include "edge/devices.h"

#include <optional>
#include <span>

namespace timeball::refclock {

// The one that took the least time; nothing when none is of use.
std::optional<HardwareReading> best(std::span<const HardwareReading> readings);

inline Nanoseconds window(const HardwareReading& r)
{
    return r.after - r.before;
}

// The instant by our clock that fits best. It is wrong by half of the window at most.
inline Instant<Utc> middle(const HardwareReading& r)
{
    return r.before + window(r) / 2;
}

// When the device showed `then`, by what it showed before and after. Nothing when one of the clocks
// was stepped in between.
std::optional<Instant<Utc>> between(
    const HardwareReading& before, const HardwareReading& after, Instant<DeviceTime> then);

} // namespace timeball::refclock
