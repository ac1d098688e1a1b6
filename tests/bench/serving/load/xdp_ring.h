// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Answers taken where they enter this machine, before the network stack sees them: a small XDP
// program on the interface copies plain answers into a ring of ours (BPF_MAP_TYPE_RINGBUF) and
// drops them; all else passes. It goes when this goes, also when the process dies. A server that
// answers by XDP over a veth needs a program at this end besides.

#include "base/address.h"
#include "platform/file_descriptor.h"
#include "time/time.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace timeball::load {

class XdpRing {
public:
    // Answers come from `port`. Throws std::system_error.
    XdpRing(int interface, Family family, std::uint16_t port);
    ~XdpRing();
    XdpRing(const XdpRing&) = delete;
    XdpRing& operator=(const XdpRing&) = delete;

    // Packets from their IP header on, valid within the call.
    using Take = std::function<void(std::span<const std::byte> packet, Instant<Utc> received)>;
    std::size_t receive(const Take& take);

private:
    void map_ring();

    std::size_t packet_size_;
    Nanoseconds tai_ahead_; // of UTC, as this kernel has it
    platform::FileDescriptor ring_, program_, link_;
    std::byte* consumer_ = nullptr; // a page of ours: how far we have read
    std::byte* producer_ = nullptr; // a page of the kernel's, and behind it the data, twice
};

} // namespace timeball::load
