// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A master of the Precision Time Protocol (IEEE 1588-2019) on a network: an ordinary clock that is
// only ever a slave. Interface, domain and the like are in the configuration; one driver hears one
// domain.

#include "refclock/driver.h"

namespace timeball::refclock {

std::unique_ptr<Driver> make_ptp(
    const config::RefclockConfig& config, const Surroundings& surroundings, DriverUser& user);

} // namespace timeball::refclock
