// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Figures of runs.

#include "track.h"

#include <algorithm>
#include <cmath>

namespace timeball::bench {

using namespace std::chrono_literals;

namespace {

template <class T>
T quantile(std::vector<T>& of, double q)
{
    const auto at = of.begin() + std::lround(q * static_cast<double>(of.size() - 1));
    std::nth_element(of.begin(), at, of.end());
    return *at;
}

// Of the runs, in order; the median is at 0.5.
std::optional<Seconds> recovery_at(
    double q, const Situation& situation, const std::vector<Track>& tracks)
{
    if (!situation.disturbed)
        return std::nullopt;
    std::vector<Seconds> spans;
    for (const Track& t : tracks)
        spans.push_back(recovery(t, *situation.disturbed, situation.small).value_or(1e9s));
    const Seconds span = quantile(spans, q);
    return span < 1e9s ? std::optional{span} : std::nullopt;
}

} // namespace

std::optional<Seconds> recovery(const Track& track, Nanoseconds since, Seconds small)
{
    constexpr Nanoseconds stretch = 30min;
    Nanoseconds calm_since = since;
    for (std::size_t i = 0; i < track.moments.size(); ++i) {
        const Nanoseconds at = track.grid * static_cast<std::int64_t>(i + 1);
        if (at <= since)
            continue;
        if (abs(track.moments[i].error) > small)
            calm_since = at;
        else if (at - calm_since >= stretch)
            return calm_since - since;
    }
    return std::nullopt;
}

Track begun(const Situation& situation)
{
    Track track;
    track.grid = situation.disturbed || situation.reference_jitter ? 1s : 10s;
    return track;
}

void note(Track& track, Seconds error, const std::optional<Seconds>& claim)
{
    track.moments.push_back({error, claim});
    if (!claim)
        return;
    ++track.claims_checked;
    track.claims_broken += abs(error) > *claim;
}

Figures figures_of(const Situation& situation, const std::vector<Track>& tracks)
{
    Figures f;
    std::vector<Seconds> errors, claims;
    double square = 0, last = 0;
    for (const Track& t : tracks) {
        const auto first = static_cast<std::size_t>(situation.settled / t.grid);
        for (std::size_t i = first; i < t.moments.size(); ++i) {
            const Moment& m = t.moments[i];
            errors.push_back(abs(m.error));
            square += m.error.count() * m.error.count();
            if (m.claim)
                claims.push_back(*m.claim);
        }
        last += t.moments.back().error.count() * t.moments.back().error.count();
        f.packets_per_hour += static_cast<double>(t.packets);
        f.claims_checked += t.claims_checked;
        f.claims_broken += t.claims_broken;
        if (f.first_broken.empty())
            f.first_broken = t.first_broken;
        f.cpu += t.cpu;
    }
    const auto runs = static_cast<double>(tracks.size());
    f.rms = Seconds{std::sqrt(square / static_cast<double>(errors.size()))};
    f.max = *std::max_element(errors.begin(), errors.end());
    f.p95 = quantile(errors, 0.95);
    f.at_end = Seconds{std::sqrt(last / runs)};
    f.recovery = recovery_at(0.5, situation, tracks);
    f.worst_recovery = recovery_at(1, situation, tracks);
    f.packets_per_hour /= runs * (Seconds{situation.span - situation.settled} / Seconds{1h});
    if (!claims.empty())
        f.claim = quantile(claims, 0.5);
    f.cpu = f.cpu / runs / (Seconds{situation.span} / Seconds{24h});
    return f;
}

} // namespace timeball::bench
