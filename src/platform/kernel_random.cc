// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Random numbers from the kernel.

#include "platform/kernel_random.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

namespace timeball::platform {

namespace {

// There is no going on without: keys and nonces that can be guessed are worse than no service.
void from_kernel(std::span<std::byte> room)
{
    while (!room.empty()) {
        const auto got = getrandom(room.data(), room.size(), 0);
        if (got > 0)
            room = room.subspan(static_cast<std::size_t>(got));
        else if (got < 0 && errno != EINTR)
            std::abort();
    }
}

// A system call for each nonce would cost more than the nonce's use. What was given away is wiped.
struct Store {
    std::array<std::byte, 512> bytes;
    std::size_t left = 0; // at the end
};

} // namespace

void KernelRandom::fill(std::span<std::byte> room)
{
    constexpr std::size_t small = 64;
    if (room.size() > small)
        return from_kernel(room);
    static thread_local Store store;
    if (store.left < room.size()) {
        from_kernel(store.bytes);
        store.left = store.bytes.size();
    }
    const auto given = std::span{store.bytes}.last(store.left).first(room.size());
    std::copy(given.begin(), given.end(), room.begin());
    std::fill(given.begin(), given.end(), std::byte{0});
    store.left -= room.size();
}

} // namespace timeball::platform
