// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Reading and writing network byte order. Bounds are the caller's: check the size once, before the
// first take() or put(); passing the end is our own mistake and asserts.

#include <bit>
#include <cassert>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace timeball {

// To the order of octets on the wire, or from it. Compilers know this for what it is, one
// instruction, where a loop over the octets stays a loop.
template <std::integral T>
constexpr T network_order(T value)
{
    if constexpr (std::endian::native == std::endian::big || sizeof(T) == 1)
        return value;
    else if constexpr (sizeof(T) == 2)
        return static_cast<T>(__builtin_bswap16(static_cast<std::uint16_t>(value)));
    else if constexpr (sizeof(T) == 4)
        return static_cast<T>(__builtin_bswap32(static_cast<std::uint32_t>(value)));
    else
        return static_cast<T>(__builtin_bswap64(static_cast<std::uint64_t>(value)));
}

class WireReader {
public:
    explicit WireReader(std::span<const std::byte> bytes) : rest_{bytes} { }

    template <std::integral T>
    T take()
    {
        assert(rest_.size() >= sizeof(T));
        T value;
        std::memcpy(&value, rest_.data(), sizeof value);
        rest_ = rest_.subspan(sizeof(T));
        return network_order(value);
    }

    std::span<const std::byte> take(std::size_t count)
    {
        assert(rest_.size() >= count);
        const auto taken = rest_.first(count);
        rest_ = rest_.subspan(count);
        return taken;
    }

    std::size_t left() const { return rest_.size(); }
    std::span<const std::byte> rest() const { return rest_; }

private:
    std::span<const std::byte> rest_;
};

class WireWriter {
public:
    explicit WireWriter(std::span<std::byte> room) : room_{room} { }

    template <std::integral T>
    void put(T value)
    {
        assert(room_.size() - used_ >= sizeof(T));
        const T swapped = network_order(value);
        std::memcpy(room_.data() + used_, &swapped, sizeof swapped);
        used_ += sizeof swapped;
    }

    void put(std::span<const std::byte> bytes)
    {
        assert(room_.size() - used_ >= bytes.size());
        if (!bytes.empty())
            std::memcpy(room_.data() + used_, bytes.data(), bytes.size());
        used_ += bytes.size();
    }

    std::size_t used() const { return used_; }
    std::size_t left() const { return room_.size() - used_; }
    std::span<const std::byte> written() const { return room_.first(used_); }

private:
    std::span<std::byte> room_;
    std::size_t used_ = 0;
};

} // namespace timeball
