// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A receiver that speaks NMEA 0183 over a serial line, with or without a pulse per second beside it
// (driver 20 of ntpd).

#include "refclock/driver.h"

namespace timeball::refclock {

std::unique_ptr<Driver> make_nmea(
    const config::RefclockConfig& config, const Surroundings& surroundings, DriverUser& user);

} // namespace timeball::refclock
