// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Addresses of clients.

#include "bench/serving/load/crowd.h"

#include "base/wire.h"

#include <algorithm>
#include <cassert>

namespace timeball::load {

namespace {

constexpr unsigned client_bits(Family family)
{
    return family == Family::ipv4 ? 32 : 64; // where one client ends
}

} // namespace

std::uint64_t room_of(const Prefix& prefix)
{
    const unsigned bits = client_bits(prefix.address.family);
    if (prefix.length >= bits)
        return 1;
    // Not the first and not the last: they may mean the network and everybody.
    return (std::uint64_t{1} << std::min(32u, bits - prefix.length)) - 2;
}

Address Sources::at(std::uint32_t client) const
{
    assert(client < count);
    if (!prefix)
        return Address::any(Family::ipv4);
    const Address& base = prefix->address;
    if (room_of(*prefix) == 1)
        return base;
    const std::uint64_t index = std::uint64_t{first} + client + 1;
    if (base.family == Family::ipv4)
        return Address::ipv4(base.to_ipv4() | static_cast<std::uint32_t>(index));
    Address address = base;
    const auto head = std::span{address.octets}.first<8>();
    const auto high = WireReader{head}.take<std::uint64_t>() | index;
    WireWriter{head}.put(high);
    address.octets[15] |= std::byte{1};
    return address;
}

} // namespace timeball::load
