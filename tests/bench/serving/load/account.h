// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The account of one crowd: what it sent, what became of it, and how well the answers told the
// time.

#include "bench/serving/load/crowd.h"
#include "bench/serving/load/histogram.h"
#include "bench/serving/load/judge.h"

#include <array>
#include <cstdint>
#include <vector>

namespace timeball::load {

struct Account {
    std::uint64_t sent = 0;
    std::uint64_t missed = 0; // should have been sent, but the load was late
    std::array<std::uint64_t, fate_count> fates{};
    std::uint64_t duplicates = 0; // answers after the first
    Histogram latency; // of all that was answered with the time
    // Of what tells the time: what the stamps differ from ours. Positive: the server's receive
    // stamp is later than our sending, our receipt is later than the server's transmit stamp.
    Histogram receive_error, transmit_error;

    struct One { // of a client
        std::uint32_t asked = 0, served = 0;
    };
    std::vector<One> clients; // when the crowd is individual

    std::uint64_t of(Fate fate) const { return fates[static_cast<std::size_t>(fate)]; }
    std::uint64_t served() const { return of(Fate::served) + of(Fate::served_interleaved); }
    std::uint64_t kissed() const;
    std::uint64_t wrong() const;
    std::uint64_t answered() const; // in any way
    double share_lost() const; // of what was sent
};

// What came that answers nothing on its way.
struct Unmatched {
    std::uint64_t spoofed = 0; // to addresses that we made up
    std::uint64_t late = 0; // the question had been given up
    std::uint64_t forged = 0; // the origin is nearly right
    std::uint64_t stray = 0; // answers to nothing that was asked
    std::uint64_t fragments = 0; // of control answers, behind the first
};

} // namespace timeball::load
