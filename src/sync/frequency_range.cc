// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Limits of the frequency.

#include "sync/frequency_range.h"

#include <algorithm>

namespace timeball::sync {

namespace {

// Closer together, two intervals say nothing.
constexpr Seconds least_span{16};

// Long enough for a few ppm, short enough to follow the weather.
constexpr Seconds generation{7200};

} // namespace

FrequencyRange frequency_range(Frequency about, Frequency at_most)
{
    return {about - at_most, about + at_most, std::nullopt, std::nullopt};
}

FrequencyRange narrowed(FrequencyRange range, const ErrorBound& now, const FrequencyRange& unknown)
{
    if (!range.older) {
        range.older = range.newer = now;
        return range;
    }
    Frequency lowest = range.lowest, highest = range.highest;
    if (Seconds{now.when - range.newer->when} >= generation) {
        range.older = range.newer;
        range.newer = now;
        lowest = unknown.lowest;
        highest = unknown.highest;
    }
    const Seconds span{now.when - range.older->when};
    if (span < least_span)
        return range;
    range.lowest = std::max(lowest, frequency_of(now.truth.lower - range.older->truth.upper, span));
    range.highest
        = std::min(highest, frequency_of(now.truth.upper - range.older->truth.lower, span));
    if (range.lowest > range.highest)
        return {unknown.lowest, unknown.highest, now, now};
    return range;
}

Frequency greatest_error(const FrequencyRange& range, Frequency estimate)
{
    return std::max({Frequency{}, range.highest - estimate, estimate - range.lowest});
}

} // namespace timeball::sync
