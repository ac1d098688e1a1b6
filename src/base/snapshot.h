// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Snapshot: one small value, written by one thread and read by many that never wait for it (a
// sequence lock over relaxed atomic words, so the thread sanitizer can follow it).
//
// write() may be called by one thread only; read() by any.

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace timeball {

template <class T>
class Snapshot {
    static_assert(std::is_trivially_copyable_v<T>);
    static constexpr std::size_t words = (sizeof(T) + 7) / 8;
    using Words = std::array<std::uint64_t, words>;

public:
    explicit Snapshot(const T& initial = T{}) { write(initial); }
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

    // An odd count says "being written". Each word is stored with release, so a reader that sees
    // any new word also sees the odd count that came before it.
    void write(const T& value)
    {
        Words copy{};
        std::memcpy(copy.data(), &value, sizeof value);
        const auto count = count_.load(std::memory_order_relaxed);
        count_.store(count + 1, std::memory_order_relaxed);
        for (std::size_t i = 0; i < words; ++i)
            words_[i].store(copy[i], std::memory_order_release);
        count_.store(count + 2, std::memory_order_release);
    }

    T read() const
    {
        Words copy;
        for (;;) {
            const auto before = count_.load(std::memory_order_acquire);
            for (std::size_t i = 0; i < words; ++i)
                copy[i] = words_[i].load(std::memory_order_acquire);
            if (before % 2 == 0 && count_.load(std::memory_order_relaxed) == before)
                break;
        }
        T value;
        std::memcpy(static_cast<void*>(&value), copy.data(), sizeof value);
        return value;
    }

private:
    alignas(64) std::atomic<std::uint64_t> count_{0};
    std::array<std::atomic<std::uint64_t>, words> words_{};
};

} // namespace timeball
