// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A leap second spread over hours, for clients that cannot bear one: what they are told leaves UTC
// slowly, so that it has moved by the whole second when UTC does.

#include "time/time.h"

namespace timeball {

struct Smear {
    Seconds by{0}; // what UTC will be moved by, -1 s or 1 s; 0: there is no smear
    Instant<Utc> begins{}, ends{}; // it ends where the leap second is

    bool is_ahead_or_under_way() const { return by.count() != 0; }
};

// What is told minus UTC. With the slope of a cosine, as ntpd does it: it begins and ends gently.
Seconds smear_offset(const Smear& smear, Instant<Utc> t);

} // namespace timeball
