// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The time constant.

#include "sync/time_constant.h"

#include <algorithm>

namespace timeball::sync {

namespace {

constexpr int jiggle_limit = 30;

} // namespace

TimeConstant adapt(
    TimeConstant constant, bool is_as_expected, bool may_grow, Poll lowest, Poll highest)
{
    const int step = std::max<int>(1, constant.poll.log2);
    if (!is_as_expected) {
        constant.jiggle -= 2 * step;
        if (constant.jiggle < -jiggle_limit) {
            constant.jiggle = 0;
            --constant.poll.log2;
        }
    } else {
        constant.jiggle = std::min(constant.jiggle + step, jiggle_limit + 1);
        if (constant.jiggle > jiggle_limit && may_grow && constant.poll < highest) {
            constant.jiggle = 0;
            ++constant.poll.log2;
        }
    }
    constant.poll = std::clamp(constant.poll, lowest, std::max(lowest, highest));
    return constant;
}

} // namespace timeball::sync
