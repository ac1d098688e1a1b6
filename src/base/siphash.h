// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// SipHash-2-4 (Aumasson, Bernstein: "SipHash: a fast short-input PRF"): a hash whose collisions
// nobody can make who does not know the key. For tables that strangers fill, and for nonces.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace timeball {

struct SipKey {
    std::uint64_t k0 = 0, k1 = 0;
};

class SipHash {
public:
    explicit constexpr SipHash(SipKey key)
        : v_{key.k0 ^ 0x736f6d6570736575u, key.k1 ^ 0x646f72616e646f6du,
            key.k0 ^ 0x6c7967656e657261u, key.k1 ^ 0x7465646279746573u}
    {
    }

    // Eight octets, as a little-endian number.
    constexpr void put(std::uint64_t word)
    {
        v_[3] ^= word;
        round();
        round();
        v_[0] ^= word;
    }

    // `last` holds the octets left over, and in its highest octet the length of all modulo 256.
    constexpr std::uint64_t finish(std::uint64_t last)
    {
        put(last);
        v_[2] ^= 0xff;
        for (int i = 0; i < 4; ++i)
            round();
        return v_[0] ^ v_[1] ^ v_[2] ^ v_[3];
    }

private:
    constexpr void round()
    {
        v_[0] += v_[1];
        v_[2] += v_[3];
        v_[1] = std::rotl(v_[1], 13) ^ v_[0];
        v_[3] = std::rotl(v_[3], 16) ^ v_[2];
        v_[0] = std::rotl(v_[0], 32);
        v_[2] += v_[1];
        v_[0] += v_[3];
        v_[1] = std::rotl(v_[1], 17) ^ v_[2];
        v_[3] = std::rotl(v_[3], 21) ^ v_[0];
        v_[2] = std::rotl(v_[2], 32);
    }

    std::array<std::uint64_t, 4> v_;
};

constexpr std::uint64_t siphash(SipKey key, std::uint64_t first, std::uint64_t second)
{
    SipHash hash{key};
    hash.put(first);
    hash.put(second);
    return hash.finish(std::uint64_t{16} << 56);
}

constexpr std::uint64_t siphash(SipKey key, std::span<const std::byte> bytes)
{
    SipHash hash{key};
    std::uint64_t word = 0;
    std::size_t i = 0;
    for (; i < bytes.size(); ++i) {
        word |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * (i % 8));
        if (i % 8 == 7) {
            hash.put(word);
            word = 0;
        }
    }
    return hash.finish(word | static_cast<std::uint64_t>(bytes.size()) << 56);
}

} // namespace timeball
