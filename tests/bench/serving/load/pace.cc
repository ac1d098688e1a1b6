// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The schedule is a straight line; nothing adds up that could drift.

#include "bench/serving/load/pace.h"

#include <algorithm>

namespace timeball::load {

Pace::Pace(double rate, Instant<Mono> start, std::uint32_t burst)
    : rate_{rate}, start_{start}, burst_{burst}
{
}

std::uint32_t Pace::take(Instant<Mono> now, std::uint32_t at_most)
{
    if (now < start_)
        return 0;
    // The first is due at the start.
    const auto scheduled = static_cast<std::uint64_t>(Seconds{now - start_}.count() * rate_) + 1;
    if (scheduled <= gone_)
        return 0;
    std::uint64_t due = scheduled - gone_;
    if (due > burst_) {
        missed_ += due - burst_;
        gone_ += due - burst_;
        due = burst_;
    }
    due = std::min<std::uint64_t>(due, at_most);
    gone_ += due;
    return static_cast<std::uint32_t>(due);
}

Instant<Mono> Pace::next() const
{
    return start_ + rounded(Seconds{static_cast<double>(gone_) / rate_});
}

} // namespace timeball::load
