// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// How often one sender may ask in the control protocol: a stranger 20 questions a second, 100 at
// once; whom a rule of its own admits 500 a second, which reads a list of 100,000 clients in a
// few seconds. All strangers and admitted ones together may ask 2000 times a second and the host
// itself 10,000 times: what a flood asks beyond that costs the control loop nothing. The memory is
// fixed: senders share a bucket when their keyed hashes meet, and a bucket passes to the last who
// came; so no sender can be locked out, and few can ask at all.

#include "base/address.h"
#include "base/siphash.h"
#include "time/time.h"

#include <array>

namespace timeball::serve {

class ControlLimiter {
public:
    explicit ControlLimiter(SipKey key) : key_{key} { }

    // Whether a question may pass.
    bool admit(const Address& from, bool is_admitted, Instant<Mono> now);

private:
    struct Pace {
        double a_second, at_once;
    };
    struct Bucket {
        std::uint64_t sender = 0; // hash
        double tokens = 0;
        Instant<Mono> filled{};

        bool take(const Pace& pace, Instant<Mono> now);
    };
    static constexpr Pace strangers_pace{20, 100}, admitted_pace{500, 1000},
        everybodys_pace{2000, 4000}, own_pace{10'000, 20'000};

    SipKey key_;
    std::array<Bucket, 256> buckets_{};
    Bucket everybody_{0, everybodys_pace.at_once, {}}, own_{0, own_pace.at_once, {}};
};

} // namespace timeball::serve
