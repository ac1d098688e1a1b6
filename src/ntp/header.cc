// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The packet header: the same fields in the same order, in and out.

#include "ntp/header.h"

#include "base/wire.h"

namespace timeball::ntp {

std::optional<Header> decode(std::span<const std::byte> datagram)
{
    if (datagram.size() < header_size)
        return std::nullopt;

    WireReader in{datagram};
    Header h;
    const auto first = in.take<std::uint8_t>();
    h.leap = Leap(first >> 6);
    h.version = (first >> 3) & 7;
    h.mode = Mode(first & 7);
    h.stratum = in.take<std::uint8_t>();
    h.poll = in.take<std::int8_t>();
    h.precision = in.take<std::int8_t>();
    h.root_delay = {in.take<std::uint32_t>()};
    h.root_dispersion = {in.take<std::uint32_t>()};
    h.reference_id = {in.take<std::uint32_t>()};
    for (Timestamp* t : {&h.reference, &h.origin, &h.receive, &h.transmit})
        *t = {in.take<std::uint64_t>()};
    return h;
}

void encode(const Header& h, std::span<std::byte> room)
{
    WireWriter out{room};
    out.put(static_cast<std::uint8_t>(static_cast<unsigned>(h.leap) << 6 | (h.version & 7u) << 3
        | static_cast<unsigned>(h.mode)));
    out.put(h.stratum);
    out.put(h.poll);
    out.put(h.precision);
    out.put(h.root_delay.bits);
    out.put(h.root_dispersion.bits);
    out.put(h.reference_id.value);
    for (const Timestamp& t : {h.reference, h.origin, h.receive, h.transmit})
        out.put(t.bits);
}

} // namespace timeball::ntp
