// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A hardware clock as the kernel offers it: /dev/ptpN.

#include "edge/devices.h"
#include "platform/host_clock.h"

#include <memory>
#include <string>

namespace timeball::platform {

// The clock that stamps what this interface receives and sends: "/dev/ptp0". Fails where there is
// none.
Result<std::string, std::error_code> hardware_clock_of(const std::string& interface);

// What has no slash in it is the name of an interface. Fails for what is no such device.
Result<std::unique_ptr<HardwareClock>, std::error_code> open_kernel_hardware_clock(
    const std::string& path_or_interface, const HostClock& clock);

} // namespace timeball::platform
