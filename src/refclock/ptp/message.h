// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The messages of the Precision Time Protocol (IEEE 1588-2019, section 13): what a slave hears and
// says. Field names are the standard's.

#include "edge/devices.h"
#include "time/time.h"

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace timeball::ptp {

struct ClockIdentity {
    std::uint64_t value = 0;
    auto operator<=>(const ClockIdentity&) const = default;
};
std::string to_string(ClockIdentity identity); // "001b19.fffe.000001"

struct PortIdentity {
    ClockIdentity clock{};
    std::uint16_t port = 0;
    auto operator<=>(const PortIdentity&) const = default;

    // All ones is everybody.
    static constexpr PortIdentity everybody() { return {{~std::uint64_t{0}}, 0xffff}; }
};

enum class MessageType : std::uint8_t {
    sync = 0x0,
    delay_req = 0x1,
    pdelay_req = 0x2,
    pdelay_resp = 0x3,
    follow_up = 0x8,
    delay_resp = 0x9,
    pdelay_resp_follow_up = 0xa,
    announce = 0xb,
    signaling = 0xc,
    management = 0xd
};

// Those of whose departure and arrival the instant counts; they have a port of their own.
constexpr bool is_event(MessageType type)
{
    return static_cast<unsigned>(type) < 0x8;
}

// flagField, its first octet above.
enum Flags : std::uint16_t {
    alternate_master = 0x0100,
    two_step = 0x0200,
    unicast = 0x0400,
    leap61 = 0x0001,
    leap59 = 0x0002,
    current_utc_offset_valid = 0x0004,
    ptp_timescale = 0x0008,
    time_traceable = 0x0010,
    frequency_traceable = 0x0020
};

// A time interval in units of 2^-16 ns, as correctionField has it.
struct Correction {
    std::int64_t scaled = 0;
    Nanoseconds nanoseconds() const { return Nanoseconds{(scaled >> 16) + (scaled >> 15 & 1)}; }
    constexpr Correction operator+(Correction o) const { return {scaled + o.scaled}; }
    auto operator<=>(const Correction&) const = default;
};

struct Header {
    MessageType type = MessageType::sync;
    std::uint8_t domain = 0;
    std::uint16_t flags = 0;
    Correction correction{};
    PortIdentity source{};
    std::uint16_t sequence = 0;
    std::int8_t log_interval = 0x7f; // logMessageInterval; 0x7f: it has none
    bool operator==(const Header&) const = default;
};
inline constexpr std::int8_t no_interval = 0x7f;

// Sync, Follow_Up, Delay_Req, Pdelay_Req.
struct Stamped {
    Instant<DeviceTime> timestamp{};
    bool operator==(const Stamped&) const = default;
};

// Delay_Resp, Pdelay_Resp, Pdelay_Resp_Follow_Up.
struct Answer {
    Instant<DeviceTime> timestamp{};
    PortIdentity requesting{};
    bool operator==(const Answer&) const = default;
};

struct ClockQuality {
    std::uint8_t clock_class = 248;
    std::uint8_t accuracy = 0xfe;
    std::uint16_t variance = 0xffff; // offsetScaledLogVariance
    auto operator<=>(const ClockQuality&) const = default;
};

struct Announce {
    std::int16_t current_utc_offset = 0;
    std::uint8_t priority1 = 128;
    ClockQuality quality{};
    std::uint8_t priority2 = 128;
    ClockIdentity grandmaster{};
    std::uint16_t steps_removed = 0;
    std::uint8_t time_source = 0xa0;
    bool operator==(const Announce&) const = default;
};

// Unicast negotiation (section 16.1): one message may carry several.
struct UnicastTlv {
    enum class Kind : std::uint16_t { request = 0x4, grant = 0x5, cancel = 0x6, acknowledge = 0x7 };
    Kind kind = Kind::request;
    MessageType about = MessageType::announce;
    std::int8_t log_interval = 0; // of request and grant
    std::uint32_t seconds = 0; // durationField; a grant of 0 is a refusal
    bool may_renew = false; // of a grant
    bool operator==(const UnicastTlv&) const = default;
};

struct Signaling {
    PortIdentity target = PortIdentity::everybody();
    std::vector<UnicastTlv> tlvs{}; // those we do not know are left out
    bool operator==(const Signaling&) const = default;
};

struct Message {
    Header header{};
    std::variant<Stamped, Answer, Announce, Signaling> body;
    bool operator==(const Message&) const = default;
};

inline constexpr std::size_t header_size = 34;

// Any octets give a message or nothing: what is cut short, of another version, or has a time or a
// correction that cannot be: later than 2106, longer than some hours. So sums of a few of them do
// not overflow. What stands behind messageLength is padding. Management messages are none of ours.
std::optional<Message> decode(std::span<const std::byte> datagram);

// Zeros follow until it has `shortest` octets; messageLength does not count them.
std::vector<std::byte> encode(const Message& message, std::size_t shortest = 0);

} // namespace timeball::ptp
