// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Choosing the best master.

#include "refclock/ptp/masters.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace timeball::ptp {

namespace {

constexpr int announces_to_qualify = 2; // FOREIGN_MASTER_THRESHOLD
constexpr int window = 4; // FOREIGN_MASTER_TIME_WINDOW, intervals
constexpr std::uint16_t most_steps = 255;

auto rank(const Announce& a)
{
    return std::tuple{a.priority1, a.quality.clock_class, a.quality.accuracy, a.quality.variance,
        a.priority2, a.grandmaster};
}

Nanoseconds end_of(const Master& m, double timeout)
{
    return rounded(Seconds{m.interval} * timeout);
}

} // namespace

bool is_qualified(const Master& master)
{
    return master.in_a_row >= announces_to_qualify;
}

bool is_better(const Master& a, const Master& b)
{
    if (a.said.grandmaster != b.said.grandmaster)
        return rank(a.said) < rank(b.said);
    return std::tuple{a.said.steps_removed, a.port} < std::tuple{b.said.steps_removed, b.port};
}

void Masters::hear(const Message& announce, Instant<Mono> now,
    const std::optional<Address>& address, Nanoseconds interval)
{
    const Header& h = announce.header;
    const Announce& said = std::get<Announce>(announce.body);
    if (said.steps_removed >= most_steps || (h.flags & alternate_master) != 0)
        return;
    auto found = std::find_if(
        all_.begin(), all_.end(), [&](const Master& m) { return m.port == h.source; });
    if (found == all_.end()) {
        if (all_.size() >= most)
            return;
        found = all_.insert(all_.end(), Master{.port = h.source});
    }
    found->in_a_row
        = now - found->heard <= window * interval ? std::min(found->in_a_row + 1, window) : 1;
    found->address = address;
    found->said = said;
    found->flags = h.flags;
    found->interval = interval;
    found->heard = now;
}

void Masters::age(Instant<Mono> now, double timeout)
{
    std::erase_if(all_, [&](const Master& m) { return now - m.heard >= end_of(m, timeout); });
}

const Master* Masters::best() const
{
    const Master* best = nullptr;
    for (const Master& m : all_)
        if (is_qualified(m) && (best == nullptr || is_better(m, *best)))
            best = &m;
    return best;
}

const Master* Masters::find(const PortIdentity& port) const
{
    const auto found
        = std::find_if(all_.begin(), all_.end(), [&](const Master& m) { return m.port == port; });
    return found == all_.end() ? nullptr : &*found;
}

std::optional<Instant<Mono>> Masters::next_end(double timeout) const
{
    std::optional<Instant<Mono>> next;
    for (const Master& m : all_)
        if (const auto end = m.heard + end_of(m, timeout); !next || end < *next)
            next = end;
    return next;
}

} // namespace timeball::ptp
