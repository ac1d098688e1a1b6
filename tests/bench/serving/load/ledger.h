// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The questions on their way: a ring in order of asking, each with its ticket. Finding one costs a
// look at one entry.

#include "bench/serving/load/question.h"
#include "time/time.h"

#include <cstdint>
#include <vector>

namespace timeball::load {

struct Asked {
    Instant<Utc> when; // read just before it was given to the kernel
    Ticket ticket;
    std::uint32_t client = 0; // index in its crowd
    std::uint8_t crowd = 0;
    Kind kind = Kind::v4;
    Instant<Utc> previous{}; // when the answer came that an interleaved one tells of
    bool is_answered = false;
};

class Ledger {
public:
    explicit Ledger(std::size_t capacity); // made a power of two

    bool is_full() const { return next_ - first_ == ring_.size(); }
    std::uint32_t next_number() const { return static_cast<std::uint32_t>(next_); }

    // Its number becomes next_number(). Only when it is not full.
    void enter(Asked question);

    enum class Found { here, forged, gone, never };
    struct Finding {
        Found found = Found::never; // forged: the number is right, the nonce is not
        Asked* asked = nullptr; // when here
    };
    Finding find(const Echo& echo);

    // The oldest: null when there is none.
    Asked* oldest() { return next_ == first_ ? nullptr : &at(first_); }
    void drop_oldest() { ++first_; }

private:
    Asked& at(std::uint64_t number) { return ring_[number & (ring_.size() - 1)]; }

    std::vector<Asked> ring_;
    std::uint64_t first_ = 0, next_ = 0;
};

} // namespace timeball::load
