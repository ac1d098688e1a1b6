// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Addresses of the internet: IPv4, IPv6 with scope, prefixes, and endpoints with a port.

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace timeball {

enum class Family : std::uint8_t { ipv4, ipv6 };

// An IPv4 address keeps its four bytes first and zeros behind them. IPv4-mapped IPv6 addresses
// are made IPv4 by whoever receives them from the kernel; here they stay what they are.
struct Address {
    Family family = Family::ipv4;
    std::array<std::byte, 16> octets{};
    std::uint32_t scope = 0; // interface index of a link-local IPv6 address, else 0

    static Address ipv4(std::uint32_t host_order);
    static Address ipv6(std::span<const std::byte, 16> octets, std::uint32_t scope = 0);
    // Of a network card (EUI-48), for sockets that speak Ethernet: it is written as fe80:: with the
    // six octets at the end.
    static Address hardware(std::uint64_t eui48, std::uint32_t scope = 0);
    static Address any(Family family) { return {family, {}, 0}; }
    static Address loopback(Family family);

    std::size_t size() const { return family == Family::ipv4 ? 4 : 16; }
    std::span<const std::byte> bytes() const { return std::span{octets}.first(size()); }
    std::uint32_t to_ipv4() const; // host order; only for Family::ipv4

    bool is_any() const;
    bool is_loopback() const; // 127/8, ::1
    bool is_multicast() const; // 224/4, ff00::/8
    bool is_broadcast() const; // 255.255.255.255
    bool is_link_local() const; // fe80::/10

    auto operator<=>(const Address&) const = default;
};

// Numeric text only: "192.0.2.1", "2001:db8::1", "fe80::1%2", "[2001:db8::1]". A scope is a
// number here; names of interfaces are the business of an edge.
std::optional<Address> parse_address(std::string_view text);
std::string to_string(const Address& address);

// The first `length` bits of `address`; the others are zero.
struct Prefix {
    Address address;
    std::uint8_t length = 0;

    bool contains(const Address& other) const;
    auto operator<=>(const Prefix&) const = default;
};

Prefix make_prefix(Address address, unsigned length); // clears the host bits
std::optional<Prefix> parse_prefix(
    std::string_view text); // "192.0.2.0/24"; an address alone is a host prefix
std::string to_string(const Prefix& prefix);

struct Endpoint {
    Address address;
    std::uint16_t port = 0;

    auto operator<=>(const Endpoint&) const = default;
};

std::string to_string(const Endpoint& endpoint); // "192.0.2.1:123", "[2001:db8::1]:123"
std::optional<Endpoint> parse_endpoint(std::string_view text);

// Our side of a datagram's path: replies leave from the address and interface asked.
struct LocalAddress {
    Address address;
    std::uint32_t interface = 0; // index; 0 when unknown
};

} // namespace timeball
