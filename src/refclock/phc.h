// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The hardware clock of a network interface (/dev/ptpN) that something else keeps: ptp4l, a GPS
// card, or a hypervisor for its guests.

#include "refclock/driver.h"

namespace timeball::refclock {

std::unique_ptr<Driver> make_phc(
    const config::RefclockConfig& config, const Surroundings& surroundings, DriverUser& user);

} // namespace timeball::refclock
