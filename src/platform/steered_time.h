// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The arithmetic of a clock made of a counter: what it shows at a count, when it runs at a given
// rate since an earlier one. Integers throughout, so that it never goes backward between two
// changes, and changing the rate neither moves it nor loses the fraction of a nanosecond.

#include "time/time.h"

#include <cstdint>

namespace timeball::platform {

struct SteeredTime {
    std::int64_t count = 0; // nanoseconds of the counter, when this began
    std::int64_t shown = 0; // nanoseconds since 1970 at that count,
    std::uint64_t fraction = 0; // and 2^-64 nanoseconds beyond
    std::int64_t gain = 0; // 2^-64 nanoseconds for each nanosecond counted

    Instant<Utc> at(std::int64_t counted) const;
};

// Below one half either way.
std::int64_t gain_of(Frequency rate);

// The same time from `counted` on at another rate; and moved.
SteeredTime with_gain(const SteeredTime& time, std::int64_t counted, std::int64_t gain);
SteeredTime moved(const SteeredTime& time, Nanoseconds by);

} // namespace timeball::platform
