// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Numbers that nobody can guess (nonces, keys, source ports), and in the simulator nobody but the
// seed.

#include <cstddef>
#include <cstdint>
#include <span>

namespace timeball {

class Random {
public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::byte> room) = 0;

    std::uint64_t bits64()
    {
        std::uint64_t value = 0;
        fill(std::as_writable_bytes(std::span{&value, 1}));
        return value;
    }
    std::uint32_t below(std::uint32_t limit) // 0 .. limit - 1; bias below 2^-32
    {
        return static_cast<std::uint32_t>((bits64() >> 32) * limit >> 32);
    }
    double unit() { return static_cast<double>(bits64() >> 11) * 0x1p-53; } // [0, 1)
};

} // namespace timeball
