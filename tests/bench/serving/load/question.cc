// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Requests of each kind.

#include "bench/serving/load/question.h"

#include "base/siphash.h"
#include "base/wire.h"
#include "control/packet.h"
#include "ntp/header.h"

#include <algorithm>

namespace timeball::load {

namespace {

constexpr std::size_t digest_size = 16;

std::size_t compose_time(
    std::uint8_t version, Ticket ticket, ntp::Timestamp previous, std::span<std::byte> room)
{
    ntp::Header header;
    header.leap = Leap::none;
    header.version = version;
    header.poll = 6;
    header.precision = -20;
    header.transmit = stamp_of(ticket);
    if (!previous.is_zero()) {
        header.origin = previous;
        header.receive = {stamp_of(ticket).bits | 1};
    }
    ntp::encode(header, room);
    return ntp::header_size;
}

std::size_t compose_control(Ticket ticket, std::span<std::byte> room)
{
    WireWriter out{room};
    out.put<std::uint8_t>(2 << 3 | static_cast<int>(ntp::Mode::control));
    out.put(static_cast<std::uint8_t>(control::Opcode::read_variables));
    out.put(static_cast<std::uint16_t>(ticket.number));
    out.put<std::uint64_t>(0); // status, association, offset, count
    return out.used();
}

std::size_t put_noise(std::uint64_t noise, std::size_t size, std::span<std::byte> room)
{
    WireWriter out{room};
    for (std::uint64_t i = 0; out.used() < size; ++i)
        out.put(siphash({noise, 0}, i, 0));
    return size;
}

} // namespace

ntp::Timestamp stamp_of(Ticket ticket)
{
    return {std::uint64_t{ticket.number} << 32 | ticket.nonce};
}

std::size_t compose(Kind kind, Ticket ticket, ntp::Timestamp previous, std::uint64_t noise,
    std::span<std::byte> room)
{
    switch (kind) {
    case Kind::v1:
    case Kind::v2:
    case Kind::v3:
    case Kind::v4:
        return compose_time(
            static_cast<std::uint8_t>(1 + static_cast<int>(kind)), ticket, {}, room);
    case Kind::interleaved:
        return compose_time(4, ticket, previous, room);
    case Kind::control:
        return compose_control(ticket, room);
    case Kind::wrong_mac: {
        const std::size_t size = compose_time(4, ticket, {}, room);
        WireWriter{room.subspan(size)}.put<std::uint32_t>(1); // the first key everybody has
        return size + 4 + put_noise(noise, digest_size, room.subspan(size + 4));
    }
    case Kind::garbage: {
        const std::size_t size = put_noise(noise, 1 + noise % (most_question - 8), room);
        // By chance it might be a good request. In mode 4 or 5 it is none, whatever follows.
        room[0] = (room[0] & std::byte{0xf9}) | std::byte{4};
        return size;
    }
    }
    return 0;
}

std::optional<Echo> echo_of(std::span<const std::byte> answer)
{
    if (const auto message = control::decode(answer); message && message->header.is_response)
        return Echo{{message->header.sequence, 0}, true, false};
    const auto header = ntp::decode(answer);
    if (!header || header->mode == ntp::Mode::control)
        return std::nullopt;
    const std::uint64_t origin = header->origin.bits;
    const auto number = static_cast<std::uint32_t>(origin >> 32);
    const auto nonce = static_cast<std::uint32_t>(origin);
    return Echo{{number, nonce & ~1u}, false, (nonce & 1) != 0};
}

} // namespace timeball::load
