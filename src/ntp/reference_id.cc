// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Reference identifiers as people read them, and the one of an upstream server.

#include "ntp/reference_id.h"

#include "base/handle.h"

#include <openssl/evp.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <optional>

namespace timeball {

namespace {

std::string dotted(ReferenceId id)
{
    std::string text;
    for (int shift = 24; shift >= 0; shift -= 8)
        text += (shift < 24 ? "." : "") + std::to_string(id.value >> shift & 0xff);
    return text;
}

// Up to the padding; nothing when some octet is no letter.
std::optional<std::string> letters(ReferenceId id)
{
    std::string text;
    for (int shift = 24; shift >= 0; shift -= 8) {
        const auto letter = static_cast<unsigned char>(id.value >> shift);
        if (letter == 0 && (id.value & ((std::uint64_t{1} << (shift + 8)) - 1)) == 0)
            break;
        if (letter <= 0x20 || letter >= 0x7f || letter == '"' || letter == ',')
            return std::nullopt;
        text += static_cast<char>(letter);
    }
    return text;
}

} // namespace

std::string to_string(ReferenceId id, Stratum stratum)
{
    if (stratum.value >= 2 && stratum.value <= 15)
        return dotted(id);
    return letters(id).value_or(dotted(id));
}

ReferenceId reference_id_of(const Address& upstream)
{
    if (upstream.family == Family::ipv4)
        return {upstream.to_ipv4()};
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    const auto bytes = upstream.bytes();
    // An MD5 of an address is a name, not a secret: it must work where policy forbids MD5 for
    // signatures, and gives zero where the library has none at all.
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_md5(), nullptr);
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value = value << 8 | digest[i];
    return {value};
}

ReferenceId reference_id_of_smear(Seconds offset)
{
    const auto parts = static_cast<std::uint32_t>(std::lround(std::ldexp(offset.count(), 22)));
    return {254u << 24 | (parts & 0xffffff)};
}

} // namespace timeball
