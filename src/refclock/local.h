// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The machine's own clock as a source of last resort: it always agrees with itself. So a network
// without any other source keeps to one time, whichever that is.

#include "refclock/driver.h"

namespace timeball::refclock {

std::unique_ptr<Driver> make_local(
    const config::RefclockConfig& config, const Surroundings& surroundings, DriverUser& user);

} // namespace timeball::refclock
