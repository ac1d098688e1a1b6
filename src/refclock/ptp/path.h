// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The path to a master, from what was measured in both directions. What came from it and what went
// to it left at different times, and meanwhile our clock may run faster or slower than the
// master's: a request is compared with what the Syncs around it would have shown at its instant.

#include "edge/devices.h"
#include "time/time.h"

#include <deque>
#include <optional>

namespace timeball::ptp {

// A Sync: when it left by the master's clock, corrections added, and when it came by ours.
struct Downstream {
    Instant<DeviceTime> sent;
    Instant<Utc> received;
    Nanoseconds shown() const // ours minus the master's, and the path
    {
        return received.time_since_epoch() - sent.time_since_epoch();
    }
};

// A Delay_Req: when it left by our clock, and when it came by the master's, corrections taken off.
struct Upstream {
    Instant<Utc> sent;
    Instant<DeviceTime> received;
    Nanoseconds shown() const // the master's minus ours, and the path
    {
        return received.time_since_epoch() - sent.time_since_epoch();
    }
};

class Path {
public:
    // False when our clock or the master's was stepped since the last one: requests under way do
    // not count then, and this Sync is the first again.
    bool take(const Downstream& sync);
    // Counts when there are Syncs before and after it.
    void take(const Upstream& request);
    // Measured by somebody else: between neighbors.
    void take_delay(Nanoseconds delay);

    // The median of the last ones. Nothing: not measured yet.
    std::optional<Nanoseconds> delay() const;
    std::size_t count() const { return delays_.size(); } // of those
    void forget_delay() { delays_.clear(); }

private:
    static constexpr std::size_t kept = 25;

    void match();

    std::deque<Downstream> syncs_; // the last ones, newest last
    std::deque<Upstream> waiting_;
    std::deque<Nanoseconds> delays_; // newest last
};

} // namespace timeball::ptp
