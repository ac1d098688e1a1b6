// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The control message of NTP, mode 6 (RFC 9327, section 2): twelve octets of header, up to 468
// octets of data, zeros up to a multiple of four, and perhaps a MAC.

#include "ntp/types.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace timeball::control {

using Bytes = std::vector<std::byte>;

inline constexpr std::size_t header_size = 12;
inline constexpr std::size_t max_data = 468; // in one message
inline constexpr std::size_t max_fragments = 32; // in one reply: what ntpq accepts

enum class Opcode : std::uint8_t {
    unspecified = 0,
    read_status = 1,
    read_variables = 2,
    write_variables = 3,
    read_clock = 4,
    write_clock = 5,
    set_trap = 6,
    asynchronous = 7,
    configure = 8,
    save_configuration = 9,
    read_mru = 10,
    read_ordered_list = 11,
    request_nonce = 12,
    unset_trap = 31
};

enum class Error : std::uint8_t {
    unspecified = 0,
    permission = 1,
    bad_format = 2,
    bad_opcode = 3,
    bad_association = 4,
    unknown_variable = 5,
    bad_value = 6,
    restricted = 7
};

struct Header {
    Leap leap = Leap::none;
    std::uint8_t version = 2;
    bool is_response = false;
    bool is_error = false;
    bool has_more = false;
    Opcode opcode = Opcode::unspecified; // any five bits, named above or not
    std::uint16_t sequence = 0;
    std::uint16_t status = 0; // in an error the high octet is an Error
    AssociationId association;
    std::uint16_t offset = 0; // of this message's data in the whole
    std::uint16_t count = 0; // of data, without padding and MAC

    bool operator==(const Header&) const = default;
};

struct Message {
    Header header;
    std::span<const std::byte> body; // all that follows the header

    // The length is a multiple of four, and the data announced are there and not too many.
    bool is_sound() const;
    std::span<const std::byte> data() const; // of a sound message
};

// Nothing when it is shorter than a header or not of mode 6. The message refers to the datagram.
std::optional<Message> decode(std::span<const std::byte> datagram);

// One datagram: the header with `count` set to the size of the data, the data, zeros.
Bytes encode(Header header, std::span<const std::byte> data);

// As many datagrams as it takes, at least one; `offset`, `count` and `has_more` are set. Data
// beyond max_fragments * max_data are our own mistake.
std::vector<Bytes> fragments(const Header& header, std::span<const std::byte> data);

std::span<const std::byte> as_bytes(std::string_view text);
std::string_view as_text(std::span<const std::byte> bytes);

// Where a MAC may stand in a sound message. Some programs pad to four octets before it and some to
// eight; only the digest can tell which of the two candidates it is.
struct PossibleMac {
    std::size_t covered; // octets of the datagram that the digest covers
    KeyId key; // never 0
    std::span<const std::byte> digest; // 16, 20 or 32 octets
};
// NTPsec's answers have octets of earlier ones in their padding; a request is not let off so.
enum class Pad : std::uint8_t { zeros, anything };
std::array<std::optional<PossibleMac>, 2> possible_macs(
    std::span<const std::byte> datagram, const Message& message, Pad allowed = Pad::zeros);

} // namespace timeball::control
