// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// One request for the time and its answer, with the checks of the pool's monitor and no others:
// what a server says is shown, good or bad.

#include "base/result.h"
#include "ntp/header.h"

#include <span>
#include <string>
#include <vector>

namespace timeball::query {

struct TimeAnswer {
    ntp::Header header;
    Seconds offset{}; // server minus local
    Seconds delay{}; // of the round trip, without the server's own time

    bool is_kiss() const { return header.stratum == 0; }
    std::string kiss_code() const; // "RATE"; empty when it is none
};

// `cookie` is anything that nobody can guess; no clock reading goes out.
std::vector<std::byte> time_request(std::uint8_t version, ntp::Timestamp cookie);

// Nothing for what does not answer this request; else the answer, or what is wrong with it.
using ProbeResult = Result<TimeAnswer, std::string>;
std::optional<ProbeResult> read_time_answer(std::span<const std::byte> datagram,
    ntp::Timestamp cookie, Instant<Utc> sent, Instant<Utc> received);

} // namespace timeball::query
