// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The kernel's account of its clock.

#include "time/time.h"

#include <cstdint>
#include <string>

namespace timeball::report {

// What the kernel says of the clock that it keeps for us (ntp_adjtime).
struct KernelClock {
    Seconds offset{0};
    Frequency frequency;
    Seconds maximum_error{0}, estimated_error{0};
    std::string flags; // "pll nano"
    int time_constant = 0;
    Seconds precision{0};
    Frequency tolerance;
    Frequency pps_frequency, pps_stability;
    Seconds pps_jitter{0};
    int calibration_interval = 0;
    std::uint64_t calibrations = 0, calibration_errors = 0, jitter_exceeded = 0,
                  stability_exceeded = 0;
};

} // namespace timeball::report
