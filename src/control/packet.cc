// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Encoding and decoding of control messages.

#include "control/packet.h"

#include "base/wire.h"

#include <algorithm>
#include <cassert>

namespace timeball::control {

namespace {

constexpr std::uint8_t response_bit = 0x80, error_bit = 0x40, more_bit = 0x20, opcode_bits = 0x1f;
constexpr std::uint8_t mode = static_cast<std::uint8_t>(ntp::Mode::control);

constexpr std::size_t aligned(std::size_t size, std::size_t to)
{
    return (size + to - 1) / to * to;
}

} // namespace

bool Message::is_sound() const
{
    return body.size() % 4 == 0 && header.count <= body.size() && header.count <= max_data;
}

std::span<const std::byte> Message::data() const
{
    assert(is_sound());
    return body.first(header.count);
}

std::optional<Message> decode(std::span<const std::byte> datagram)
{
    if (datagram.size() < header_size)
        return std::nullopt;

    WireReader in{datagram};
    Header h;
    const auto first = in.take<std::uint8_t>();
    if ((first & 7) != mode)
        return std::nullopt;
    h.leap = Leap(first >> 6);
    h.version = (first >> 3) & 7;
    const auto second = in.take<std::uint8_t>();
    h.is_response = second & response_bit;
    h.is_error = second & error_bit;
    h.has_more = second & more_bit;
    h.opcode = Opcode(second & opcode_bits);
    h.sequence = in.take<std::uint16_t>();
    h.status = in.take<std::uint16_t>();
    h.association = {in.take<std::uint16_t>()};
    h.offset = in.take<std::uint16_t>();
    h.count = in.take<std::uint16_t>();
    return Message{h, in.rest()};
}

Bytes encode(Header h, std::span<const std::byte> data)
{
    assert(data.size() <= max_data);
    h.count = static_cast<std::uint16_t>(data.size());

    Bytes room(aligned(header_size + data.size(), 4)); // zeros: the padding tells nothing
    WireWriter out{room};
    out.put(static_cast<std::uint8_t>(
        static_cast<unsigned>(h.leap) << 6 | (h.version & 7u) << 3 | mode));
    out.put(
        static_cast<std::uint8_t>((h.is_response ? response_bit : 0) | (h.is_error ? error_bit : 0)
            | (h.has_more ? more_bit : 0) | (static_cast<unsigned>(h.opcode) & opcode_bits)));
    out.put(h.sequence);
    out.put(h.status);
    out.put(h.association.value);
    out.put(h.offset);
    out.put(h.count);
    out.put(data);
    return room;
}

std::vector<Bytes> fragments(const Header& header, std::span<const std::byte> data)
{
    assert(data.size() <= max_fragments * max_data);
    std::vector<Bytes> all;
    Header h = header;
    std::size_t sent = 0;
    do {
        const auto part = data.subspan(sent, std::min(max_data, data.size() - sent));
        h.offset = static_cast<std::uint16_t>(sent);
        sent += part.size();
        h.has_more = sent < data.size();
        all.push_back(encode(h, part));
    } while (h.has_more);
    return all;
}

std::span<const std::byte> as_bytes(std::string_view text)
{
    return std::as_bytes(std::span{text.data(), text.size()});
}

std::string_view as_text(std::span<const std::byte> bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::array<std::optional<PossibleMac>, 2> possible_macs(
    std::span<const std::byte> datagram, const Message& message, Pad allowed)
{
    assert(message.is_sound());
    const std::size_t end = header_size + message.header.count;
    std::array<std::optional<PossibleMac>, 2> found;
    for (std::size_t i = 0; i < 2; ++i) {
        const std::size_t covered = aligned(end, i == 0 ? 4 : 8);
        if (i == 1 && covered == aligned(end, 4))
            break; // the same place
        const std::size_t least = covered + sizeof(std::uint32_t);
        if (datagram.size() < least)
            break;
        const std::size_t digest = datagram.size() - least;
        if (digest != 16 && digest != 20 && digest != 32)
            continue;
        const auto pad = datagram.subspan(end, covered - end);
        if (allowed == Pad::zeros
            && std::any_of(pad.begin(), pad.end(), [](std::byte b) { return b != std::byte{0}; }))
            continue;
        const KeyId key{WireReader{datagram.subspan(covered)}.take<std::uint32_t>()};
        if (key != KeyId{})
            found[i] = PossibleMac{covered, key, datagram.subspan(least)};
    }
    return found;
}

} // namespace timeball::control
