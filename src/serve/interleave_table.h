// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// When answers really left (RFC 9769), for those who ask to be told with the next one. An answer is
// known by the receive timestamp in it, which the client gives back. Bounded: a newer answer takes
// the place of an older one, whose client is then answered in the basic way. No memory is taken
// until somebody asks.

#include "base/address.h"
#include "base/siphash.h"
#include "ntp/timestamp.h"
#include "time/time.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace timeball::serve {

class InterleaveTable {
public:
    static constexpr unsigned index_bits = 14;
    static constexpr std::size_t size = 1u << index_bits; // answers

    explicit InterleaveTable(SipKey key) : key_{key} { }

    // An answer is about to leave. Gives the token with which its transmit stamp shall come.
    std::uint32_t expect(const Address& client, ntp::Timestamp receive);

    // It left. Whose place was taken meanwhile is ignored.
    void departed(std::uint32_t token, Instant<Utc> when);

    // When the answer with this receive timestamp left for this client.
    std::optional<Instant<Utc>> find(const Address& client, ntp::Timestamp receive) const;

private:
    struct Answer {
        std::uint64_t key = 0; // of client and receive timestamp
        Instant<Utc> when{}; // zero: not yet
        std::uint32_t token = 0;
    };
    std::uint64_t key_of(const Address& client, ntp::Timestamp receive) const;

    SipKey key_;
    std::uint32_t generation_ = 0;
    std::vector<Answer> answers_;
};

} // namespace timeball::serve
