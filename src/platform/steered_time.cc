// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The arithmetic of a clock made of a counter. A span of 63 bits times a gain of 63 needs 126.

#include "platform/steered_time.h"

#include <cassert>
#include <cmath>

namespace timeball::platform {

namespace {

__extension__ typedef __int128 Wide;

// Nanoseconds shown since the beginning, in 2^-64.
Wide gained(const SteeredTime& time, std::int64_t counted)
{
    return static_cast<Wide>(counted - time.count) * time.gain + static_cast<Wide>(time.fraction);
}

} // namespace

Instant<Utc> SteeredTime::at(std::int64_t counted) const
{
    const auto extra = static_cast<std::int64_t>(gained(*this, counted) >> 64);
    return Instant<Utc>{Nanoseconds{shown + (counted - count) + extra}};
}

std::int64_t gain_of(Frequency rate)
{
    assert(std::fabs(rate.ratio()) < 0.5);
    return static_cast<std::int64_t>(std::llround(std::ldexp(rate.ratio(), 64)));
}

SteeredTime with_gain(const SteeredTime& time, std::int64_t counted, std::int64_t gain)
{
    return {counted, time.at(counted).time_since_epoch().count(),
        static_cast<std::uint64_t>(gained(time, counted)), gain};
}

SteeredTime moved(const SteeredTime& time, Nanoseconds by)
{
    SteeredTime then = time;
    then.shown += by.count();
    return then;
}

} // namespace timeball::platform
