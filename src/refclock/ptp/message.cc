// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The codec of PTP messages: the same fields in the same order, in and out.

#include "refclock/ptp/message.h"

#include "base/wire.h"

#include <fmt/format.h>

#include <algorithm>

namespace timeball::ptp {

namespace {

constexpr std::size_t timestamp_size = 10, identity_size = 10;
constexpr std::size_t stamped_size = header_size + timestamp_size;
constexpr std::size_t answer_size = stamped_size + identity_size;
constexpr std::size_t announce_size = header_size + 30;
constexpr std::size_t signaling_size = header_size + identity_size;
constexpr unsigned version = 2, minor_version = 1;

constexpr std::uint64_t most_seconds = std::uint64_t{1} << 32;
constexpr std::int64_t most_correction = std::int64_t{1}
    << 61; // the standard's "too large" is more
constexpr std::uint32_t billion = 1'000'000'000;

PortIdentity take_identity(WireReader& in)
{
    PortIdentity id;
    id.clock.value = in.take<std::uint64_t>();
    id.port = in.take<std::uint16_t>();
    return id;
}

void put(WireWriter& out, const PortIdentity& id)
{
    out.put(id.clock.value);
    out.put(id.port);
}

std::optional<Instant<DeviceTime>> take_timestamp(WireReader& in)
{
    const std::uint64_t high = in.take<std::uint16_t>();
    const std::uint64_t seconds = high << 32 | in.take<std::uint32_t>();
    const auto nanoseconds = in.take<std::uint32_t>();
    if (seconds > most_seconds || nanoseconds >= billion)
        return std::nullopt;
    return Instant<DeviceTime>{std::chrono::seconds{seconds} + Nanoseconds{nanoseconds}};
}

void put(WireWriter& out, Instant<DeviceTime> when)
{
    const Nanoseconds since = std::max(when.time_since_epoch(), Nanoseconds{0});
    const auto count = static_cast<std::uint64_t>(since.count());
    const std::uint64_t seconds = count / billion;
    out.put(static_cast<std::uint16_t>(seconds >> 32));
    out.put(static_cast<std::uint32_t>(seconds));
    out.put(static_cast<std::uint32_t>(count % billion));
}

std::optional<MessageType> known_type(unsigned nibble)
{
    switch (MessageType(nibble)) {
    case MessageType::sync:
    case MessageType::delay_req:
    case MessageType::pdelay_req:
    case MessageType::pdelay_resp:
    case MessageType::follow_up:
    case MessageType::delay_resp:
    case MessageType::pdelay_resp_follow_up:
    case MessageType::announce:
    case MessageType::signaling:
        return MessageType(nibble);
    default:
        return std::nullopt;
    }
}

bool is_answer(MessageType type)
{
    return type == MessageType::delay_resp || type == MessageType::pdelay_resp
        || type == MessageType::pdelay_resp_follow_up;
}

// The least messageLength. A Pdelay_Req is as long as its answer.
std::size_t size_of(MessageType type)
{
    if (type == MessageType::announce)
        return announce_size;
    if (type == MessageType::signaling)
        return signaling_size;
    return is_answer(type) || type == MessageType::pdelay_req ? answer_size : stamped_size;
}

// Meant for receivers of the first version: it says no more than messageType.
std::uint8_t control_of(MessageType type)
{
    switch (type) {
    case MessageType::sync:
        return 0;
    case MessageType::delay_req:
        return 1;
    case MessageType::follow_up:
        return 2;
    case MessageType::delay_resp:
        return 3;
    default:
        return 5;
    }
}

Announce take_announce(WireReader& in)
{
    Announce a;
    in.take(timestamp_size); // originTimestamp: within a second, and nobody needs it
    a.current_utc_offset = in.take<std::int16_t>();
    in.take<std::uint8_t>();
    a.priority1 = in.take<std::uint8_t>();
    a.quality.clock_class = in.take<std::uint8_t>();
    a.quality.accuracy = in.take<std::uint8_t>();
    a.quality.variance = in.take<std::uint16_t>();
    a.priority2 = in.take<std::uint8_t>();
    a.grandmaster.value = in.take<std::uint64_t>();
    a.steps_removed = in.take<std::uint16_t>();
    a.time_source = in.take<std::uint8_t>();
    return a;
}

void put(WireWriter& out, const Announce& a)
{
    put(out, Instant<DeviceTime>{});
    out.put(a.current_utc_offset);
    out.put(std::uint8_t{0});
    out.put(a.priority1);
    out.put(a.quality.clock_class);
    out.put(a.quality.accuracy);
    out.put(a.quality.variance);
    out.put(a.priority2);
    out.put(a.grandmaster.value);
    out.put(a.steps_removed);
    out.put(a.time_source);
}

// The length of what stands in a TLV of this kind.
std::optional<std::size_t> size_of(UnicastTlv::Kind kind)
{
    switch (kind) {
    case UnicastTlv::Kind::request:
        return 6;
    case UnicastTlv::Kind::grant:
        return 8;
    case UnicastTlv::Kind::cancel:
    case UnicastTlv::Kind::acknowledge:
        return 2;
    }
    return std::nullopt;
}

std::optional<UnicastTlv> take_unicast(UnicastTlv::Kind kind, WireReader in)
{
    if (size_of(kind) != in.left())
        return std::nullopt;
    UnicastTlv tlv;
    tlv.kind = kind;
    const auto about = known_type(in.take<std::uint8_t>() >> 4);
    if (!about)
        return std::nullopt;
    tlv.about = *about;
    if (in.left() < 5) { // cancel and its acknowledgment
        return tlv;
    }
    tlv.log_interval = in.take<std::int8_t>();
    tlv.seconds = in.take<std::uint32_t>();
    if (in.left() >= 2) {
        in.take<std::uint8_t>();
        tlv.may_renew = (in.take<std::uint8_t>() & 1) != 0;
    }
    return tlv;
}

void put(WireWriter& out, const UnicastTlv& tlv)
{
    const std::size_t size = *size_of(tlv.kind);
    out.put(static_cast<std::uint16_t>(tlv.kind));
    out.put(static_cast<std::uint16_t>(size));
    out.put(static_cast<std::uint8_t>(static_cast<unsigned>(tlv.about) << 4));
    if (size == 2) {
        out.put(std::uint8_t{0});
        return;
    }
    out.put(tlv.log_interval);
    out.put(tlv.seconds);
    if (tlv.kind == UnicastTlv::Kind::grant) {
        out.put(std::uint8_t{0});
        out.put(static_cast<std::uint8_t>(tlv.may_renew));
    }
}

std::optional<Signaling> take_signaling(WireReader& in)
{
    Signaling s;
    s.target = take_identity(in);
    while (in.left() >= 4) {
        const auto kind = UnicastTlv::Kind(in.take<std::uint16_t>());
        const auto length = in.take<std::uint16_t>();
        if (length > in.left())
            return std::nullopt;
        const auto value = in.take(std::size_t{length});
        if (!size_of(kind))
            continue;
        const auto tlv = take_unicast(kind, WireReader{value});
        if (!tlv)
            return std::nullopt;
        s.tlvs.push_back(*tlv);
    }
    return s;
}

struct Size {
    std::size_t operator()(const Stamped&) const { return 0; }
    std::size_t operator()(const Answer&) const { return 0; }
    std::size_t operator()(const Announce&) const { return 0; }
    std::size_t operator()(const Signaling& s) const
    {
        std::size_t size = 0;
        for (const UnicastTlv& tlv : s.tlvs)
            size += 4 + *size_of(tlv.kind);
        return size;
    }
};

struct Body {
    WireWriter& out;
    void operator()(const Stamped& s) const { put(out, s.timestamp); }
    void operator()(const Answer& a) const
    {
        put(out, a.timestamp);
        put(out, a.requesting);
    }
    void operator()(const Announce& a) const { put(out, a); }
    void operator()(const Signaling& s) const
    {
        put(out, s.target);
        for (const UnicastTlv& tlv : s.tlvs)
            put(out, tlv);
    }
};

} // namespace

std::string to_string(ClockIdentity identity)
{
    const std::uint64_t v = identity.value;
    return fmt::format("{:06x}.{:04x}.{:06x}", v >> 40, v >> 24 & 0xffff, v & 0xffffff);
}

std::optional<Message> decode(std::span<const std::byte> datagram)
{
    if (datagram.size() < header_size)
        return std::nullopt;
    WireReader head{datagram};
    const auto type = known_type(head.take<std::uint8_t>() & 0xf);
    const bool is_ours = (head.take<std::uint8_t>() & 0xf) == version;
    const std::size_t length = head.take<std::uint16_t>();
    if (!type || !is_ours || length > datagram.size() || length < size_of(*type))
        return std::nullopt;

    WireReader in{datagram.first(length)};
    in.take(std::size_t{4});
    Message m;
    Header& h = m.header;
    h.type = *type;
    h.domain = in.take<std::uint8_t>();
    in.take<std::uint8_t>();
    h.flags = in.take<std::uint16_t>();
    h.correction.scaled = in.take<std::int64_t>();
    if (h.correction.scaled > most_correction || h.correction.scaled < -most_correction)
        return std::nullopt;
    in.take<std::uint32_t>();
    h.source = take_identity(in);
    h.sequence = in.take<std::uint16_t>();
    in.take<std::uint8_t>();
    h.log_interval = in.take<std::int8_t>();

    if (h.type == MessageType::announce) {
        m.body = take_announce(in);
        return m;
    }
    if (h.type == MessageType::signaling) {
        auto signaling = take_signaling(in);
        if (!signaling)
            return std::nullopt;
        m.body = *std::move(signaling);
        return m;
    }
    const auto timestamp = take_timestamp(in);
    if (!timestamp)
        return std::nullopt;
    if (is_answer(h.type))
        m.body = Answer{*timestamp, take_identity(in)};
    else
        m.body = Stamped{*timestamp};
    return m;
}

std::vector<std::byte> encode(const Message& message, std::size_t shortest)
{
    const Header& h = message.header;
    const std::size_t length = size_of(h.type) + std::visit(Size{}, message.body);
    std::vector<std::byte> room(std::max(length, shortest));
    WireWriter out{room};
    out.put(static_cast<std::uint8_t>(h.type));
    out.put(static_cast<std::uint8_t>(minor_version << 4 | version));
    out.put(static_cast<std::uint16_t>(length));
    out.put(h.domain);
    out.put(std::uint8_t{0});
    out.put(h.flags);
    out.put(h.correction.scaled);
    out.put(std::uint32_t{0});
    put(out, h.source);
    out.put(h.sequence);
    out.put(control_of(h.type));
    out.put(h.log_interval);
    std::visit(Body{out}, message.body);
    return room;
}

} // namespace timeball::ptp
