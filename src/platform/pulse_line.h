// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A pulse line as the kernel offers it: /dev/ppsN (RFC 2783).

#include "edge/devices.h"
#include "platform/host_clock.h"

#include <memory>
#include <string>

namespace timeball::platform {

// Both edges are asked for where the device tells them and we may ask. A pulse in whose time a
// clock was stepped is kept back: to the reader there was none. Fails for what is no such device.
Result<std::unique_ptr<PulseLine>, std::error_code> open_kernel_pulses(
    const std::string& path, const HostClock& clock);

} // namespace timeball::platform
