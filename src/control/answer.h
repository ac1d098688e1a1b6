// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The server's side of a control conversation: a datagram comes in, and what is sent back follows
// from it, from the report and from who asks. Nothing is kept between two requests.

#include "control/packet.h"
#include "report/report.h"

namespace timeball::control {

// What is known of the sender. The address may be forged: only what a MAC proves is proven.
struct Who {
    Address address;
    bool may_query = true; // no `noquery` applies to this address
    bool may_ask_for_much = false; // an entry of its own allows it: more than one datagram may go
    KeyId key; // whose MAC was verified; 0: none

    // A single small request may bring several datagrams only to those who cannot be a victim.
    bool may_get_many() const
    {
        return address.is_loopback() || may_ask_for_much || key != KeyId{};
    }
};

// How a control datagram ended. Each is counted by the caller.
enum class Verdict : std::uint8_t {
    answered,
    refused, // an error was sent
    too_much, // an error was sent in place of several datagrams
    dropped_noquery,
    dropped_short, // shorter than a header, or of another mode
    dropped_version,
    dropped_reply // a response, an error or a fragment: nothing that asks
};

struct Answer {
    Verdict verdict;
    std::vector<Bytes> datagrams; // to be sent in this order; none when dropped
};

// Total: any octets give an answer. `now` and the ages in the report are the caller's to refresh.
Answer answer(std::span<const std::byte> request, const report::Report& report, const Who& who);

} // namespace timeball::control
