// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Votes for a leap second.

#include "sync/leap_vote.h"

#include <algorithm>
#include <chrono>

namespace timeball::sync {

Leap leap_vote(std::span<const LeapVoter> survivors)
{
    for (const Leap wanted : {Leap::insert, Leap::remove}) {
        const auto votes = std::count_if(survivors.begin(), survivors.end(),
            [&](const LeapVoter& v) { return v.leap == wanted; });
        const bool a_clock_says_so = std::any_of(survivors.begin(), survivors.end(),
            [&](const LeapVoter& v) { return v.leap == wanted && v.is_refclock; });
        if (a_clock_says_so || 2 * static_cast<std::size_t>(votes) > survivors.size())
            return wanted;
    }
    return Leap::none;
}

bool is_last_day_of_month(Instant<Utc> now)
{
    using namespace std::chrono;
    const sys_days today{floor<days>(sys_time<Nanoseconds>{now.time_since_epoch()})};
    return year_month_day{today + days{1}}.day() == day{1};
}

} // namespace timeball::sync
