// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Datagrams of processes of this machine: a Unix socket with a name.

#include "edge/devices.h"
#include "platform/host_clock.h"
#include "platform/libevent_loop.h"

#include <memory>
#include <string>

namespace timeball::platform {

// Takes the place of a socket that is there, but of nothing else. Its owner and its group may write
// to it, and root.
Result<std::unique_ptr<Mailbox>, std::error_code> open_unix_mailbox(
    LibeventLoop& loop, const HostClock& clock, const std::string& path, DeviceUser& user);

} // namespace timeball::platform
