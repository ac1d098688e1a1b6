// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What there is in this build.

#include "daemon/build.h"

#include "refclock/driver.h"

namespace timeball::daemon {

config::Build this_build()
{
    static const auto drivers = refclock::driver_names();
    return {.drivers = drivers};
}

} // namespace timeball::daemon
