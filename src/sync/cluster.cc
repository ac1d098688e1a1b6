// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The cluster algorithm, the choice of the system peer and the weighted mean.

#include "sync/cluster.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace timeball::sync {

namespace {

Seconds select_jitter(const Candidate& of, const std::vector<Candidate>& among)
{
    if (among.size() < 2)
        return Seconds{0};
    double sum = 0;
    for (const Candidate& other : among) {
        const double apart = (other.offset - of.offset).count();
        sum += apart * apart;
    }
    return Seconds{std::sqrt(sum / static_cast<double>(among.size() - 1))};
}

bool is_protected(const Candidate& c)
{
    return c.is_preferred || c.is_true;
}

double badness(const Candidate& c)
{
    return c.select_jitter.count() * c.distance.count();
}

Seconds synchronization_distance(const Candidate& c, Seconds mindist)
{
    return c.distance + c.stratum.value * mindist;
}

} // namespace

Clustered cluster(std::vector<Candidate> candidates, int minclock, Seconds mindist)
{
    Clustered result{std::move(candidates), {}};
    auto& left = result.survivors;
    const auto enough = static_cast<std::size_t>(std::max(1, minclock));
    for (;;) {
        for (Candidate& c : left)
            c.select_jitter = select_jitter(c, left);
        if (left.size() <= enough)
            return result;

        const auto worst = std::max_element(left.begin(), left.end(),
            [](const Candidate& a, const Candidate& b) { return badness(a) < badness(b); });
        const auto steadiest = std::min_element(left.begin(), left.end(),
            [](const Candidate& a, const Candidate& b) { return a.jitter < b.jitter; });
        if (worst->select_jitter <= std::max(steadiest->jitter, mindist) || is_protected(*worst))
            return result;
        result.outliers.push_back(*worst);
        left.erase(worst);
    }
}

std::optional<SourceId> choose_peer(
    std::span<const Candidate> survivors, std::optional<SourceId> old, Seconds mindist)
{
    if (survivors.empty())
        return std::nullopt;
    const auto nearer = [&](const Candidate& a, const Candidate& b) {
        if (a.is_preferred != b.is_preferred)
            return a.is_preferred;
        return synchronization_distance(a, mindist) < synchronization_distance(b, mindist);
    };
    const Candidate& best = *std::min_element(survivors.begin(), survivors.end(), nearer);
    const auto ours = std::find_if(survivors.begin(), survivors.end(),
        [&](const Candidate& c) { return old && c.id == *old; });
    if (ours == survivors.end() || best.is_preferred != ours->is_preferred)
        return best.id;
    return synchronization_distance(best, mindist) < 0.75 * synchronization_distance(*ours, mindist)
        ? best.id
        : ours->id;
}

Combined combine(std::span<const Candidate> survivors, SourceId peer)
{
    assert(!survivors.empty());
    const auto followed = std::find_if(
        survivors.begin(), survivors.end(), [&](const Candidate& c) { return c.id == peer; });
    assert(followed != survivors.end());
    if (followed->is_preferred)
        return {followed->offset, followed->jitter};

    double weights = 0, offset = 0, spread = 0;
    for (const Candidate& c : survivors) {
        const double weight = 1 / std::max(c.distance.count(), 1e-9);
        const double apart = (c.offset - followed->offset).count();
        weights += weight;
        offset += weight * apart;
        spread += weight * apart * apart;
    }
    return {followed->offset + Seconds{offset / weights},
        Seconds{std::hypot(std::sqrt(spread / weights), followed->jitter.count())}};
}

} // namespace timeball::sync
