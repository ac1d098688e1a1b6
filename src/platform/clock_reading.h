// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The kernel's clocks as they are read.

#include "ntp/types.h"
#include "time/time.h"

#include <functional>
#include <time.h>

namespace timeball::platform {

Nanoseconds since_zero(const timespec& t);

Instant<Utc> system_time(); // CLOCK_REALTIME
Nanoseconds monotonic_time(); // CLOCK_MONOTONIC: slewed with that one, never stepped
Nanoseconds raw_time(); // CLOCK_MONOTONIC_RAW: what the oscillator counts, never steered
Nanoseconds boot_time(); // CLOCK_BOOTTIME: never stepped, and goes on while the machine sleeps

// The smallest step seen between readings that follow each other (RFC 5905, section 7.3).
Precision measured_precision(const std::function<Nanoseconds()>& read);

} // namespace timeball::platform
