// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The small words of NTP (RFC 5905, sections 6 and 7): each quantity its own type.

#include "time/time.h"

#include <array>
#include <cmath>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace timeball {

enum class Leap : std::uint8_t { none = 0, insert = 1, remove = 2, unsynchronized = 3 };

namespace ntp {

enum class Mode : std::uint8_t {
    reserved = 0,
    symmetric_active = 1,
    symmetric_passive = 2,
    client = 3,
    server = 4,
    broadcast = 5,
    control = 6,
    private_use = 7
};

} // namespace ntp

// 0 is a reference clock when it comes from a driver and "unspecified or kiss" on the wire;
// 16 is unsynchronized within the program (0 on the wire).
struct Stratum {
    std::uint8_t value = 16;
    static const Stratum unsynchronized;
    auto operator<=>(const Stratum&) const = default;
};
inline constexpr Stratum Stratum::unsynchronized{16};

// Interval between polls, log2 seconds.
struct Poll {
    std::int8_t log2 = 6;
    Seconds interval() const { return Seconds{std::ldexp(1.0, log2)}; }
    auto operator<=>(const Poll&) const = default;
};

// Resolution of a clock reading, log2 seconds.
struct Precision {
    std::int8_t log2 = -20;
    Seconds interval() const { return Seconds{std::ldexp(1.0, log2)}; }
    auto operator<=>(const Precision&) const = default;
};

// Four octets in wire order, the first the most significant: letters for a primary reference or a
// kiss, the upstream's IPv4 address, or the head of the MD5 of its IPv6 address.
struct ReferenceId {
    std::uint32_t value = 0;

    static constexpr ReferenceId letters(std::string_view text) // up to four, zero padded
    {
        std::uint32_t v = 0;
        for (std::size_t i = 0; i < 4; ++i)
            v = v << 8 | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0u);
        return {v};
    }
    auto operator<=>(const ReferenceId&) const = default;
};

// As ntpq shows it: letters for stratum 0, 1 and 16, if they are letters; dotted quad otherwise.
std::string to_string(ReferenceId id, Stratum stratum);

struct AssociationId {
    std::uint16_t value = 0; // 0 is the system itself in the control protocol
    auto operator<=>(const AssociationId&) const = default;
};

struct KeyId {
    std::uint32_t value = 0; // 0 is none
    auto operator<=>(const KeyId&) const = default;
};

} // namespace timeball
