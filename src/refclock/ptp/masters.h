// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The masters that are heard, and which of them is the best (IEEE 1588-2019, section 9.3).

#include "base/address.h"
#include "refclock/ptp/message.h"

#include <optional>
#include <string>
#include <vector>

namespace timeball::ptp {

struct Master {
    PortIdentity port{};
    std::optional<Address> address{}; // that it was asked at; nothing: it speaks to all
    Announce said{}; // in its last Announce
    std::uint16_t flags = 0;
    Nanoseconds interval{std::chrono::seconds{2}}; // of its Announces
    Instant<Mono> heard{}; // the last one
    int in_a_row = 0; // Announces with no more than four intervals between them
};

// One Announce may be of somebody who is just leaving: it takes two.
bool is_qualified(const Master& master);

// The data set comparison (figures 27 and 28): whose grandmaster is the better one, and, when it is
// the same, who is nearer to it.
bool is_better(const Master& a, const Master& b);

class Masters {
public:
    static constexpr std::size_t most = 16; // others are not taken in while all of these speak

    // `interval` is the one agreed upon, where the message cannot say it.
    void hear(const Message& announce, Instant<Mono> now, const std::optional<Address>& address,
        Nanoseconds interval);
    // Lets those go of whom nothing was heard for `timeout` of their intervals.
    void age(Instant<Mono> now, double timeout);

    const Master* best() const;
    const Master* find(const PortIdentity& port) const;
    const std::vector<Master>& all() const { return all_; }
    std::optional<Instant<Mono>> next_end(double timeout) const; // when age() lets somebody go

private:
    std::vector<Master> all_;
};

} // namespace timeball::ptp
