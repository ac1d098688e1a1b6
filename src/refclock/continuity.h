// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Whether a clock runs on as clocks do. One that stands still, or jumps when ours did not, is not
// to be read.

#include "edge/devices.h"
#include "time/time.h"

#include <optional>

namespace timeball::refclock {

// The clock at one instant, and that instant by both of ours.
struct ClockLook {
    Instant<DeviceTime> device;
    Instant<Utc> utc; // may be stepped
    Instant<Mono> mono; // less exact
};

class Continuity {
public:
    enum class Verdict : std::uint8_t {
        steady,
        unsettled, // too little is known
        jumped, // just now
        frozen
    };

    Verdict push(const ClockLook& look);
    Nanoseconds jump() const { return jump_; } // the last one

private:
    static constexpr int steady_at_first = 1, steady_again = 5; // looks
    static constexpr int frozen_after = 2;

    std::optional<ClockLook> last_;
    int stands_for_ = 0; // looks
    int unsettled_for_ = steady_at_first; // looks to come
    Nanoseconds jump_{0};
};

} // namespace timeball::refclock
