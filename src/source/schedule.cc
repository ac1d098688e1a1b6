// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// When to ask a server.

#include "source/schedule.h"

#include <algorithm>

namespace timeball::source {

namespace {

constexpr double spread_share = 1.0 / 16; // of an interval, so that clients do not march in step

// Packets of a poll, the first included.
int packets(const Schedule& s, const Habits& habits, const Standing& standing, Instant<Mono> now)
{
    if (now < s.quiet_until || s.is_denied)
        return 1;
    if (s.reach == 0)
        return habits.iburst ? iburst_packets : 1;
    if (habits.burst && standing.is_fit) {
        const int doublings = interval(s, habits).log2 - habits.minpoll.log2;
        return doublings >= 3 ? burst_packets : 1 << std::max(doublings, 0);
    }
    return 1;
}

} // namespace

bool is_within_burst(const Schedule& s)
{
    return s.burst_left > 0 ? !s.waits_for_first : s.haste.has_value();
}

Schedule wanted(Schedule s, const Habits& habits, Poll poll, std::optional<Seconds> soon)
{
    s.poll = poll;
    s.haste.reset();
    if (soon && habits.iburst && s.haste_left > 0 && s.reach != 0
        && *soon < interval(s, habits).interval())
        s.haste = soon;
    return s;
}

Schedule asked(Schedule s, const Habits& habits, const Standing& standing, Instant<Mono> now)
{
    s.last_sent = now;
    if (is_within_burst(s)) {
        --(s.burst_left > 0 ? s.burst_left : s.haste_left);
        s.haste.reset(); // the answer decides whether to go on
        return s;
    }
    s.haste_left = std::min(s.haste_left + 1, haste_packets);
    s.reach = static_cast<std::uint8_t>(s.reach << 1);
    ++s.unreach;
    s.falseticker = standing.is_falseticker ? s.falseticker + 1 : 0;
    s.burst_left = packets(s, habits, standing, now) - 1;
    // A server that is silent gets one packet at a time.
    s.waits_for_first = s.burst_left > 0 && s.reach == 0;
    return s;
}

Schedule answered(Schedule s)
{
    s.reach |= 1;
    s.unreach = 0;
    s.waits_for_first = false;
    s.is_denied = false;
    return s;
}

Schedule kissed(Schedule s, const Habits& habits, Poll said, Instant<Mono> now)
{
    // A burst is our own haste: ending it is enough. Otherwise each kiss doubles the interval.
    const bool was_in_burst = s.burst_left > 0;
    const Poll ceiling = std::max(kiss_ceiling, habits.minpoll);
    Poll wanted = interval(s, habits);
    if (!was_in_burst)
        ++wanted.log2;
    s.floor = std::min(std::max(wanted, said), ceiling);
    s = given_up(s);
    s.quiet_until = now + rounded(9 * s.floor.interval()); // eight polls drain what was too much
    return s;
}

Schedule denied(Schedule s)
{
    s = given_up(s);
    s.is_denied = true;
    return s;
}

Schedule given_up(Schedule s)
{
    s.burst_left = s.haste_left = 0;
    s.waits_for_first = false;
    s.haste.reset();
    return s;
}

Schedule forgotten(Schedule s, const Habits& habits)
{
    s.poll = habits.minpoll;
    s.reach = 0;
    s.burst_left = 0;
    s.waits_for_first = false;
    s.haste.reset();
    return s;
}

Poll interval(const Schedule& s, const Habits& habits)
{
    if (s.is_denied)
        return std::max(habits.maxpoll, s.floor);
    int log2 = std::clamp(s.poll, habits.minpoll, std::max(habits.minpoll, habits.maxpoll)).log2;
    if (s.unreach > patience) {
        const auto more = static_cast<int>(std::min<std::uint32_t>(s.unreach - patience, 17));
        log2 = std::min(log2 + more, std::max<int>(log2, habits.maxpoll.log2));
    }
    return std::max(Poll{static_cast<std::int8_t>(log2)}, s.floor);
}

Instant<Mono> next(const Schedule& s, const Habits& habits, double spread)
{
    const Seconds base = !is_within_burst(s) ? interval(s, habits).interval()
        : s.burst_left > 0                   ? guard
                                             : *s.haste;
    const Seconds span = base * (1 + spread * spread_share);
    return s.last_sent + rounded(std::max(span, guard));
}

} // namespace timeball::source
