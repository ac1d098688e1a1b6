// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// How often one sender may ask in the control protocol: 20 questions a second, 100 at once. The
// memory is fixed: senders share a bucket when their keyed hashes meet, and a bucket passes to the
// last who came; so no sender can be locked out, and few can ask at all.

#include "base/address.h"
#include "base/siphash.h"
#include "time/time.h"

#include <array>

namespace timeball::serve {

class ControlLimiter {
public:
    explicit ControlLimiter(SipKey key) : key_{key} { }

    // Whether a question may pass. Loopback always may.
    bool admit(const Address& from, Instant<Mono> now);

private:
    struct Bucket {
        std::uint64_t sender = 0; // hash
        double tokens = 0;
        Instant<Mono> filled{};
    };

    SipKey key_;
    std::array<Bucket, 256> buckets_{};
};

} // namespace timeball::serve
