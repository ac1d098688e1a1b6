// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Packed: an unsigned number in as few octets as it needs, for records of which there are millions.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace timeball::serve {

template <unsigned bits>
class Packed {
    static_assert(bits % 8 == 0 && bits <= 64);

public:
    static constexpr std::uint64_t max = ~std::uint64_t{0} >> (64 - bits);

    std::uint64_t get() const
    {
        std::uint64_t value = 0;
        if constexpr (std::endian::native == std::endian::little) {
            std::memcpy(&value, octets_.data(), octets_.size());
        } else {
            for (std::size_t i = 0; i < octets_.size(); ++i)
                value |= static_cast<std::uint64_t>(octets_[i]) << (8 * i);
        }
        return value;
    }
    void set(std::uint64_t value) // of which the lowest `bits` are kept
    {
        if constexpr (std::endian::native == std::endian::little) {
            std::memcpy(octets_.data(), &value, octets_.size());
        } else {
            for (std::size_t i = 0; i < octets_.size(); ++i)
                octets_[i] = static_cast<std::uint8_t>(value >> (8 * i));
        }
    }

private:
    std::array<std::uint8_t, bits / 8> octets_{};
};

} // namespace timeball::serve
