// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What became of a question: one fate for each. An answer is judged by its octets.

#include "bench/serving/load/ledger.h"
#include "ntp/header.h"

#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace timeball::load {

enum class Fate : std::uint8_t {
    // good
    served,
    served_interleaved,
    control_answer,
    // refused
    kiss_rate,
    kiss_deny, // DENY or RSTR
    kiss_other,
    crypto_nak,
    lost, // no answer in time
    // of no use
    unsynchronized,
    // wrong
    wrong_version,
    wrong_mode,
    wrong_length, // also one longer than the question
    wrong_stratum,
    wrong_stamps, // zero, or sent before it was received
    wrong_address, // came to another than asked
    wrong_kind, // not what such a question is answered with
};
inline constexpr std::size_t fate_count = static_cast<std::size_t>(Fate::wrong_kind) + 1;
inline constexpr std::array<std::string_view, fate_count> fate_names{"served", "served-interleaved",
    "control-answer", "kiss-rate", "kiss-deny", "kiss-other", "crypto-nak", "lost",
    "unsynchronized", "wrong-version", "wrong-mode", "wrong-length", "wrong-stratum",
    "wrong-stamps", "wrong-address", "wrong-kind"};

constexpr bool is_wrong(Fate fate)
{
    return fate >= Fate::wrong_version;
}
constexpr bool tells_time(Fate fate)
{
    return fate <= Fate::served_interleaved;
}

struct Judgement {
    Fate fate = Fate::wrong_length;
    std::optional<ntp::Header> header; // of an answer that tells the time
};

// `echo` is the answer's, and the question the one that it names.
Judgement judge(const Asked& asked, const Echo& echo, std::span<const std::byte> answer);

} // namespace timeball::load
