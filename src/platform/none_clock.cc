// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The system's clock as it is.

#include "platform/none_clock.h"

#include "platform/clock_reading.h"

namespace timeball::platform {

NoneClock::NoneClock()
    : precision_{measured_precision([] { return system_time().time_since_epoch(); })}
{
}

Instant<Utc> NoneClock::now() const
{
    return system_time();
}

Result<Instant<Utc>, std::error_code> NoneClock::set_frequency(Frequency)
{
    return unexpected(std::make_error_code(std::errc::operation_not_permitted));
}

Result<Instant<Utc>, std::error_code> NoneClock::step(Nanoseconds)
{
    return unexpected(std::make_error_code(std::errc::operation_not_permitted));
}

} // namespace timeball::platform
