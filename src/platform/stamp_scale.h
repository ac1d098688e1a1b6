// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Stamps that the kernel gave a while ago, told on our clock. Devices that are looked at once a
// second tell of what happened up to a second before: meanwhile a clock of our own has gained on
// CLOCK_REALTIME, and either may have been stepped. Used by one thread.

#include "platform/host_clock.h"
#include "time/time.h"

#include <optional>

namespace timeball::platform {

class StampScale {
public:
    explicit StampScale(const HostClock& clock); // looks for the first time

    // Compares the clocks. Called whenever the device was looked at, after that.
    void look();

    // Of a stamp that was given between the last two looks. Nothing when a clock was stepped
    // between them, for nobody knows whether that was before or after the stamp, and for one that
    // was given at another time.
    std::optional<Instant<Utc>> on_clock(Instant<Utc> system) const;

private:
    struct Comparison {
        Instant<Utc> system;
        Nanoseconds since_monotonic; // CLOCK_REALTIME minus CLOCK_MONOTONIC: changed by steps alone
        Nanoseconds ahead; // our clock minus CLOCK_REALTIME
    };
    Comparison compare() const;
    static bool is_stepped(const Comparison& from, const Comparison& to);

    const HostClock& clock_;
    Comparison last_, now_;
};

} // namespace timeball::platform
