// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Judging answers (RFC 5905, section 7.4 for kisses; RFC 9769 for the interleaved mode).

#include "bench/serving/load/judge.h"

namespace timeball::load {

namespace {

constexpr std::size_t nak_size = ntp::header_size + 4; // a MAC without a digest

std::uint8_t version_of(Kind kind)
{
    return kind <= Kind::v4 ? static_cast<std::uint8_t>(1 + static_cast<int>(kind)) : 4;
}

Fate kiss(ReferenceId code)
{
    if (code == ReferenceId::letters("RATE"))
        return Fate::kiss_rate;
    if (code == ReferenceId::letters("DENY") || code == ReferenceId::letters("RSTR"))
        return Fate::kiss_deny;
    return Fate::kiss_other;
}

bool is_in_order(const ntp::Header& header, bool is_interleaved)
{
    if (header.receive.is_zero() || header.transmit.is_zero())
        return false;
    // An interleaved answer tells when the one before it left.
    return is_interleaved
        || static_cast<std::int64_t>(header.transmit.bits - header.receive.bits) >= 0;
}

Fate judge_time(const Asked& asked, bool is_interleaved, const ntp::Header& header)
{
    if (header.stratum > 15)
        return header.leap == Leap::unsynchronized ? Fate::unsynchronized : Fate::wrong_stratum;
    if (header.stratum == 0) {
        const bool is_kiss = header.reference_id.value >> 24 >= 'A'; // letters
        if (header.leap == Leap::unsynchronized && !is_kiss)
            return Fate::unsynchronized;
        return is_kiss ? kiss(header.reference_id) : Fate::wrong_stratum;
    }
    if (header.leap == Leap::unsynchronized)
        return Fate::unsynchronized;
    if (!is_in_order(header, is_interleaved))
        return Fate::wrong_stamps;
    if (is_interleaved)
        return asked.kind == Kind::interleaved ? Fate::served_interleaved : Fate::wrong_kind;
    return asks_time(asked.kind) ? Fate::served : Fate::wrong_kind;
}

} // namespace

Judgement judge(const Asked& asked, const Echo& echo, std::span<const std::byte> answer)
{
    if (echo.is_control)
        return {Fate::control_answer, {}};
    const auto header = ntp::decode(answer);
    if (!header)
        return {Fate::wrong_length, {}};
    if (header->mode != ntp::Mode::server)
        return {Fate::wrong_mode, {}};
    if (header->version != version_of(asked.kind))
        return {Fate::wrong_version, {}};
    if (asked.kind == Kind::wrong_mac && answer.size() == nak_size)
        return {Fate::crypto_nak, {}};
    if (answer.size() != ntp::header_size)
        return {Fate::wrong_length, {}};
    const Fate fate = judge_time(asked, echo.is_interleaved, *header);
    if (!tells_time(fate))
        return {fate, {}};
    return {fate, header};
}

} // namespace timeball::load
