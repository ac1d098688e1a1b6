// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Our addresses as the kernel writes them, and back.

#include "base/address.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <optional>

namespace timeball::platform {

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = sizeof(sockaddr_storage);

    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// `family` is the socket's: an IPv4 endpoint is mapped when that is IPv6.
SocketAddress socket_address(const Endpoint& endpoint, Family family);

// Of an Ethernet socket: Address::hardware with the interface as its scope, and the ethertype.
SocketAddress link_address(const Endpoint& endpoint);

// IPv4-mapped addresses become IPv4. Nothing for a family that is not ours.
std::optional<Endpoint> endpoint(const sockaddr* address);

Address address(const in_addr& a);
Address address(const in6_addr& a, std::uint32_t interface); // the scope, where it has one
in_addr to_in_addr(const Address& address);
in6_addr to_in6_addr(const Address& address); // mapped when it is IPv4

} // namespace timeball::platform
