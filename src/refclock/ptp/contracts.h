// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Unicast negotiation (IEEE 1588-2019, section 16.1): a master is asked to send messages of a kind
// at a rate for some time, and asked again before that ends.

#include "base/address.h"
#include "refclock/ptp/message.h"

#include <array>
#include <optional>
#include <vector>

namespace timeball::ptp {

class Contracts {
public:
    // What a master is to be told.
    struct Letter {
        Address to{};
        std::vector<UnicastTlv> tlvs{};
    };

    Contracts(const std::vector<Address>& masters, Instant<Mono> now);

    // Announces are wanted of all, time of one (nothing: of none).
    void want_time_of(const std::optional<Address>& master, Instant<Mono> now);

    // True when it was a refusal.
    bool hear(const UnicastTlv& tlv, const Address& from, Instant<Mono> now);

    std::vector<Letter> due(Instant<Mono> now); // and from then on it is not
    std::optional<Instant<Mono>> next() const;
    std::vector<Letter> cancel_all(Instant<Mono> now);

    // At what interval it sends what was granted; nothing: it was not.
    std::optional<std::int8_t> granted(
        const Address& master, MessageType about, Instant<Mono> now) const;

private:
    struct Contract {
        MessageType about{};
        std::int8_t log_interval; // that is asked for
        bool is_wanted = false;
        Instant<Mono> next{}; // when it is asked for
        std::optional<Instant<Mono>> ends{}; // granted until then
        int unanswered = 0;
    };
    struct Partner {
        Address address{};
        std::array<Contract, 3> contracts;
        std::vector<UnicastTlv> goodbyes{}; // to be sent with the next letter
    };

    std::vector<Partner> partners_;
};

} // namespace timeball::ptp
