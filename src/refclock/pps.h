// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A pulse per second (RFC 2783): /dev/ppsN, or a pulse that a network card stamps by its hardware
// clock. The pulse says exactly when a second began but not which one: another source knows that.

#include "refclock/driver.h"

namespace timeball::refclock {

// flag2: the second begins with the falling edge. extpps: the channel of a hardware clock.
std::unique_ptr<Driver> make_pps(
    const config::RefclockConfig& config, const Surroundings& surroundings, DriverUser& user);

} // namespace timeball::refclock
