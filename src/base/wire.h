// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Reading and writing network byte order. Bounds are the caller's: check the size once, before the
// first take() or put(); passing the end is our own mistake and asserts.

#include <cassert>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace timeball {

class WireReader {
public:
    explicit WireReader(std::span<const std::byte> bytes) : rest_{bytes} { }

    template <std::integral T>
    T take()
    {
        assert(rest_.size() >= sizeof(T));
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < sizeof(T); ++i)
            value = value << 8 | std::to_integer<std::uint64_t>(rest_[i]);
        rest_ = rest_.subspan(sizeof(T));
        return static_cast<T>(value);
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
        for (std::size_t i = sizeof(T); i-- > 0;)
            room_[used_++] = std::byte(static_cast<std::uint64_t>(value) >> (8 * i));
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
