// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The served time as a function of the asking instant.

#include "ntp/served_time.h"

#include <algorithm>

namespace timeball::ntp {

Seconds root_dispersion(const ServedTime& time, Instant<Utc> now)
{
    const Seconds age = std::max(Seconds{0}, Seconds{now - time.as_of});
    return time.root_dispersion + time.dispersion_rate * age;
}

Instant<Utc> served(const ServedTime& time, Instant<Utc> system)
{
    return system + rounded(time.served_offset + time.served_rate * Seconds{system - time.as_of});
}

} // namespace timeball::ntp
