// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Wire timestamps (RFC 5905, section 6). They stay raw bits: what matches a reply to its request
// is equality of bits. The era is resolved in one function, around a pivot.

#include "time/time.h"

#include <cstdint>

namespace timeball::ntp {

// 32.32 seconds since 1900-01-01, without its era. Zero is "unknown".
struct Timestamp {
    std::uint64_t bits = 0;
    bool operator==(const Timestamp&) const = default;
    bool is_zero() const { return bits == 0; }
};

// 16.16 seconds, unsigned: root delay and root dispersion.
struct Short {
    std::uint32_t bits = 0;
    bool operator==(const Short&) const = default;
};

Timestamp to_timestamp(
    Instant<Utc> t); // to the nearest 2^-32 s; never the zero that means "unknown"

// The instant nearest to `pivot`, within 68 years, that `t` can mean.
Instant<Utc> to_instant(Timestamp t, Instant<Utc> pivot);

Short to_short(Seconds s); // rounded up, clamped to 0 and just below 65536 s
Seconds to_seconds(Short s);

} // namespace timeball::ntp
