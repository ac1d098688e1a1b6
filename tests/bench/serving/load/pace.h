// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// An even pace: when the next request of an open loop is due. Who falls behind catches up in bursts
// of bounded size; what does not fit into one was missed, and is counted, not sent later.

#include "time/time.h"

#include <cstdint>

namespace timeball::load {

class Pace {
public:
    // `rate` a second, from `start` on; at most `burst` at once.
    Pace(double rate, Instant<Mono> start, std::uint32_t burst);

    // How many are due now. They count as sent.
    std::uint32_t take(Instant<Mono> now, std::uint32_t at_most);

    Instant<Mono> next() const; // when the next one is due
    std::uint64_t missed() const { return missed_; }

private:
    double rate_;
    Instant<Mono> start_;
    std::uint32_t burst_;
    std::uint64_t gone_ = 0; // sent or missed
    std::uint64_t missed_ = 0;
};

} // namespace timeball::load
