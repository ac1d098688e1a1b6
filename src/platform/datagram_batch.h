// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Room for the datagrams of one turn, in both directions, so that one system call carries several.
// A thread has one, used by whichever of its sockets is having its turn.

#include "platform/control_messages.h"
#include "platform/socket_address.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace timeball::platform {

struct DatagramBatch {
    static constexpr std::size_t size = 8; // more would make transmit stamps late
    static constexpr std::size_t room = 2048; // octets of a datagram; NTP's end below 1500

    DatagramBatch();
    DatagramBatch(const DatagramBatch&) = delete;
    DatagramBatch& operator=(const DatagramBatch&) = delete;

    void prepare(); // to receive anew

    struct Slot {
        std::array<std::byte, room> bytes;
        ControlRoom control;
        SocketAddress address;
        iovec part{};
    };

    std::array<Slot, size> slots;
    std::array<mmsghdr, size> messages{};
};

// What goes out at the end of the turn.
struct DatagramQueue {
    DatagramBatch batch;
    std::array<std::uint32_t, DatagramBatch::size> tokens{};
    std::size_t used = 0;
};

DatagramBatch& incoming(); // of this thread
DatagramQueue& outgoing();

} // namespace timeball::platform
