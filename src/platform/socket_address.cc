// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Our addresses as the kernel writes them, and back.

#include "platform/socket_address.h"

#include <algorithm>
#include <cstring>
#include <span>

namespace timeball::platform {

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
