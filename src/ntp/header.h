// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The NTP packet header (RFC 5905, section 7.3), as a value that knows nothing of buffers.

#include "ntp/timestamp.h"
#include "ntp/types.h"

#include <cstddef>
#include <optional>
#include <span>

namespace timeball::ntp {

inline constexpr std::size_t header_size = 48;

struct Header {
    Leap leap = Leap::unsynchronized;
    std::uint8_t version = 4;
    Mode mode = Mode::client;
    std::uint8_t stratum = 0; // as on the wire: 0 unspecified or kiss, 16 and above unsynchronized
    std::int8_t poll = 0;
    std::int8_t precision = 0;
    Short root_delay;
    Short root_dispersion;
    ReferenceId reference_id;
    Timestamp reference;
    Timestamp origin;
    Timestamp receive;
    Timestamp transmit;

    bool operator==(const Header&) const = default;
};

// The first 48 octets; nothing when there are fewer. What follows them is not looked at.
std::optional<Header> decode(std::span<const std::byte> datagram);

// `room` holds at least header_size octets.
void encode(const Header& header, std::span<std::byte> room);

} // namespace timeball::ntp
