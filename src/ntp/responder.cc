// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// From a request to its verdict, and from the verdict to the reply.

#include "ntp/responder.h"

#include "base/wire.h"
#include "ntp/mac.h"

#include <algorithm>

namespace timeball::ntp {

namespace {

constexpr std::size_t key_id_size = 4;
constexpr std::size_t control_header_size = 12;
constexpr std::uint8_t current_version = 4;

bool is_mac(std::size_t size)
{
    return size == key_id_size + 16 || size == key_id_size + 20;
}

// What follows the header: extension fields (version 4), then perhaps a MAC. Gives the place of
// the MAC, 0 when there is none.
Result<std::size_t, Verdict> find_mac(std::span<const std::byte> bytes, unsigned version)
{
    std::size_t at = header_size;
    const auto left = [&] { return bytes.size() - at; };

    if (version < 3) // their authenticators are long gone
        return left() == 0 ? Result<std::size_t, Verdict>{0} : unexpected(Verdict::bad_length);

    // The last field of a packet without a MAC is at least 28 octets long, so that what is left at
    // the end cannot be taken for one (RFC 7822, section 7.5).
    std::size_t last_field = 28;
    while (version == current_version && left() > key_id_size && !is_mac(left())) {
        if (left() < 16)
            return unexpected(Verdict::bad_length);
        WireReader field{bytes.subspan(at + 2, 2)};
        last_field = field.take<std::uint16_t>();
        if (last_field < 16 || last_field % 4 != 0 || last_field > left())
            return unexpected(Verdict::bad_length);
        at += last_field;
    }
    if (left() == 0)
        return last_field >= 28 ? Result<std::size_t, Verdict>{0} : unexpected(Verdict::bad_length);
    if (left() == key_id_size)
        return unexpected(Verdict::crypto_nak);
    if (!is_mac(left()))
        return unexpected(Verdict::bad_length);
    return at;
}

std::optional<Verdict> bad_address(const Request& request, const Manner& manner)
{
    const Address& from = request.from.address;
    if (request.from.port == 0 || request.from.port < manner.lowest_port)
        return Verdict::bad_port;
    if (from.is_any() || from.is_multicast() || from.is_broadcast())
        return Verdict::bad_source;
    if (request.from == request.to)
        return Verdict::own_source;
    if (request.to.address.is_multicast() || request.to.address.is_broadcast())
        return Verdict::bad_destination;
    return std::nullopt;
}

bool is_synchronized(const ServedTime& time, Instant<Utc> now)
{
    return time.leap != Leap::unsynchronized && time.stratum >= Stratum{1}
    && time.stratum < Stratum::unsynchronized && now < time.void_after;
}

// The limiter's word for a request of good form.
Verdict after_rate(Verdict answer, Rate rate, bool kod)
{
    switch (rate) {
    case Rate::pass:
        return answer;
    case Rate::leak:
        return Verdict::answered_limited;
    case Rate::kiss:
        return kod ? Verdict::kiss_rate : Verdict::limited_silent;
    case Rate::silent:
        break;
    }
    return Verdict::limited_silent;
}

// Old Windows asks in symmetric mode and wants the passive one, in version 1 a server's.
Mode reply_mode(const Header& request)
{
    return request.mode == Mode::symmetric_active && request.version > 1 ? Mode::symmetric_passive
                                                                         : Mode::server;
}

// It carries no time: whoever takes it for an answer sees an offset of zero and no server.
Header kiss(const Decision& decision)
{
    const Header& echo = decision.echo;
    return {.leap = Leap::unsynchronized,
        .version = echo.version,
        .mode = reply_mode(echo),
        .stratum = 0,
        .poll = decision.poll.log2,
        .precision = echo.precision,
        .reference_id = ReferenceId::letters("RATE"),
        .origin = echo.transmit,
        .receive = echo.transmit,
        .transmit = echo.transmit};
}

// Peers are told the time as it is, leap second and all; clients may be spared it.
ServedTime time_for(Mode mode, const ServedTime& time, Instant<Utc> now)
{
    return mode == Mode::server ? smeared(time, now) : time;
}

// The marks by which asks_interleaved() tells one from the other. One is rounded down to them and
// the other up, so that a reply never seems to leave before its request came. Zero is no timestamp.
Timestamp marked_receive(Timestamp t)
{
    return {(t.bits - 1) | 1};
}

Timestamp marked_transmit(Timestamp t)
{
    const std::uint64_t bits = (t.bits + 1) & ~std::uint64_t{1};
    return {bits == 0 ? 2 : bits};
}

Header answer(const Decision& decision, const ServedTime& published, Instant<Utc> now)
{
    const ServedTime time = time_for(reply_mode(decision.echo), published, now);
    const bool has_time = is_synchronized(time, now);
    const bool was_set = time.reference_time != Instant<Utc>{};
    const Instant<Utc> reference = std::min(time.reference_time, now) - decision.older;
    Header h{.leap = has_time ? time.leap : Leap::unsynchronized,
        .version = decision.echo.version,
        .mode = reply_mode(decision.echo),
        .stratum = has_time ? time.stratum.value : std::uint8_t{0},
        .poll = decision.poll.log2,
        .precision = time.precision.log2,
        .root_delay = to_short(time.root_delay),
        .root_dispersion = to_short(root_dispersion(time, now)),
        .reference_id = time.reference_id,
        .reference = was_set ? to_timestamp(served(time, reference)) : Timestamp{},
        .origin = decision.echo.transmit,
        .receive = marked_receive(to_timestamp(served(time, decision.received))),
        .transmit = marked_transmit(to_timestamp(served(time, now)))};
    if (decision.departed) {
        const Instant<Utc> then = *decision.departed;
        h.origin = decision.echo.receive;
        h.transmit = marked_transmit(to_timestamp(served(time_for(h.mode, published, then), then)));
    }
    // With stratum 0 these four octets are a kiss code; an upstream's address is none.
    if (!has_time && time.stratum < Stratum::unsynchronized)
        h.reference_id = {};
    return h;
}

} // namespace

Result<Question, Verdict> examine(const Request& request, const Manner& manner)
{
    if (request.truncated)
        return unexpected(Verdict::truncated);
    if (const auto bad = bad_address(request, manner))
        return unexpected(*bad);
    if (request.bytes.empty())
        return unexpected(Verdict::short_packet);

    const auto first = std::to_integer<unsigned>(request.bytes[0]);
    const unsigned version = (first >> 3) & 7;
    const Mode mode = Mode(first & 7);
    if (request.bytes.size() < (mode == Mode::control ? control_header_size : header_size))
        return unexpected(Verdict::short_packet);
    if (version < 1 || version > current_version)
        return unexpected(Verdict::bad_version);
    if (mode == Mode::control)
        return unexpected(Verdict::control);

    Question question{.header = *decode(request.bytes)};
    switch (mode) {
    case Mode::client:
        break;
    case Mode::symmetric_active:
        question.answer = version == 1 ? Verdict::answered_v1 : Verdict::answered_symmetric;
        break;
    case Mode::reserved:
        if (version != 1)
            return unexpected(Verdict::bad_mode);
        question.answer = Verdict::answered_v1;
        break;
    case Mode::server:
        return unexpected(Verdict::reflected);
    default:
        return unexpected(Verdict::bad_mode);
    }

    const auto mac = find_mac(request.bytes, version);
    if (!mac)
        return unexpected(mac.error());
    question.mac_at = *mac;
    return question;
}

std::optional<Verdict> refusal(const Question& question, const Access& access, std::uint64_t noise)
{
    if (access.ignore)
        return Verdict::dropped_ignored;
    if (access.noserve)
        return Verdict::dropped_noserve;
    if (access.version && question.header.version != current_version)
        return Verdict::dropped_version;
    if (access.notrust && question.mac_at == 0)
        return Verdict::dropped_notrust;
    if (access.flake && noise % 10 == 0)
        return Verdict::dropped_flake;
    return std::nullopt;
}

Decision decide(const Request& request, const Question& question, const Access& access, Rate rate,
    const ServedTime& time, const Manner& manner, std::uint64_t noise, Authenticator* keys)
{
    Decision decision{.verdict = after_rate(question.answer, rate, access.kod),
        .echo = question.header,
        .received = request.received,
        .poll = {std::max<std::int8_t>(question.header.poll, 0)},
        .most = request.bytes.size()};

    if (decision.verdict == Verdict::kiss_rate) {
        decision.poll = std::max(decision.poll, manner.kiss_poll);
        return decision;
    }
    if (!answers(decision.verdict))
        return decision;

    if (question.mac_at != 0) {
        const auto message = request.bytes.first(question.mac_at);
        const auto mac = request.bytes.subspan(question.mac_at);
        const auto signer = keys != nullptr
            ? keys->verify(message, mac, request.from.address)
            : Result<KeyId, MacFault>{unexpected(MacFault::unknown_key)};
        if (!signer) {
            decision.verdict = signer.error() == MacFault::unknown_key ? Verdict::unknown_key
                                                                       : Verdict::bad_auth;
            return decision;
        }
        decision.key = *signer;
    }
    if (!manner.answers_unsynchronized && !is_synchronized(time, request.received))
        decision.verdict = Verdict::unsynchronized_silent;
    if (access.fuzz)
        decision.older = Nanoseconds{static_cast<std::int64_t>(noise % 64'000'000'000u)};
    return decision;
}

bool asks_interleaved(const Header& request)
{
    return request.mode == Mode::client && (request.origin.bits & 1) != 0
        && !request.receive.is_zero() && request.receive != request.transmit;
}

Decision interleave(Decision decision, Instant<Utc> departed)
{
    decision.verdict = Verdict::answered_interleaved;
    decision.departed = departed;
    return decision;
}

Timestamp receive_timestamp(const Decision& decision, const ServedTime& time, Instant<Utc> now)
{
    return marked_receive(
        to_timestamp(served(time_for(reply_mode(decision.echo), time, now), decision.received)));
}

std::span<const std::byte> seal(const Decision& decision, const ServedTime& time, Instant<Utc> now,
    std::span<std::byte> room, Authenticator* keys)
{
    std::size_t size = header_size;
    if (decision.verdict == Verdict::kiss_rate) {
        encode(kiss(decision), room);
    } else {
        encode(answer(decision, time, now), room);
        if (decision.key.value != 0 && keys != nullptr)
            size += keys->sign(decision.key, room.first(header_size), room.subspan(header_size));
    }
    return size <= decision.most ? room.first(size) : room.first(0);
}

bool is_on_time_line(
    const ServedTime& time, Instant<Utc> received, Instant<Utc> now, std::uint32_t epoch)
{
    return epoch == time.epoch && epoch % 2 == 0 && received >= time.valid_from && received <= now;
}

} // namespace timeball::ntp
