// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The kernel's clocks as they are read.

#include "platform/clock_reading.h"

#include <algorithm>
#include <cmath>

namespace timeball::platform {

namespace {

Nanoseconds reading(clockid_t clock)
{
    timespec t = {};
    clock_gettime(clock, &t);
    return since_zero(t);
}

} // namespace

Nanoseconds since_zero(const timespec& t)
{
    return std::chrono::seconds{t.tv_sec} + Nanoseconds{t.tv_nsec};
}

Instant<Utc> system_time()
{
    return Instant<Utc>{reading(CLOCK_REALTIME)};
}

Nanoseconds monotonic_time()
{
    return reading(CLOCK_MONOTONIC);
}

Nanoseconds raw_time()
{
    return reading(CLOCK_MONOTONIC_RAW);
}

Nanoseconds boot_time()
{
    return reading(CLOCK_BOOTTIME);
}

Precision measured_precision(const std::function<Nanoseconds()>& read)
{
    // A clock of microseconds shows a step after many readings at most; one that shows none at all
    // is a simulated one, and as good as it can be told.
    constexpr int readings = 10000, steps = 100;
    Nanoseconds least = std::chrono::seconds{1};
    int seen = 0;
    Nanoseconds before = read();
    for (int i = 0; i < readings && seen < steps; ++i) {
        const Nanoseconds now = read();
        if (now > before) {
            least = std::min(least, now - before);
            ++seen;
        }
        before = now;
    }
    if (seen == 0)
        least = Nanoseconds{1};
    const double log2 = std::ceil(std::log2(Seconds{least}.count()));
    return {static_cast<std::int8_t>(std::clamp(log2, -30.0, 0.0))};
}

} // namespace timeball::platform
