// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Correctness intervals, and where they agree (RFC 5905, section 11.2.1; Marzullo).

#include "time/time.h"

#include <optional>
#include <span>

namespace timeball::sync {

// The truth lies within, if whoever gave it tells the truth.
struct Interval {
    Seconds lower{0}, upper{0};

    Seconds width() const { return upper - lower; }
};

bool overlap(const Interval& a, const Interval& b);

// Empty when the two do not overlap.
std::optional<Interval> intersection(const Interval& a, const Interval& b);

// By how much they miss each other; 0 when they overlap.
Seconds gap(const Interval& a, const Interval& b);

// Where all but the fewest possible falsetickers agree: from the lowest to the highest point that
// lies within n - f intervals, for the smallest f below half of n that gives such points. Empty
// when no majority agrees.
std::optional<Interval> agreement(std::span<const Interval> intervals);

// What contains the truth whoever the liars are, as long as they are fewer than half: from the
// lowest to the highest point that a majority of the intervals contains. Wider than agreement().
std::optional<Interval> majority(std::span<const Interval> intervals);

} // namespace timeball::sync
