// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Which addresses may be asked, and which are our own.

#include "source/common.h"

#include "ntp/reference_id.h"

#include <algorithm>

namespace timeball::source {

std::string_view Common::objection(const Endpoint& server) const
{
    const Address& a = server.address;
    if (a.is_any() || a.is_multicast() || a.is_broadcast())
        return "is not the address of one server";
    if (only_family && a.family != *only_family)
        return "is of the family that is not used";
    if (server.port == served_port && std::find(own.begin(), own.end(), a) != own.end())
        return "is this machine itself";
    if (in_use.contains(server))
        return "is already in use by another source";
    return {};
}

bool Common::is_us(ReferenceId id) const
{
    // Loopback addresses say nothing: 127.0.0.1 is also what any orphan shows.
    return std::any_of(own.begin(), own.end(),
        [id](const Address& a) { return !a.is_loopback() && reference_id_of(a) == id; });
}

} // namespace timeball::source
