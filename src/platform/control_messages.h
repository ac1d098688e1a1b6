// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What the kernel says beside a datagram, and what we tell it beside one (cmsg(3)): the local
// address, time stamps, errors.

#include "base/address.h"
#include "time/time.h"

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <optional>

namespace timeball::platform {

// Enough for a stamp of every kind, packet information of both families, and an error.
inline constexpr std::size_t control_room = 320;
struct alignas(std::max_align_t) ControlRoom {
    std::array<std::byte, control_room> bytes;
};

// An entry of a socket's error queue.
struct QueuedError {
    int code = 0; // errno
    bool is_stamp = false; // says that a datagram left; the stamp stands beside it
};

struct Received {
    std::optional<LocalAddress> to; // its port's is the socket's
    std::optional<Nanoseconds> software_stamp; // CLOCK_REALTIME
    std::optional<Nanoseconds> hardware_stamp; // the clock of the network card
    std::uint32_t stamped_by = 0; // that interface, when it is known besides `to`
    std::size_t frame_octets = 0; // as it came there, without its checksum; 0: not known
    std::optional<QueuedError> error;
};
Received control_of(const msghdr& message);

// Into `room`, to which `message` is made to point: the address to send from, and the wish for
// transmit stamps (SOF_TIMESTAMPING_TX_...). With neither, nothing.
void put_control(msghdr& message, ControlRoom& room, Family family, const LocalAddress* from,
    const Endpoint& to, std::uint32_t stamps);

} // namespace timeball::platform
