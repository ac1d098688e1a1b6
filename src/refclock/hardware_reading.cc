// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "refclock/hardware_reading.h"

#include <cmath>

namespace timeball::refclock {

using namespace std::chrono_literals;

std::optional<HardwareReading> best(std::span<const HardwareReading> readings)
{
    std::optional<HardwareReading> found;
    for (const HardwareReading& r : readings)
        if (window(r) >= 0ns && (!found || window(r) < window(*found))) // else we were stepped
            found = r;
    return found;
}

std::optional<Instant<Utc>> between(
    const HardwareReading& before, const HardwareReading& after, Instant<DeviceTime> then)
{
    const Seconds ours = middle(after) - middle(before);
    const Seconds its = after.device - before.device;
    if (its <= Seconds{0} || std::fabs(ours / its - 1) > 1e-3)
        return std::nullopt;
    return middle(after) - rounded(Seconds{after.device - then} * (ours / its));
}

} // namespace timeball::refclock
