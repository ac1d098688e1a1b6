// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What one exchange adds to a belief.

#include "sync/queue_belief.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace timeball::sync {

namespace {

constexpr int points = 64;
constexpr double reach = 5; // standard deviations of the belief that are looked at
constexpr double blur = 8; // of the bounds

// Of a wait; as steep as the bound is sharp where there is none.
double density(double wait, double usual, double noise)
{
    constexpr double rare = 0.1, longer = 8;
    if (wait < 0)
        return (1 - rare + rare / longer) * std::exp(wait / noise);
    // Eight times as long: its eighth power is the density of the usual waits.
    const double slow = std::exp(-wait / (longer * usual));
    const double squared = slow * slow, fourth = squared * squared;
    return (1 - rare) * fourth * fourth + rare / longer * slow;
}

} // namespace

std::optional<Lesson> after(const Belief& before, const TwoWays& seen)
{
    // From the mean of what is believed, in units of the shorter wait.
    const double unit = std::min(seen.wait_there, seen.wait_back).count();
    const double there = seen.wait_there.count() / unit, back = seen.wait_back.count() / unit;
    const double deviation = before.deviation.count() / unit;
    const double noise = seen.noise.count() / unit;
    const double lower = (seen.lower - before.mean).count() / unit;
    const double upper = (seen.upper - before.mean).count() / unit;

    const double first = std::max(-reach * deviation, std::min(lower, upper) - blur * noise);
    const double last = std::min(reach * deviation, std::max(lower, upper) + blur * noise);
    if (!(first < last))
        return std::nullopt;

    const double step = (last - first) / points;
    std::array<double, points> likelihood;
    double sum = 0, mean = 0, square = 0;
    for (int i = 0; i < points; ++i) {
        const double x = first + (i + 0.5) * step;
        const double z = x / deviation;
        const double l = std::exp(-z * z / 2) * density(upper - x, there, noise)
            * density(x - lower, back, noise);
        likelihood[static_cast<std::size_t>(i)] = l;
        sum += l;
        mean += l * x;
    }
    if (!(sum > 0))
        return std::nullopt;
    mean /= sum;
    for (int i = 0; i < points; ++i) {
        const double off = first + (i + 0.5) * step - mean;
        square += likelihood[static_cast<std::size_t>(i)] * off * off;
    }
    const double spread = std::sqrt(square / sum + step * step / 12);
    return Lesson{{before.mean + Seconds{mean * unit}, Seconds{spread * unit}},
        std::log(sum * step / deviation)};
}

} // namespace timeball::sync
