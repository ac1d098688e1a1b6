// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Through a leap second.

#include "daemon/leap_second.h"

#include "time/leap_table.h"

#include <algorithm>
#include <utility>

namespace timeball::daemon {

using namespace std::chrono_literals;

namespace {

constexpr Nanoseconds second = 1s;

// Beyond what we know of our own error.
constexpr Nanoseconds least_guard = 100ms;

// A kernel moves its clock at a tick of its timer.
constexpr auto kernel_delay = 50ms;

// A timer is set when the leap is so near that the clock cannot drift away from it.
constexpr Nanoseconds soon = 5s;

} // namespace

std::optional<LeapInstant> leap_of_day(Leap leap, Instant<Utc> now)
{
    const auto midnight = end_of_day(now);
    if (leap == Leap::insert)
        return LeapInstant{midnight, -second}; // 23:59:59 comes again
    if (leap == Leap::remove)
        return LeapInstant{midnight - second, second}; // there is no 23:59:59
    return std::nullopt;
}

LeapSecond::LeapSecond(SystemClock& clock, EventLoop& loop, Steersman& steersman, Tell tell)
    : clock_{clock}, loop_{loop}, steersman_{steersman}, tell_{std::move(tell)}
{
}

void LeapSecond::expect(Leap leap, Instant<Utc> now, Seconds error_bound)
{
    if (is_under_way_)
        return;
    expected_ = leap_of_day(leap, now);
    if (expected_ && (expected_->at == last_ || expected_->at < now))
        expected_.reset();
    if (!expected_) {
        timer_.reset();
        return;
    }
    guard_ = least_guard + rounded(error_bound);
    const Nanoseconds left = expected_->at - guard_ - now;
    due_ = loop_.now() + left;
    timer_.reset();
    if (left < soon)
        timer_ = loop_.at(due_, [this] { begin(); });
}

bool LeapSecond::is_under_way()
{
    if (expected_ && !is_under_way_ && loop_.now() >= due_)
        begin();
    return is_under_way_;
}

void LeapSecond::forget()
{
    timer_.reset();
    expected_.reset();
    is_under_way_ = false;
}

std::optional<Instant<Utc>> LeapSecond::begins() const
{
    return expected_ ? std::optional{expected_->at - guard_} : std::nullopt;
}

bool LeapSecond::is_ours() const
{
    return clock_.is_steered() && !clock_.leaps_by_itself();
}

void LeapSecond::begin()
{
    is_under_way_ = true;
    is_moved_ = false;
    tell_.held();
    const Nanoseconds left = expected_->at - clock_.now();
    timer_ = loop_.after(
        std::max(Nanoseconds{0}, left) + (is_ours() ? 0ms : kernel_delay), [this] { move(); });
}

void LeapSecond::move()
{
    const Nanoseconds by = expected_->by;
    is_moved_ = is_ours() ? steersman_.leap(by) : steersman_.has_leaped(by);
    if (is_moved_)
        tell_.moved(by);
    timer_ = loop_.after(std::max(Nanoseconds{0}, -by) + guard_, [this] { finish(); });
}

// A clock that should have moved by itself and has not is moved now.
void LeapSecond::finish()
{
    const auto leap = *std::exchange(expected_, std::nullopt);
    if (!is_moved_) {
        if (!steersman_.has_leaped(leap.by) && clock_.is_steered())
            steersman_.leap(leap.by);
        tell_.moved(leap.by);
    }
    last_ = leap.at;
    is_under_way_ = false;
    tell_.done(leap.by);
}

} // namespace timeball::daemon
