// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// UDP in IPv4 or IPv6 in Ethernet (RFC 768, 791, 8200): headers in front of a payload.

#include "base/address.h"

#include <array>
#include <cstddef>
#include <optional>
#include <span>

namespace timeball::load {

using HardwareAddress = std::array<std::byte, 6>;

struct FrameHead {
    HardwareAddress to{}, from{};
    Endpoint source, destination; // of one family
};

std::size_t head_size(Family family); // Ethernet, IP and UDP together

// Completes a frame whose payload stands already behind the room for its head.
void put_head(const FrameHead& head, std::span<std::byte> frame);

struct Parcel {
    Endpoint source, destination;
    std::span<const std::byte> payload; // as much of it as there is
};
// From the IP header on. Checksums are not looked at: between interfaces of one machine nobody
// makes them. Nothing for fragments, options and what is not UDP.
std::optional<Parcel> parse_packet(std::span<const std::byte> packet);

} // namespace timeball::load
