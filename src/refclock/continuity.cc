// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "refclock/continuity.h"

#include <utility>

namespace timeball::refclock {

using namespace std::chrono_literals;

namespace {

// What two clocks may differ by after a while: neither quartz nor haste explains more.
constexpr Seconds allowed{1e-3};
constexpr Frequency drift = Frequency::ppm(1000);

bool is_explained(Nanoseconds difference, Nanoseconds span)
{
    return abs(Seconds{difference}) <= allowed + drift * abs(Seconds{span});
}

} // namespace

Continuity::Verdict Continuity::push(const ClockLook& look)
{
    const auto before = std::exchange(last_, look);
    if (!before)
        return Verdict::unsettled;

    const auto passed = look.device - before->device;
    stands_for_ = passed == 0ns ? stands_for_ + 1 : 0;
    if (stands_for_ > 0) {
        unsettled_for_ = steady_again;
        return stands_for_ >= frozen_after ? Verdict::frozen : Verdict::unsettled;
    }

    // Both clocks of ours must say so: one may have been stepped, and between reading one and the
    // other we may have been asleep.
    const auto utc = look.utc - before->utc;
    const auto mono = look.mono - before->mono;
    if (!is_explained(passed - utc, mono) && !is_explained(passed - mono, mono)) {
        const bool is_new = unsettled_for_ == 0;
        unsettled_for_ = steady_again;
        jump_ = passed - mono;
        return is_new ? Verdict::jumped : Verdict::unsettled;
    }
    if (unsettled_for_ == 0)
        return Verdict::steady;
    return --unsettled_for_ == 0 ? Verdict::steady : Verdict::unsettled;
}

} // namespace timeball::refclock
