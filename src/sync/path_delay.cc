// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What round trips tell of errors.

#include "sync/path_delay.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace timeball::sync {

namespace {

// With few round trips seen, part of the path's own delay may be a queue.
constexpr double suspicion = 0.05;

} // namespace

PathDelay push(PathDelay path, Seconds delay)
{
    path.delays.push_back(delay);
    if (path.delays.size() > PathDelay::memory)
        path.delays.pop_front();
    return path;
}

Seconds offset_noise(const PathDelay& path, Seconds delay, Seconds floor)
{
    if (path.delays.empty())
        return floor + suspicion * delay;

    const double n = static_cast<double>(path.delays.size());
    const double least
        = std::min(delay, *std::min_element(path.delays.begin(), path.delays.end())).count();
    const double mean
        = std::accumulate(path.delays.begin(), path.delays.end(), Seconds{0}).count() / n;

    // The least delay seen is itself above the path's least by about so much when both ways have
    // queues: the smallest of n sums of two exponential waits.
    const double unseen
        = 0.63 * (mean - least) / std::sqrt(n) + suspicion * delay.count() / (n * n);
    const double excess = delay.count() - least + unseen;
    const double caution = 1 + 2 / n; // few delays may agree by chance
    return Seconds{std::hypot(caution * excess / std::sqrt(12.0), floor.count())};
}

} // namespace timeball::sync
