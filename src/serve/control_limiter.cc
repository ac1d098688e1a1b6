// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Token buckets for the control protocol.

#include "serve/control_limiter.h"

#include <algorithm>

namespace timeball::serve {

namespace {

constexpr double a_second = 20;
constexpr double at_once = 100;

} // namespace

bool ControlLimiter::admit(const Address& from, Instant<Mono> now)
{
    if (from.is_loopback())
        return true;
    // An IPv6 host has a whole /64 of addresses.
    const auto counted = from.family == Family::ipv4 ? from.bytes() : from.bytes().first(8);
    const std::uint64_t sender = siphash(key_, counted);
    Bucket& bucket = buckets_[sender % buckets_.size()];
    if (bucket.sender != sender)
        bucket = {sender, at_once, now};
    bucket.tokens += a_second * std::max(Seconds{now - bucket.filled}, Seconds{0}).count();
    bucket.tokens = std::min(bucket.tokens, at_once);
    bucket.filled = now;
    if (bucket.tokens < 1)
        return false;
    bucket.tokens -= 1;
    return true;
}

} // namespace timeball::serve
