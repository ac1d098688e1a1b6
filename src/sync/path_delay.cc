// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What round trips tell of errors.

#include "sync/path_delay.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace timeball::sync {

namespace {

// With few round trips seen, part of the path's own delay may be a queue.
constexpr double suspicion = 0.05;

// In units of the mean of an exponential wait: the median of the sum of two; of one, what lies
// between its twentieth part and its median.
constexpr double median_of_two_waits = 1.68;
constexpr double most_of_a_wait = 0.64;

// What a path is like changes slowly; it is looked at anew each so many trips.
constexpr unsigned study_interval = 8;

// Fewer trips tell nothing of the two ways apart, nor of the shape of their delays.
constexpr std::size_t least_for_ways = 32, least_for_shape = 100;

// The lower half of the delays is as wide as the upper one, nearly: for two exponential waits it is
// 0.43 times as wide.
constexpr double even = 0.75;

// And the least one is so many standard deviations below the middle. Of two waits that are spread
// evenly between bounds, which are sharp, it is 2.4; of so many that have no bounds, 2.9.
constexpr double far_out = 2.5;
constexpr std::size_t least_for_tails = 300;

double at_quantile(std::vector<double>& values, double q)
{
    const auto at = values.begin()
        + static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1) + 0.5);
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

template <class Of>
std::vector<double> collected(auto first, auto last, Of of)
{
    std::vector<double> values;
    values.reserve(static_cast<std::size_t>(last - first));
    for (; first != last; ++first)
        values.push_back(of(*first).count());
    return values;
}

Seconds delay_of(const Trip& t)
{
    return t.delay;
}

// All that is recent is slower than what was before, and by more than it differs in itself.
bool is_other_route(const PathDelay& path)
{
    if (path.trips.size() <= PathDelay::convincing)
        return false;
    auto recent = collected(path.trips.end() - PathDelay::convincing, path.trips.end(), delay_of);
    const double least = *std::min_element(recent.begin(), recent.end());
    return least - path.least.count() > 2 * (at_quantile(recent, 0.5) - least);
}

// How long one way usually took, above what it takes at least.
template <class Of>
double usual_wait(const std::deque<Trip>& trips, Of of)
{
    auto ways = collected(trips.begin(), trips.end(), of);
    return (at_quantile(ways, 0.5) - at_quantile(ways, 0.05)) / most_of_a_wait;
}

void study(PathDelay& path)
{
    auto delays = collected(path.trips.begin(), path.trips.end(), delay_of);
    const double middle = at_quantile(delays, 0.5);
    path.wait = Seconds{middle - path.least.count()} / median_of_two_waits;

    if (delays.size() >= least_for_ways) {
        const double there
            = usual_wait(path.trips, [](const Trip& t) { return t.delay / 2 + t.surprise; });
        const double back
            = usual_wait(path.trips, [](const Trip& t) { return t.delay / 2 - t.surprise; });
        path.share_there = there + back > 0 ? there / (there + back) : 0.5;
        auto surprises = collected(path.trips.begin(), path.trips.end(),
            [](const Trip& t) { return Seconds{std::fabs(t.surprise.count())}; });
        path.usual_surprise = Seconds{1.48 * at_quantile(surprises, 0.5)};
    }
    path.has_no_edge = false;
    if (delays.size() >= least_for_shape) {
        const double lowest = at_quantile(delays, 0.05), highest = at_quantile(delays, 0.95);
        path.spread = Seconds{(highest - lowest) / 3.29};
        path.has_no_edge = middle - lowest > even * (highest - middle)
            && (delays.size() < least_for_tails
                || middle - path.least.count() > far_out * path.spread.count());
        path.slowest = Seconds{highest + 2 * (highest - middle)};
    }
}

// What stands for the trips of an earlier run: eight of the quantiles of two exponential waits.
constexpr std::array<double, 8> typical{0, 0.7, 1.1, 1.5, 1.9, 2.3, 3.0, 4.0};

constexpr std::size_t deciding = 6; // new trips

} // namespace

PathDelay remembered(Seconds least, Seconds wait)
{
    PathDelay path;
    for (const double waited : typical)
        path.trips.push_back({least + waited * wait});
    path.least = least;
    path.is_remembered = true;
    study(path);
    return path;
}

PathDelay push(PathDelay path, Seconds delay)
{
    path.trips.push_back({delay});
    if (path.is_remembered && path.trips.size() == typical.size() + deciding) {
        const auto first_new = path.trips.begin() + typical.size();
        const Trip& quickest = *std::min_element(first_new, path.trips.end(),
            [](const Trip& a, const Trip& b) { return a.delay < b.delay; });
        if (quickest.delay > path.least + 3 * path.wait)
            path.trips.erase(path.trips.begin(), first_new);
        path.is_remembered = false;
    }
    if (path.trips.size() > PathDelay::memory)
        path.trips.pop_front();
    path.new_route.reset();
    if (is_other_route(path)) {
        path.trips.erase(path.trips.begin(), path.trips.end() - PathDelay::convincing);
        auto surprises = collected(
            path.trips.begin(), path.trips.end() - 1, [](const Trip& t) { return t.surprise; });
        path.new_route = Seconds{at_quantile(surprises, 0.5)};
        for (Trip& t : path.trips)
            t.surprise -= *path.new_route;
    }
    path.least
        = std::min_element(path.trips.begin(), path.trips.end(), [](const Trip& a, const Trip& b) {
              return a.delay < b.delay;
          })->delay;
    if (path.trips.size() <= 2 * study_interval || path.new_route
        || ++path.pushed % study_interval == 0)
        study(path);
    return path;
}

Queueing queueing(const PathDelay& path, Seconds delay, Seconds floor)
{
    if (path.trips.empty())
        return {Seconds{0}, Seconds{0}, Seconds{0}, floor + suspicion * delay};
    if (path.has_no_edge) {
        const Seconds far = std::max(Seconds{0}, delay - path.slowest);
        return {Seconds{0}, path.wait, path.wait,
            Seconds{std::hypot(floor.count(), path.spread.count() / 2, far.count() / 2)}};
    }

    // The least delay seen is itself above the path's least: less than the least of n sums of two
    // waits suggests, as the clock keeps the two directions apart.
    const double n = static_cast<double>(path.trips.size());
    const double share = std::clamp(path.share_there, 0.02, 0.98);
    const Seconds there = 2 * share * path.wait, back = 2 * (1 - share) * path.wait;
    const Seconds unseen = path.wait * (std::sqrt(share * (1 - share) / n) * (1 + 8 / n))
        + std::max(there, back) * (0.3 / n) + delay * (suspicion / (n * n));
    const double caution = 1 + 2 / n; // few delays may agree by chance
    const Seconds excess = caution * (std::max(Seconds{0}, delay - path.least) + unseen);
    const Seconds least_wait = unseen / 4;
    return {excess, std::max(there, least_wait), std::max(back, least_wait),
        Seconds{
            std::hypot(floor.count(), 0.01 * std::min(there, back).count(), unseen.count() / 4)}};
}

Seconds offset_noise(const PathDelay& path, Seconds delay, Seconds floor)
{
    const Queueing q = queueing(path, delay, floor);
    return Seconds{std::hypot(q.excess.count() / std::sqrt(12.0), q.noise.count())};
}

} // namespace timeball::sync
