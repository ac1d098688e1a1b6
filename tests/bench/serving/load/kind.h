// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What may be asked, and how often each kind in a mix.

#include "base/result.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace timeball::load {

enum class Kind : std::uint8_t {
    v1,
    v2,
    v3,
    v4, // plain requests of 48 octets, mode 3
    interleaved, // version 4, asking for the interleaved mode (RFC 9769)
    control, // mode 6, READVAR of the system
    wrong_mac, // version 4 with a MAC that no key gives
    garbage // of any length and any content, in a mode that nobody answers
};
inline constexpr std::array<std::string_view, 8> kind_names{
    "v1", "v2", "v3", "v4", "interleaved", "control", "wrong-mac", "garbage"};

// A version whose right answer tells the time.
constexpr bool asks_time(Kind kind)
{
    return kind <= Kind::interleaved;
}

class Mix {
public:
    explicit Mix(Kind only) : parts_{{only, 1}}, total_{1} { }

    struct Part {
        Kind kind;
        std::uint32_t weight;
    };
    explicit Mix(std::vector<Part> parts); // weights are above 0

    const std::vector<Part>& parts() const { return parts_; }
    bool has(Kind kind) const;
    Kind pick(std::uint32_t noise) const; // `noise` is random

private:
    std::vector<Part> parts_;
    std::uint32_t total_;
};

// "v4", "v4:90,v3:9,garbage:1". An error says what is wrong.
Result<Mix, std::string> parse_mix(std::string_view text);

} // namespace timeball::load
