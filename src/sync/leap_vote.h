// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What the survivors say of a coming leap second, and when we repeat it (RFC 5905, section 7.3).

#include "ntp/types.h"
#include "time/time.h"

#include <span>

namespace timeball::sync {

struct LeapVoter {
    Leap leap = Leap::none;
    bool is_refclock = false;
};

// More than half of the survivors, or any reference clock among them.
Leap leap_vote(std::span<const LeapVoter> survivors);

// A leap second can only come at the end of a month, and is announced on its last day.
bool is_last_day_of_month(Instant<Utc> now);

} // namespace timeball::sync
