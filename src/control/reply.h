// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The way back of a control request: what its replies look like, whatever they say and whenever it
// is known.

#include "base/result.h"
#include "control/packet.h"
#include "ntp/mac.h"

#include <string>
#include <string_view>
#include <vector>

namespace timeball::control {

// A status word and data.
struct Content {
    std::uint16_t status = 0;
    Bytes data;
    bool is_text = true; // blanks at the end of it say nothing
};
using Outcome = Result<Content, Error>;

Content text_content(std::uint16_t status, std::string_view text);

struct ReplySlip {
    Header header; // of replies, without status
    KeyId key; // whose MAC the request bore, and the replies bear; 0: none
    bool may_get_many = false; // more than one datagram
};

// Why not all that was asked for is sent.
enum class Excess : std::uint8_t { none, beyond_protocol, beyond_trust };
Excess excess(const ReplySlip& slip, const Outcome& outcome);

// The datagrams, in this order; one with an error where there is one or where it is too much. No
// more octets than ntpq accepts. Without the key in `keys` they bear no MAC.
std::vector<Bytes> replies(const ReplySlip& slip, const Outcome& outcome, ntp::Authenticator* keys);

} // namespace timeball::control
