// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The clock we steer. Each change reports the instant at which it took effect, so that the caller
// can keep exact account of what it has added (time/correction_log.h). Used by the control loop's
// thread; now() by any.

#include "base/result.h"
#include "ntp/types.h"
#include "report/kernel_clock.h"
#include "time/time.h"

#include <optional>
#include <string_view>
#include <system_error>

namespace timeball {

struct ClockStatus {
    Leap leap = Leap::unsynchronized; // unsynchronized sets STA_UNSYNC
    Seconds maximum_error{16};
    Seconds estimated_error{16};
    std::optional<int> tai_offset; // TAI minus UTC, seconds, when known
};

class SystemClock {
public:
    virtual ~SystemClock() = default;
    virtual Instant<Utc> now() const = 0;

    // The whole correction from now on, not the change. Returns the reading at which it took
    // effect.
    virtual Result<Instant<Utc>, std::error_code> set_frequency(Frequency correction) = 0;

    // Adds `by` at once. Returns the reading just after.
    virtual Result<Instant<Utc>, std::error_code> step(Nanoseconds by) = 0;

    // Tells the system what we know; may do nothing.
    virtual void announce(const ClockStatus& status) = 0;

    // What is already in force when we take over, and what can be asked for at most.
    virtual Frequency frequency() const = 0;
    virtual Frequency max_frequency() const = 0;
    virtual Precision precision() const = 0;

    // False when this clock is shown as it is: set_frequency and step are never called then, and
    // what is measured is applied to what we serve, not to the clock.
    virtual bool is_steered() const = 0;
    // True when the leap second that is announced is inserted or left out by whoever keeps this
    // clock; else it is on us.
    virtual bool leaps_by_itself() const { return false; }
    // What the kernel says of its own clock, whether that is this one or not. Nothing: it is not
    // asked, or says nothing. For reports; no decision follows from it.
    virtual std::optional<report::KernelClock> kernel() const { return std::nullopt; }
    virtual std::string_view name() const = 0; // "kernel", "software", "none", "simulated"
};

} // namespace timeball
