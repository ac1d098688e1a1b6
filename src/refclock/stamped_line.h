// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A line whose pulses a hardware clock stamps by its own time. How that relates to our clock is
// read at each look, so the hardware clock may show anything as long as it runs.

#include "edge/devices.h"

namespace timeball::refclock {

// Of the rising or the falling edges of a channel; the state has no others.
Result<std::unique_ptr<PulseLine>, std::error_code> open_stamped_line(
    Devices& devices, const std::string& path, unsigned channel, HardwareClock::Slope slope);

} // namespace timeball::refclock
