// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Token buckets for the control protocol.

#include "serve/control_limiter.h"

#include <algorithm>

namespace timeball::serve {

bool ControlLimiter::Bucket::take(const Pace& pace, Instant<Mono> now)
{
    tokens += pace.a_second * std::max(Seconds{now - filled}, Seconds{0}).count();
    tokens = std::min(tokens, pace.at_once);
    filled = now;
    if (tokens < 1)
        return false;
    tokens -= 1;
    return true;
}

bool ControlLimiter::admit(const Address& from, bool is_admitted, Instant<Mono> now)
{
    if (from.is_loopback())
        return own_.take(own_pace, now);
    // An IPv6 host has a whole /64 of addresses.
    const auto counted = from.family == Family::ipv4 ? from.bytes() : from.bytes().first(8);
    const std::uint64_t sender = siphash(key_, counted);
    const Pace& pace = is_admitted ? admitted_pace : strangers_pace;
    Bucket& bucket = buckets_[sender % buckets_.size()];
    if (bucket.sender != sender)
        bucket = {sender, pace.at_once, now};
    return bucket.take(pace, now) && everybody_.take(everybodys_pace, now);
}

} // namespace timeball::serve
