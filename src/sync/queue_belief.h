// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What one exchange adds to a belief. Queues only ever delay: a packet's way there bounds the
// offset from one side, its way back from the other, independently. When both bounds are wide, one
// of them may still cut into what is believed; when one way is congested, the other still counts.

#include "time/time.h"

#include <optional>

namespace timeball::sync {

struct Belief { // normal; of an offset
    Seconds mean{0};
    Seconds deviation{0}; // standard
};

struct TwoWays {
    Seconds lower, upper; // bounds of the offset: no wait on the way back, none on the way there
    Seconds wait_there, wait_back; // usual ones; greater than 0
    Seconds noise; // by which the bounds are unsharp, standard deviation; greater than 0
};

struct Lesson {
    Belief now;
    double log_likelihood; // of what was seen, by what was believed before; for comparison only
};

// The normal belief nearest to what follows by Bayes' rule, where waits are exponential, one in ten
// eight times as long as usual. Nothing when the bounds exclude what was believed.
std::optional<Lesson> after(const Belief& before, const TwoWays& seen);

} // namespace timeball::sync
