// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What round trips tell of errors.

#include "sync/path_delay.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace timeball::sync {

namespace {

// With few round trips seen, part of the path's own delay may be a queue.
constexpr double suspicion = 0.05;

// Median of the sum of two exponential waits, in units of their mean.
constexpr double median_of_two_waits = 1.68;

Seconds median(std::vector<Seconds> delays)
{
    const auto middle = delays.begin() + static_cast<std::ptrdiff_t>(delays.size() / 2);
    std::nth_element(delays.begin(), middle, delays.end());
    return *middle;
}

// All that is recent is slower than what was before, and by more than it differs in itself.
bool is_other_route(const PathDelay& path)
{
    if (path.delays.size() <= PathDelay::convincing)
        return false;
    const std::vector<Seconds> recent{
        path.delays.end() - static_cast<std::ptrdiff_t>(PathDelay::convincing), path.delays.end()};
    const Seconds least = *std::min_element(recent.begin(), recent.end());
    return least - path.least > 2 * (median(recent) - least);
}

} // namespace

PathDelay push(PathDelay path, Seconds delay)
{
    path.delays.push_back(delay);
    if (path.delays.size() > PathDelay::memory)
        path.delays.pop_front();
    path.is_new_route = is_other_route(path);
    if (path.is_new_route)
        path.delays.erase(path.delays.begin(),
            path.delays.end() - static_cast<std::ptrdiff_t>(PathDelay::convincing));
    path.least = *std::min_element(path.delays.begin(), path.delays.end());
    path.wait
        = (median({path.delays.begin(), path.delays.end()}) - path.least) / median_of_two_waits;
    return path;
}

Queueing queueing(const PathDelay& path, Seconds delay, Seconds floor)
{
    if (path.delays.empty())
        return {Seconds{0}, Seconds{0}, floor + suspicion * delay};

    // The least delay seen is itself above the path's least: less than the least of n sums of two
    // waits suggests, as the clock keeps the two directions apart.
    const double n = static_cast<double>(path.delays.size());
    const Seconds unseen = path.wait * (0.5 / std::sqrt(n)) + delay * (suspicion / (n * n));
    const double caution = 1 + 2 / n; // few delays may agree by chance
    const Seconds excess = caution * (std::max(Seconds{0}, delay - path.least) + unseen);
    return {excess, std::max(path.wait, unseen),
        Seconds{std::hypot(floor.count(), 0.01 * path.wait.count() + unseen.count() / 4)}};
}

Seconds offset_noise(const PathDelay& path, Seconds delay, Seconds floor)
{
    const Queueing q = queueing(path, delay, floor);
    return Seconds{std::hypot(q.excess.count() / std::sqrt(12.0), q.noise.count())};
}

} // namespace timeball::sync
