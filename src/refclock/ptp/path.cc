// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The delay of a path.

#include "refclock/ptp/path.h"

#include <algorithm>
#include <vector>

namespace timeball::ptp {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t most_waiting = 16, most_syncs = 16;
// Two clocks that both do their duty do not part faster than this; queues account for the rest.
constexpr Frequency most_drift = Frequency::ppm(1000);
constexpr Seconds most_queueing = 50ms;

bool was_stepped(const Downstream& before, const Downstream& now)
{
    const Seconds span = now.received - before.received;
    const Seconds change = now.shown() - before.shown();
    return span < 0s || abs(change) > most_queueing + most_drift * span;
}

// What a Sync would have shown at an instant between two of them.
Nanoseconds between(const Downstream& a, const Downstream& b, Instant<Utc> when)
{
    const Seconds span = b.received - a.received;
    if (span <= 0s)
        return b.shown();
    const double part = Seconds{when - a.received} / span;
    return a.shown() + rounded(Seconds{b.shown() - a.shown()} * part);
}

} // namespace

bool Path::take(const Downstream& sync)
{
    const bool is_stepped = !syncs_.empty() && was_stepped(syncs_.back(), sync);
    if (is_stepped) {
        syncs_.clear(); // what was measured of the path itself still holds
        waiting_.clear();
    }
    syncs_.push_back(sync);
    if (syncs_.size() > most_syncs)
        syncs_.pop_front();
    match();
    return !is_stepped;
}

void Path::take(const Upstream& request)
{
    waiting_.push_back(request);
    if (waiting_.size() > most_waiting)
        waiting_.pop_front();
    match();
}

void Path::match()
{
    for (std::size_t i = 1; i < syncs_.size(); ++i) {
        const Downstream& a = syncs_[i - 1];
        const Downstream& b = syncs_[i];
        std::erase_if(waiting_, [&](const Upstream& r) {
            const bool is_between = r.sent >= a.received && r.sent <= b.received;
            if (is_between)
                take_delay((between(a, b, r.sent) + r.shown()) / 2);
            return is_between;
        });
    }
}

// Below nothing there is only noise, or a path that is not what its corrections say. It is kept: a
// median of values that were cut off would be too long.
void Path::take_delay(Nanoseconds delay)
{
    delays_.push_back(delay);
    if (delays_.size() > kept)
        delays_.pop_front();
}

std::optional<Nanoseconds> Path::delay() const
{
    if (delays_.empty())
        return std::nullopt;
    std::vector<Nanoseconds> sorted{delays_.begin(), delays_.end()};
    const auto middle = sorted.begin() + static_cast<long>(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    return *middle;
}

} // namespace timeball::ptp
