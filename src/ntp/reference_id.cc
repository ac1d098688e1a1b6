// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Reference identifiers as people read them, and the one of an upstream server.

#include "ntp/reference_id.h"

#include "base/handle.h"

#include <openssl/evp.h>

#include <array>

namespace timeball {

std::string to_string(ReferenceId id, Stratum stratum)
{
    std::string text;
    if (stratum.value >= 2 && stratum.value <= 15) {
        for (int shift = 24; shift >= 0; shift -= 8)
            text += (shift < 24 ? "." : "") + std::to_string(id.value >> shift & 0xff);
        return text;
    }
    for (int shift = 24; shift >= 0; shift -= 8) {
        const auto letter = static_cast<unsigned char>(id.value >> shift);
        if (letter == 0)
            break;
        text += letter > 0x20 && letter < 0x7f && letter != '"' && letter != ','
            ? static_cast<char>(letter)
            : '?';
    }
    return text;
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

} // namespace timeball
