// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// One client on one socket: a classic BPF program that chooses among the sockets of one port by who
// asks (SO_ATTACH_REUSEPORT_CBPF, socket(7)).

#include "edge/network.h"

#include <linux/filter.h>

#include <vector>

namespace timeball::platform {

// Gives the number of a socket. One that is not open yet is no harm: then the kernel divides by
// address and port.
std::vector<sock_filter> split_program(Family family, const ClientSplit& split);

// For all sockets bound to where `fd` is. False when the kernel refuses.
bool attach_split(int fd, Family family, const ClientSplit& split);

} // namespace timeball::platform
