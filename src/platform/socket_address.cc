// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Our addresses as the kernel writes them, and back.

#include "platform/socket_address.h"

// The C library's headers before the kernel's.
#include <linux/if_packet.h>

#include <algorithm>
#include <cstring>
#include <span>

namespace timeball::platform {

namespace {

constexpr std::size_t link_octets = 6; // of an Ethernet address

} // namespace

SocketAddress socket_address(const Endpoint& endpoint, Family family)
{
    SocketAddress result;
    if (family == Family::ipv4) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(endpoint.port);
        v4.sin_addr = to_in_addr(endpoint.address);
        std::memcpy(&result.storage, &v4, sizeof v4);
        result.size = sizeof v4;
    } else {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(endpoint.port);
        v6.sin6_addr = to_in6_addr(endpoint.address);
        v6.sin6_scope_id = endpoint.address.scope;
        std::memcpy(&result.storage, &v6, sizeof v6);
        result.size = sizeof v6;
    }
    return result;
}

SocketAddress link_address(const Endpoint& endpoint)
{
    SocketAddress result;
    sockaddr_ll link{};
    link.sll_family = AF_PACKET;
    link.sll_protocol = htons(endpoint.port);
    link.sll_ifindex = static_cast<int>(endpoint.address.scope);
    link.sll_halen = link_octets;
    std::memcpy(link.sll_addr, endpoint.address.octets.data() + 16 - link_octets, link_octets);
    std::memcpy(&result.storage, &link, sizeof link);
    result.size = sizeof link;
    return result;
}

std::optional<Endpoint> endpoint(const sockaddr* from)
{
    if (from->sa_family == AF_INET) {
        sockaddr_in v4;
        std::memcpy(&v4, from, sizeof v4);
        return Endpoint{address(v4.sin_addr), ntohs(v4.sin_port)};
    }
    if (from->sa_family == AF_INET6) {
        sockaddr_in6 v6;
        std::memcpy(&v6, from, sizeof v6);
        return Endpoint{address(v6.sin6_addr, v6.sin6_scope_id), ntohs(v6.sin6_port)};
    }
    if (from->sa_family == AF_PACKET) {
        sockaddr_ll link;
        std::memcpy(&link, from, sizeof link);
        std::uint64_t eui48 = 0;
        for (std::size_t i = 0; i < link_octets; ++i)
            eui48 = eui48 << 8 | link.sll_addr[i];
        return Endpoint{Address::hardware(eui48, static_cast<std::uint32_t>(link.sll_ifindex)),
            ntohs(link.sll_protocol)};
    }
    return std::nullopt;
}

Address address(const in_addr& a)
{
    return Address::ipv4(ntohl(a.s_addr));
}

Address address(const in6_addr& a, std::uint32_t interface)
{
    const auto octets = std::as_bytes(std::span{a.s6_addr});
    if (IN6_IS_ADDR_V4MAPPED(&a)) {
        Address v4;
        std::copy_n(octets.begin() + 12, 4, v4.octets.begin());
        return v4;
    }
    Address v6 = Address::ipv6(octets);
    if (v6.is_link_local() || IN6_IS_ADDR_MC_LINKLOCAL(&a))
        v6.scope = interface;
    return v6;
}

in_addr to_in_addr(const Address& address)
{
    return {htonl(address.to_ipv4())};
}

in6_addr to_in6_addr(const Address& address)
{
    in6_addr a{};
    if (address.family == Family::ipv4) {
        a.s6_addr[10] = a.s6_addr[11] = 0xff;
        std::memcpy(a.s6_addr + 12, address.octets.data(), 4);
    } else {
        std::memcpy(a.s6_addr, address.octets.data(), sizeof a.s6_addr);
    }
    return a;
}

} // namespace timeball::platform
