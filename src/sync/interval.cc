// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Where correctness intervals agree.

#include "sync/interval.h"

#include <algorithm>
#include <vector>

namespace timeball::sync {

namespace {

// From the lowest to the highest point that lies within at least `wanted` intervals.
std::optional<Interval> shared_by(std::span<const Interval> intervals, std::size_t wanted)
{
    std::vector<Seconds> lower, upper;
    for (const Interval& i : intervals) {
        lower.push_back(i.lower);
        upper.push_back(i.upper);
    }
    std::sort(lower.begin(), lower.end());
    std::sort(upper.begin(), upper.end());

    // Coverage grows only at a lower end, so the lowest point looked for is one: the first at
    // which the intervals begun, less those that ended before it, are enough.
    std::optional<Seconds> lowest;
    for (std::size_t begun = 0; begun < lower.size() && !lowest; ++begun) {
        const auto ended = static_cast<std::size_t>(
            std::lower_bound(upper.begin(), upper.end(), lower[begun]) - upper.begin());
        if (begun + 1 - ended >= wanted)
            lowest = lower[begun];
    }
    if (!lowest)
        return std::nullopt;

    // And from the top down in the same way.
    for (std::size_t i = upper.size(); i-- > 0;) {
        const auto begun = static_cast<std::size_t>(
            std::upper_bound(lower.begin(), lower.end(), upper[i]) - lower.begin());
        if (begun - i >= wanted)
            return Interval{*lowest, upper[i]};
    }
    return std::nullopt;
}

} // namespace

bool overlap(const Interval& a, const Interval& b)
{
    return a.lower <= b.upper && b.lower <= a.upper;
}

std::optional<Interval> intersection(const Interval& a, const Interval& b)
{
    if (!overlap(a, b))
        return std::nullopt;
    return Interval{std::max(a.lower, b.lower), std::min(a.upper, b.upper)};
}

Seconds gap(const Interval& a, const Interval& b)
{
    return std::max({Seconds{0}, a.lower - b.upper, b.lower - a.upper});
}

std::optional<Interval> agreement(std::span<const Interval> intervals)
{
    for (std::size_t liars = 0; 2 * liars < intervals.size(); ++liars)
        if (const auto found = shared_by(intervals, intervals.size() - liars))
            return found;
    return std::nullopt;
}

std::optional<Interval> majority(std::span<const Interval> intervals)
{
    if (intervals.empty())
        return std::nullopt;
    const std::size_t liars = (intervals.size() - 1) / 2;
    return shared_by(intervals, intervals.size() - liars);
}

} // namespace timeball::sync
