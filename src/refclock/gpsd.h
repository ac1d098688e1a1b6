// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A receiver that gpsd looks after (driver 46 of ntpd), by the JSON that gpsd tells its clients.

#include "refclock/driver.h"

namespace timeball::refclock {

// Unit U is the device /dev/gpsU, unit U + 128 its pulses alone.
std::unique_ptr<Driver> make_gpsd(
    const config::RefclockConfig& config, const Surroundings& surroundings, DriverUser& user);

} // namespace timeball::refclock
