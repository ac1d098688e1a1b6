// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Headers and the checksum of the internet (RFC 1071).

#include "bench/serving/load/frame.h"

#include "base/wire.h"

#include <bit>
#include <cstring>

namespace timeball::load {

namespace {

constexpr std::size_t ethernet_size = 14, ipv4_size = 20, ipv6_size = 40, udp_size = 8;
constexpr std::uint8_t udp = 17, hop_limit = 64;
constexpr std::uint16_t type_ipv4 = 0x0800, type_ipv6 = 0x86dd;

std::size_t ip_size(Family family)
{
    return family == Family::ipv4 ? ipv4_size : ipv6_size;
}

// The sum in the machine's own order of octets, four at a time: it may be folded in any order.
std::uint64_t sum(std::span<const std::byte> bytes)
{
    std::uint64_t total = 0;
    while (bytes.size() >= 4) {
        std::uint32_t word;
        std::memcpy(&word, bytes.data(), 4);
        total += word;
        bytes = bytes.subspan(4);
    }
    std::uint32_t rest = 0;
    if (!bytes.empty())
        std::memcpy(&rest, bytes.data(), bytes.size());
    return total + rest;
}

std::uint16_t checksum(std::uint64_t total)
{
    while (total >> 16 != 0)
        total = (total & 0xffff) + (total >> 16);
    const auto folded = static_cast<std::uint16_t>(~total);
    if constexpr (std::endian::native == std::endian::little)
        return static_cast<std::uint16_t>(folded << 8 | folded >> 8);
    else
        return folded;
}

void put_ipv4(const FrameHead& head, std::size_t payload, std::span<std::byte> room)
{
    WireWriter out{room};
    out.put<std::uint16_t>(0x4500);
    out.put(static_cast<std::uint16_t>(ipv4_size + udp_size + payload));
    out.put<std::uint32_t>(0x4000); // no identification, do not fragment
    out.put(hop_limit);
    out.put(udp);
    out.put<std::uint16_t>(0);
    out.put(head.source.address.bytes());
    out.put(head.destination.address.bytes());
    WireWriter{room.subspan(10)}.put(checksum(sum(room.first(ipv4_size))));
}

void put_ipv6(const FrameHead& head, std::size_t payload, std::span<std::byte> room)
{
    WireWriter out{room};
    out.put<std::uint32_t>(0x60000000);
    out.put(static_cast<std::uint16_t>(udp_size + payload));
    out.put(udp);
    out.put(hop_limit);
    out.put(head.source.address.bytes());
    out.put(head.destination.address.bytes());
}

void put_udp(const FrameHead& head, std::span<std::byte> datagram)
{
    WireWriter out{datagram};
    const auto size = static_cast<std::uint16_t>(datagram.size());
    out.put(head.source.port);
    out.put(head.destination.port);
    out.put(size);
    out.put<std::uint16_t>(0);
    std::array<std::byte, 4> tail; // of the pseudo header
    WireWriter pseudo{tail};
    pseudo.put<std::uint16_t>(udp);
    pseudo.put(size);
    const auto found = checksum(sum(head.source.address.bytes())
        + sum(head.destination.address.bytes()) + sum(tail) + sum(datagram));
    WireWriter{datagram.subspan(6)}.put<std::uint16_t>(found == 0 ? 0xffff : found);
}

std::optional<Parcel> parse_udp(Parcel parcel, std::span<const std::byte> datagram)
{
    if (datagram.size() < udp_size)
        return std::nullopt;
    WireReader in{datagram};
    parcel.source.port = in.take<std::uint16_t>();
    parcel.destination.port = in.take<std::uint16_t>();
    const auto size = in.take<std::uint16_t>();
    if (size < udp_size)
        return std::nullopt;
    parcel.payload = datagram.subspan(udp_size);
    if (parcel.payload.size() > size - udp_size)
        parcel.payload = parcel.payload.first(size - udp_size);
    return parcel;
}

} // namespace

std::size_t head_size(Family family)
{
    return ethernet_size + ip_size(family) + udp_size;
}

void put_head(const FrameHead& head, std::span<std::byte> frame)
{
    const Family family = head.source.address.family;
    WireWriter out{frame};
    out.put(head.to);
    out.put(head.from);
    out.put(family == Family::ipv4 ? type_ipv4 : type_ipv6);
    const std::size_t payload = frame.size() - head_size(family);
    const auto packet = frame.subspan(ethernet_size);
    if (family == Family::ipv4)
        put_ipv4(head, payload, packet);
    else
        put_ipv6(head, payload, packet);
    put_udp(head, packet.subspan(ip_size(family)));
}

std::optional<Parcel> parse_packet(std::span<const std::byte> packet)
{
    if (packet.empty())
        return std::nullopt;
    const auto version = std::to_integer<unsigned>(packet[0]) >> 4;
    const auto byte = [&](std::size_t at) { return std::to_integer<unsigned>(packet[at]); };
    Parcel parcel;
    if (version == 4 && packet.size() >= ipv4_size) {
        const bool is_fragment = (byte(6) & 0x3f) != 0 || byte(7) != 0;
        if (byte(0) != 0x45 || byte(9) != udp || is_fragment)
            return std::nullopt;
        WireReader in{packet.subspan(12)};
        parcel.source.address = Address::ipv4(in.take<std::uint32_t>());
        parcel.destination.address = Address::ipv4(in.take<std::uint32_t>());
        return parse_udp(parcel, packet.subspan(ipv4_size));
    }
    if (version == 6 && packet.size() >= ipv6_size && byte(6) == udp) {
        parcel.source.address = Address::ipv6(packet.subspan<8, 16>());
        parcel.destination.address = Address::ipv6(packet.subspan<24, 16>());
        return parse_udp(parcel, packet.subspan(ipv6_size));
    }
    return std::nullopt;
}

} // namespace timeball::load
