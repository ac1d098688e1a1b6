// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Takes the clock through an announced leap second. A reading near it can mean two instants, so
// from shortly before until it is over nobody is told the time, and nothing is learned from
// sources. Kernels move their clock themselves; others are moved here, at the instant itself.
//
//        guard          1 s (inserted)         guard
//   ----|------------|---------------------|--------|----
//       held()       moved()                      done()

#include "daemon/steersman.h"
#include "edge/event_loop.h"
#include "edge/system_clock.h"

#include <functional>
#include <optional>

namespace timeball::daemon {

// Where the leap second of this day is: the reading of the clock at which it is moved, and by how
// much.
struct LeapInstant {
    Instant<Utc> at;
    Nanoseconds by;
};
std::optional<LeapInstant> leap_of_day(Leap leap, Instant<Utc> now);

class LeapSecond {
public:
    struct Tell { // called from a timer
        std::function<void()> held; // it begins
        std::function<void(Nanoseconds by)> moved; // UTC was, and the clock if it is steered
        std::function<void(Nanoseconds by)> done;
    };
    LeapSecond(SystemClock& clock, EventLoop& loop, Steersman& steersman, Tell tell);

    // What is announced for the end of this day, and how far the truth may be from our clock, which
    // shows `now`. Said again and again; what was said last holds.
    void expect(Leap leap, Instant<Utc> now, Seconds error_bound);

    // Is it under way, now? Begins it if that is due: a timer may be late.
    bool is_under_way();

    // The last one that is over: it is not taken again, neither here nor by who goes on for us.
    std::optional<Instant<Utc>> last() const { return last_; }
    void set_last(std::optional<Instant<Utc>> last) { last_ = last; }

    void forget(); // nothing is expected any more, nor finished

    // From this reading on nobody may be told the time.
    std::optional<Instant<Utc>> begins() const;

private:
    void begin();
    bool is_ours() const;
    void move();
    void finish();

    SystemClock& clock_;
    EventLoop& loop_;
    Steersman& steersman_;
    Tell tell_;
    std::optional<LeapInstant> expected_;
    std::optional<Instant<Utc>> last_; // the one that is over
    Nanoseconds guard_{};
    Instant<Mono> due_{};
    bool is_under_way_ = false;
    bool is_moved_ = false;
    EventLoop::Owned timer_;
};

} // namespace timeball::daemon
