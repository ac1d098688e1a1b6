// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The time constant, and with it the poll interval (RFC 5905, section 12): it creeps up while
// offsets stay within what is expected and falls when they do not.

#include "ntp/types.h"

namespace timeball::sync {

struct TimeConstant {
    Poll poll{6};
    int jiggle = 0; // RFC 5905's hysteresis counter
};

// After an update: whether the offset was as expected, and whether the clock is known well enough
// to be left alone for twice as long.
TimeConstant adapt(
    TimeConstant constant, bool is_as_expected, bool may_grow, Poll lowest, Poll highest);

} // namespace timeball::sync
