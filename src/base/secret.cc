// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Secrets, wiped by the function that compilers do not optimize away.

#include "base/secret.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

namespace timeball {

Secret::Secret(std::span<const std::byte> bytes)
    : bytes_{std::make_unique<std::byte[]>(bytes.size())}, size_{bytes.size()}
{
    std::copy(bytes.begin(), bytes.end(), bytes_.get());
}

Secret::Secret(Secret&& other) noexcept
    : bytes_{std::move(other.bytes_)}, size_{std::exchange(other.size_, 0)}
{
}

Secret& Secret::operator=(Secret&& other) noexcept
{
    if (this != &other) {
        wipe();
        bytes_ = std::move(other.bytes_);
        size_ = std::exchange(other.size_, 0);
    }
    return *this;
}

void Secret::wipe() noexcept
{
    if (bytes_)
        OPENSSL_cleanse(bytes_.get(), size_);
}

bool equal_in_constant_time(std::span<const std::byte> a, std::span<const std::byte> b)
{
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void wipe(std::span<std::byte> bytes) noexcept
{
    OPENSSL_cleanse(bytes.data(), bytes.size());
}

} // namespace timeball
