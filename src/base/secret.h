// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Secret: octets that wipe themselves when they go. It moves and is not copied by accident.

#include <cstddef>
#include <memory>
#include <span>

namespace timeball {

class Secret {
public:
    Secret() = default;
    explicit Secret(std::span<const std::byte> bytes);
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret() { wipe(); }

    Secret clone() const { return Secret{bytes()}; }
    std::span<const std::byte> bytes() const { return {bytes_.get(), size_}; }

private:
    void wipe() noexcept;

    std::unique_ptr<std::byte[]> bytes_;
    std::size_t size_ = 0;
};

// In a time that depends on the lengths only.
bool equal_in_constant_time(std::span<const std::byte> a, std::span<const std::byte> b);

// For working copies of secrets that live in buffers.
void wipe(std::span<std::byte> bytes) noexcept;

} // namespace timeball
