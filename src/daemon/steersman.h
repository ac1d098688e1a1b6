// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Carries out what the engine decided, on the one clock, and keeps the account of it. The policy
// (when to step, when to panic) was applied before; here are only limits and bookkeeping.

#include "edge/event_loop.h"
#include "edge/system_clock.h"
#include "sync/engine.h"
#include "time/correction_log.h"

#include <functional>
#include <optional>
#include <string>

namespace timeball::daemon {

// Where the account of the clock stands when another hand takes over.
struct SteeringAccount {
    Instant<Utc> utc{};
    Instant<FreeRun> free{}; // the same moment
    Frequency correction; // in force from then on
    Seconds slew_left{0}; // of a slew that was broken off
    Frequency slew_rate; // by which it went, magnitude
};

class Steersman {
public:
    // `failed` is told when the clock refuses, once until it obeys again.
    Steersman(SystemClock& clock, EventLoop& loop, std::function<void(const std::string&)> failed);

    // Frequency and slew; a step is done by step().
    void steer(const sync::Steering& steering);
    bool step(Nanoseconds by);

    // A leap second: the clock is moved by `by`, and a slew goes on. has_leaped() is for a clock
    // that does it by itself: true when it has since the last look, and the account then has it.
    bool leap(Nanoseconds by);
    bool has_leaped(Nanoseconds by);

    // Breaks a slew off, so that the clock runs evenly until somebody goes on with the account:
    // from then on this one leaves the clock alone.
    SteeringAccount hand_over();
    void take_over(const SteeringAccount& account);

    void settle(); // ends a slew: what is left behind runs at the long-term frequency

    // The clock as it stands.
    sync::ClockReading reading() const;

    // Did somebody else move the clock since the last look? Then by how much; the account has it
    // already.
    std::optional<Nanoseconds> outside_step();

    const CorrectionLog& log() const { return log_; }
    Seconds slew_left() const; // to be added to the clock still
    Frequency base() const { return base_; }

private:
    struct BothClocks { // read as nearly at the same moment as can be had
        Instant<Utc> utc;
        Instant<Mono> mono;
        Nanoseconds apart; // at most
    };

    bool set(Frequency correction);
    BothClocks read_both() const;

    SystemClock& clock_;
    EventLoop& loop_;
    std::function<void(const std::string&)> failed_;
    CorrectionLog log_;
    Frequency base_;
    Frequency slewing_; // added to base_ while a slew lasts
    Instant<Mono> slew_ends_{};
    BothClocks seen_; // for outside_step
    Frequency fastest_; // correction since then, either way
    bool is_refused_ = false;
    EventLoop::Owned timer_;
};

} // namespace timeball::daemon
