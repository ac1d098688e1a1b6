// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Asking a server: the request, and the tests in the order of RFC 5905, section 8.

#include "ntp/association.h"

#include <algorithm>

namespace timeball::ntp {

namespace {

constexpr Seconds max_distance{16}; // MAXDISP: as bad as can be
constexpr Precision worst_precision{4};

struct Parts {
    Header header;
    std::span<const std::byte> signed_part; // what a MAC covers
    std::span<const std::byte> mac; // empty when there is none
};

// The tail of a packet: extension fields (RFC 7822), then perhaps a MAC, which has 4 (crypto-NAK),
// 20 or 24 octets. Fields are stepped over: none of them means anything to us.
std::optional<std::size_t> mac_size(std::span<const std::byte> tail)
{
    while (tail.size() > max_mac_size) {
        const std::size_t length
            = std::to_integer<std::size_t>(tail[2]) << 8 | std::to_integer<std::size_t>(tail[3]);
        if (length < 16 || length % 4 != 0 || length > tail.size())
            return std::nullopt;
        tail = tail.subspan(length);
    }
    switch (tail.size()) {
    case 0:
    case 4:
    case 20:
    case 24:
        return tail.size();
    case 16: // a field alone
        return 0;
    default:
        return std::nullopt;
    }
}

bool is_answer_to(std::uint8_t asked, std::uint8_t answered)
{
    if (asked >= 3)
        return answered == 3 || answered == 4;
    return answered == asked;
}

std::optional<Parts> take_apart(std::span<const std::byte> datagram, std::uint8_t version)
{
    const auto header = decode(datagram);
    if (!header || datagram.size() % 4 != 0 || header->mode != Mode::server
        || !is_answer_to(version, header->version))
        return std::nullopt;
    const auto mac = mac_size(datagram.subspan(header_size));
    if (!mac)
        return std::nullopt;
    const std::size_t covered = datagram.size() - *mac;
    return Parts{*header, datagram.first(covered), datagram.subspan(covered)};
}

// A kiss-o'-death (RFC 5905, section 7.4). Other letters at stratum 0 (INIT, STEP) are a server
// that has no time yet.
std::optional<Reject> kiss(const Header& h)
{
    if (h.stratum != 0)
        return std::nullopt;
    if (h.reference_id == ReferenceId::letters("RATE"))
        return Reject::rate_kiss;
    if (h.reference_id == ReferenceId::letters("DENY")
        || h.reference_id == ReferenceId::letters("RSTR"))
        return Reject::denied;
    if (h.reference_id == ReferenceId::letters("NTSN"))
        return Reject::nts_kiss;
    if (h.reference_id.value >> 24 == 'X')
        return Reject::other_kiss;
    return std::nullopt;
}

bool is_after(Timestamp a, Timestamp b)
{
    return static_cast<std::int64_t>(a.bits - b.bits) > 0;
}

// Servers fill the bits below their precision with noise (RFC 5905, section 6), so that two
// readings of nearly the same moment may come out in either order.
Timestamp with_noise(Timestamp t, std::int8_t precision)
{
    const int log2 = std::clamp<int>(precision + 1, -32, -10); // of the spans of both
    return {t.bits + (std::uint64_t{1} << (32 + log2))};
}

std::optional<Reject> useless(const Header& h)
{
    if (const auto code = kiss(h))
        return code;
    if (h.receive.is_zero() || h.transmit.is_zero())
        return Reject::unknown_time;
    if (h.leap == Leap::unsynchronized || h.stratum == 0 || h.stratum >= 16)
        return Reject::unsynchronized;
    if (to_seconds(h.root_delay) / 2 + to_seconds(h.root_dispersion) >= max_distance)
        return Reject::bad_header;
    const Timestamp transmit = with_noise(h.transmit, h.precision);
    if (is_after(h.receive, transmit)
        || (!h.reference.is_zero() && is_after(h.reference, transmit)))
        return Reject::bad_header;
    return std::nullopt;
}

Exchange exchange(const Header& h, Instant<Utc> sent, Instant<Utc> received, Instant<Utc> pivot)
{
    Exchange e;
    e.origin = sent;
    e.receive = to_instant(h.receive, pivot);
    e.transmit = to_instant(h.transmit, pivot);
    e.destination = received;
    e.leap = h.leap;
    e.stratum = {h.stratum};
    e.poll = {h.poll};
    e.precision = std::min(Precision{h.precision}, worst_precision);
    e.root_delay = to_seconds(h.root_delay);
    e.root_dispersion = to_seconds(h.root_dispersion);
    e.reference_id = h.reference_id;
    if (!h.reference.is_zero())
        e.reference_time = to_instant(h.reference, pivot);
    e.version = h.version;
    return e;
}

bool carries(KeyId key, const Parts& parts, const Address& from, Authenticator* keys)
{
    if (keys == nullptr || parts.mac.size() <= sizeof key.value)
        return false;
    const auto used = keys->verify(parts.signed_part, parts.mac, from);
    return used && *used == key;
}

} // namespace

std::uint16_t flash(Reject reject)
{
    switch (reject) {
    case Reject::duplicate:
        return 0x0001;
    case Reject::bogus_origin:
        return 0x0002;
    case Reject::unknown_time:
        return 0x0004;
    case Reject::denied:
        return 0x0008;
    case Reject::bad_authentication:
    case Reject::nts_kiss:
        return 0x0010;
    case Reject::unsynchronized:
    case Reject::rate_kiss:
    case Reject::other_kiss:
        return 0x0020;
    case Reject::bad_format:
    case Reject::bad_header:
        return 0x0040;
    case Reject::too_slow:
        return 0x2000;
    }
    return 0;
}

std::optional<OutgoingRequest> Association::request(
    std::uint64_t nonce, Instant<Utc> now, Authenticator* keys)
{
    outstanding_.reset();

    // The least that makes a request: whatever else a client could tell of itself helps only those
    // who want to follow or to deceive it. A precision of 32 is what others send as well.
    Header h;
    h.leap = Leap::none;
    h.version = traits_.version;
    h.mode = Mode::client;
    h.precision = 32;
    h.transmit = {nonce == 0 ? 1 : nonce};

    OutgoingRequest r;
    encode(h, r.room);
    r.size = header_size;
    if (traits_.key.value != 0) {
        const auto room = std::span{r.room}.last<max_mac_size>();
        const std::size_t mac = keys == nullptr ? 0 : keys->sign(traits_.key, r.bytes(), room);
        if (mac == 0)
            return std::nullopt;
        r.size += mac;
    }
    if (++last_token_ == 0)
        ++last_token_;
    r.token = last_token_;
    outstanding_ = Outstanding{h.transmit, now, r.token};
    return r;
}

bool Association::transmitted(std::uint32_t token, Instant<Utc> when)
{
    if (!outstanding_ || outstanding_->token != token)
        return false;
    outstanding_->sent = when;
    return true;
}

Result<Exchange, Rejection> Association::accept(std::span<const std::byte> datagram,
    const Address& from, Instant<Utc> received, Instant<Utc> pivot, Authenticator* keys)
{
    const auto parts = take_apart(datagram, traits_.version);
    if (!parts)
        return unexpected(Rejection{Reject::bad_format, {}});
    const Header& h = parts->header;

    if (!outstanding_)
        return unexpected(Rejection{Reject::duplicate, {}});
    if (h.origin != outstanding_->nonce) {
        const bool once_more = !h.transmit.is_zero() && h.transmit == last_transmit_;
        return unexpected(Rejection{once_more ? Reject::duplicate : Reject::bogus_origin, {}});
    }
    if (traits_.key.value != 0 && !carries(traits_.key, *parts, from, keys))
        return unexpected(Rejection{Reject::bad_authentication, {}});

    // The answer: whatever it says, no other will be believed.
    const Instant<Utc> sent = outstanding_->sent;
    outstanding_.reset();

    if (const auto why = useless(h))
        return unexpected(Rejection{*why, h});
    if (h.transmit == last_transmit_)
        return unexpected(Rejection{Reject::duplicate, h}); // its clock stands still
    last_transmit_ = h.transmit;

    const Exchange e = exchange(h, sent, received, pivot);
    if (Seconds{e.round_trip()} > traits_.maxdist)
        return unexpected(Rejection{Reject::too_slow, h});
    return e;
}

} // namespace timeball::ntp
