// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Addresses to names.

#include "platform/host_name.h"

#include "platform/socket_address.h"

#include <netdb.h>

#include <array>

namespace timeball::platform {

std::string host_name(const Address& address)
{
    const SocketAddress at = socket_address({address, 0}, address.family);
    std::array<char, NI_MAXHOST> name{};
    if (getnameinfo(at.get(), at.size, name.data(), name.size(), nullptr, 0, NI_NAMEREQD) != 0)
        return {};
    return name.data();
}

} // namespace timeball::platform
