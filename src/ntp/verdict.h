// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Every way in which a packet that came to the serving port can end. What is not counted here did
// not happen.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace timeball::ntp {

enum class Verdict : std::uint8_t {
    // answered
    answered_client, // mode 3, with mode 4
    answered_interleaved, // the same, with the time at which the answer before it left
    answered_symmetric, // mode 1, with mode 2; nothing is mobilized
    answered_v1, // version 1 without a client mode (0 or 1), with mode 4
    answered_limited, // over its rate, yet let through by chance
    kiss_rate,
    control, // mode 6, handed whole to the control loop

    // what the octets say
    truncated, // longer than the receiver's room
    short_packet,
    bad_version,
    bad_mode, // 0 (but for version 1), 2, 5, 7
    reflected, // mode 4: an answer to nobody's question
    bad_length,
    crypto_nak,

    // what the addresses say
    bad_port, // source port 0, or below what is allowed
    bad_source, // multicast, broadcast or no address at all
    own_source, // one of our own addresses and our own port
    bad_destination, // came by multicast or broadcast

    // access
    dropped_interface, // `interface drop`
    dropped_ignored,
    dropped_noserve,
    dropped_noquery,
    dropped_notrust,
    dropped_version,
    dropped_flake,

    // rate
    limited_silent,
    shed_newcomer, // more came than can be answered: one that is not known to us
    shed_stale, // and this one had waited too long already
    shed_ceiling, // above the operator's `max_rate`
    control_limited,
    control_overflow, // the control loop's mailbox was full

    // authentication
    unknown_key,
    bad_auth,

    // our own time
    straddles_step, // came before a step of the clock and would leave after it
    unsynchronized_silent,
};
inline constexpr std::size_t verdict_count
    = static_cast<std::size_t>(Verdict::unsynchronized_silent) + 1;

// Whether a packet leaves for it.
constexpr bool answers(Verdict v)
{
    return v <= Verdict::kiss_rate;
}

// As the enumerator is spelled.
std::string_view to_string(Verdict v);

} // namespace timeball::ntp
