// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Shared memory that another program writes the time to, as gpsd does. Unit u is the segment with
// the key 0x4e545030 + u.

#include "refclock/driver.h"

namespace timeball::refclock {

// flag1: what is farther than time2 from our clock (4 h unless given) is refused. Bit 0 of mode:
// only root may write, as always to units 0 and 1.
std::unique_ptr<Driver> make_shm(
    const config::RefclockConfig& config, const Surroundings& surroundings, DriverUser& user);

} // namespace timeball::refclock
