// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Wire timestamps: fixed point to nanoseconds and back, without floating point.

#include "ntp/timestamp.h"

#include <algorithm>
#include <cmath>

namespace timeball::ntp {

namespace {

constexpr std::int64_t billion = 1'000'000'000;
constexpr std::uint64_t epoch_1970 = 2'208'988'800; // seconds from 1900 to 1970

} // namespace

Timestamp to_timestamp(Instant<Utc> t)
{
    const std::int64_t ns = t.time_since_epoch().count();
    std::int64_t seconds = ns / billion;
    std::int64_t rest = ns % billion;
    if (rest < 0) {
        rest += billion;
        --seconds;
    }
    // 2^32 / 10^9 needs 62 bits for the product; half a billion rounds to nearest.
    const std::uint64_t fraction
        = ((static_cast<std::uint64_t>(rest) << 32) + billion / 2) / billion;
    const std::uint64_t whole = (static_cast<std::uint64_t>(seconds) + epoch_1970) << 32;
    const std::uint64_t bits = whole + fraction;
    return {bits == 0 ? 1 : bits};
}

Instant<Utc> to_instant(Timestamp t, Instant<Utc> pivot)
{
    // The difference to the pivot, as signed 32.32 seconds, wraps to the nearest era by itself.
    const auto difference = static_cast<std::int64_t>(t.bits - to_timestamp(pivot).bits);
    const std::int64_t seconds = difference >> 32;
    const std::uint64_t fraction = static_cast<std::uint64_t>(difference) & 0xffffffff;
    const auto pivot_bits = to_timestamp(pivot).bits;
    // Add in fixed point first, so that equal bits give equal instants whatever the pivot.
    const std::uint64_t sum = (pivot_bits & 0xffffffff) + fraction;
    const std::int64_t carry = static_cast<std::int64_t>(sum >> 32);
    const std::uint64_t ns = ((sum & 0xffffffff) * billion + (1ull << 31)) >> 32;
    const std::int64_t pivot_ns = pivot.time_since_epoch().count();
    std::int64_t pivot_seconds = pivot_ns / billion - (pivot_ns % billion < 0 ? 1 : 0);
    // Rounding to 2^-32 may have carried the pivot into the next second.
    const auto shown = static_cast<std::uint32_t>(pivot_bits >> 32);
    if (shown != static_cast<std::uint32_t>(static_cast<std::uint64_t>(pivot_seconds) + epoch_1970))
        ++pivot_seconds;
    return Instant<Utc>{std::chrono::seconds{pivot_seconds + seconds + carry}
        + Nanoseconds{static_cast<std::int64_t>(ns)}};
}

Short to_short(Seconds s)
{
    const double units = std::ceil(s.count() * 65536.0);
    return {static_cast<std::uint32_t>(std::clamp(units, 0.0, 4294967295.0))};
}

Seconds to_seconds(Short s)
{
    return Seconds{s.bits / 65536.0};
}

} // namespace timeball::ntp
