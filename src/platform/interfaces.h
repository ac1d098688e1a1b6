// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The addresses of this host, and word when they change.

#include "edge/network.h"
#include "platform/libevent_loop.h"

#include <functional>
#include <vector>

namespace timeball::platform {

std::vector<NetworkInterface> present_interfaces(); // sorted by index, then address

// From the kernel (rtnetlink(7)), a moment after the last of several changes; without that, from
// looking once a minute.
EventLoop::Owned watch_interfaces(LibeventLoop& loop, std::function<void()> changed);

} // namespace timeball::platform
