// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The octets of a request. Its transmit timestamp is a ticket, by which the answer is known: the
// number of the question and a random part that nobody can guess.

#include "bench/serving/load/kind.h"
#include "ntp/timestamp.h"

#include <cstddef>
#include <optional>
#include <span>

namespace timeball::load {

struct Ticket {
    std::uint32_t number = 0; // of the question, counted from 0
    std::uint32_t nonce = 0; // even

    bool operator==(const Ticket&) const = default;
};

// As a timestamp. The odd one next to it stands in the receive field of an interleaved request; an
// answer in interleaved mode has that one as its origin.
ntp::Timestamp stamp_of(Ticket ticket);

inline constexpr std::size_t most_question = 128;

// Written into `room` of most_question octets; gives the size. `previous` is the receive timestamp
// of the last answer, for the interleaved mode; zero when there was none. `noise` is random.
std::size_t compose(Kind kind, Ticket ticket, ntp::Timestamp previous, std::uint64_t noise,
    std::span<std::byte> room);

// What an answer says of its question.
struct Echo {
    Ticket ticket; // in mode 6 without its nonce, and only 16 bits of the number
    bool is_control = false;
    bool is_interleaved = false;
};
// Nothing when the datagram is none of an NTP server at all.
std::optional<Echo> echo_of(std::span<const std::byte> answer);

} // namespace timeball::load
