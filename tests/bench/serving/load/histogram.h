// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Percentiles of many intervals without keeping them: counts in buckets that are at most 1/64 of
// their value wide. An interval may be negative.

#include "time/time.h"

#include <cstdint>
#include <vector>

namespace timeball::load {

class Histogram {
public:
    Histogram();

    void add(Nanoseconds value);

    // Of none, all are zero.
    std::uint64_t count() const { return count_; }
    Nanoseconds mean() const;
    Nanoseconds least() const { return least_; }
    Nanoseconds most() const { return most_; }
    // The value that `share` (0 to 1) of all do not exceed, to the width of a bucket.
    Nanoseconds percentile(double share) const;

private:
    std::vector<std::uint64_t> below_, above_; // by magnitude; zero counts as above
    std::uint64_t count_ = 0;
    std::int64_t sum_ = 0;
    Nanoseconds least_{0}, most_{0};
};

} // namespace timeball::load
