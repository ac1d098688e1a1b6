// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The peer tests.

#include "sync/fitness.h"

#include <fmt/format.h>

#include <algorithm>

namespace timeball::sync {

namespace {

// Before, the empty stages of the filter make too great a distance.
constexpr int ripe_readings = 4;

void refuse(Standing& st, std::uint16_t bit, std::string why)
{
    if (st.flash == 0)
        st.why = std::move(why);
    st.flash |= bit;
}

void test_stratum(Standing& st, const Sample& last, const Policy& policy)
{
    if (last.leap == Leap::unsynchronized || last.stratum >= Stratum::unsynchronized)
        refuse(st, peer_stratum, "not synchronized itself");
    else if (last.stratum < policy.floor || last.stratum >= policy.ceiling)
        refuse(st, peer_stratum,
            fmt::format("stratum {} is outside {} to {}", last.stratum.value, policy.floor.value,
                policy.ceiling.value - 1));
    else if (last.stratum > policy.orphan)
        refuse(st, peer_stratum,
            fmt::format("stratum {} is above the orphan stratum {}", last.stratum.value,
                policy.orphan.value));
}

} // namespace

Standing examine(const Source& s, const Circumstances& at, const Policy& policy)
{
    Standing st;
    st.id = s.id;
    st.estimate = estimate(s.filter, at.now, at.drift, policy.allan.interval());
    if (s.reach == 0)
        refuse(st, peer_unreachable,
            s.last ? "did not answer the last eight polls" : "has not answered yet");
    if (s.traits.is_noselect)
        refuse(st, peer_unreachable, "configured with noselect");
    if (!s.last || !st.estimate) {
        refuse(st, peer_unreachable, "has not answered yet");
        return st;
    }

    test_stratum(st, *s.last, policy);
    if (s.last->is_loop)
        refuse(st, peer_loop, "is synchronized to this server");

    const Estimate& e = *st.estimate;
    st.root_distance = std::max(policy.mindist,
        e.delay / 2 + e.dispersion + s.last->root_delay / 2 + s.last->root_dispersion + e.jitter);
    const Seconds farthest = policy.maxdist + policy.dispersion * at.poll.interval();
    if (s.traits.kind == SourceKind::server && st.root_distance >= farthest)
        refuse(st, peer_distance,
            e.readings < ripe_readings
                ? fmt::format("{} of {} readings needed", e.readings, ripe_readings)
                : fmt::format("root distance {:.3f} s is not below {:.3f} s",
                    st.root_distance.count(), farthest.count()));

    const Seconds reach = std::max(policy.mindist, e.distance + e.age_dispersion + e.jitter);
    st.claim = {e.offset - reach, e.offset + reach};
    st.correctness = correctness(s.filter, at.now, at.drift).value_or(st.claim);
    return st;
}

bool is_unripe(const Standing& st)
{
    return (st.flash & ~peer_distance) == 0 && st.estimate->readings < ripe_readings;
}

} // namespace timeball::sync
