// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The way to a neighbor: the interface, and the hardware addresses at both ends.

#include "base/address.h"
#include "bench/serving/load/frame.h"

namespace timeball::load {

struct Link {
    int interface = 0; // index
    HardwareAddress own{}, neighbor{};
};

// `neighbor` is on a network of ours. It is sent a datagram, so that the kernel learns where it
// is. Throws std::runtime_error.
Link link_to(const Address& neighbor);

} // namespace timeball::load
