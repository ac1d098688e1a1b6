// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Buckets: up to 127 each value has its own, then each octave has 64.

#include "bench/serving/load/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace timeball::load {

namespace {

constexpr int fine_bits = 6;
constexpr std::uint64_t most_magnitude = (std::uint64_t{1} << 44) - 1; // five hours

std::size_t bucket_of(std::uint64_t magnitude)
{
    magnitude = std::min(magnitude, most_magnitude);
    const int excess
        = std::max<int>(0, static_cast<int>(std::bit_width(magnitude)) - fine_bits - 1);
    return (static_cast<std::size_t>(excess) << fine_bits) + (magnitude >> excess);
}

constexpr std::size_t buckets = (std::size_t{44 - fine_bits - 1} << fine_bits) + (2u << fine_bits);

// The largest magnitude in it.
std::int64_t top_of(std::size_t bucket)
{
    const std::size_t octave = bucket >> fine_bits;
    if (octave < 2)
        return static_cast<std::int64_t>(bucket);
    const std::size_t excess = octave - 1;
    const std::uint64_t first = (bucket - (excess << fine_bits)) << excess;
    return static_cast<std::int64_t>(first + (std::uint64_t{1} << excess) - 1);
}

} // namespace

Histogram::Histogram() : below_(buckets), above_(buckets) { }

void Histogram::add(Nanoseconds value)
{
    const std::int64_t v = value.count();
    if (v < 0)
        ++below_[bucket_of(static_cast<std::uint64_t>(-v))];
    else
        ++above_[bucket_of(static_cast<std::uint64_t>(v))];
    least_ = count_ == 0 ? value : std::min(least_, value);
    most_ = count_ == 0 ? value : std::max(most_, value);
    ++count_;
    sum_ += v;
}

Nanoseconds Histogram::mean() const
{
    return Nanoseconds{count_ == 0 ? 0 : sum_ / static_cast<std::int64_t>(count_)};
}

Nanoseconds Histogram::percentile(double share) const
{
    if (count_ == 0)
        return Nanoseconds{0};
    const auto wanted = std::max<std::uint64_t>(
        1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_))));
    const auto bounded
        = [&](std::int64_t ns) { return std::clamp(Nanoseconds{ns}, least_, most_); };
    std::uint64_t seen = 0;
    for (std::size_t i = buckets; i-- > 0;) {
        seen += below_[i];
        if (seen >= wanted)
            return bounded(-top_of(i));
    }
    for (std::size_t i = 0; i < buckets; ++i) {
        seen += above_[i];
        if (seen >= wanted)
            return bounded(top_of(i));
    }
    return most_;
}

} // namespace timeball::load
