// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A socket to which another program sends samples, as gpsd does to chronyd. Whether they are pulses
// is known when the first one comes.

#include "refclock/driver.h"

namespace timeball::refclock {

std::unique_ptr<Driver> make_sock(
    const config::RefclockConfig& config, const Surroundings& surroundings, DriverUser& user);

} // namespace timeball::refclock
