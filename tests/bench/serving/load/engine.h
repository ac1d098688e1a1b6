// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// How datagrams come and go: by sockets, or as packets past the sockets. Questions are made in
// the engine's own memory and go out in batches.

#include "base/address.h"
#include "time/time.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace timeball::load {

struct Answer {
    std::span<const std::byte> bytes;
    Endpoint from;
    Address to;
    Instant<Utc> received{}; // the kernel's stamp
};

class Engine {
public:
    virtual ~Engine() = default;

    // Room for the next question; then its sending. Nothing leaves before the flush.
    virtual std::span<std::byte> room() = 0;
    virtual void send(const Address& from, std::size_t size) = 0;
    virtual void flush() = 0;
    virtual std::uint64_t refused() const = 0; // questions that the kernel did not take

    // Hands over what has come. The bytes are valid within the call.
    virtual std::size_t receive(const std::function<void(const Answer&)>& take) = 0;

    // Until something comes, or for so long.
    virtual void wait(Nanoseconds at_most) = 0;

    // What the kernel dropped on the way to us.
    virtual std::uint64_t overrun() const = 0;
};

} // namespace timeball::load
