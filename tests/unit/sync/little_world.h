// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A world just large enough for the engine: an oscillator, servers behind paths, and true time. It
// asks after every event whether truth lies within what the engine claims.

#include "sync/engine.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <vector>

namespace timeball::sync {

struct LittleServer {
    Seconds forward{0.010}, backward{0.010}; // least one-way delays
    Seconds queue{0.001}; // mean of the exponential wait, each way
    Seconds queue_back{0}; // when not 0: of the way back
    double loss = 0.01;
    Seconds lie{0}; // what it shows beyond the truth
    Seconds root_delay{0}, root_dispersion{0};
    Stratum stratum{1};
    Leap leap = Leap::none;
    bool iburst = true;
    bool is_dead = false;
    SourceTraits traits;

    // The world's own.
    std::uint8_t reach = 0;
    Poll poll{6};
    int burst = 0;
    int haste = 8;
    double next = 0;
};

class LittleWorld {
public:
    explicit LittleWorld(std::uint64_t seed, const Policy& policy = {},
        Instant<Utc> start = Instant<Utc>{std::chrono::seconds{1'700'000'000}});

    Frequency oscillator_error; // of the free-running clock: positive runs fast
    double wander = 1e-9; // random walk of it, per square root of a second
    Seconds turn_interval{1}; // between looks

    // Before the first run: how far the clock is ahead of the truth.
    void set_clock(Seconds ahead);
    std::size_t add(LittleServer server);
    LittleServer& server(std::size_t index) { return servers_[index]; }
    Engine& engine() { return engine_; }

    void run_for(Seconds span);
    bool has_seen(EventKind kind) const;
    bool has_done(Steering::Action action) const;
    void move_clock(Seconds by); // behind the engine's back; samples before are of no use

    // What is true and nobody inside knows.
    double now() const { return now_; }
    Seconds clock_error() const; // of what we show: positive is ahead
    const Outcome& last() const { return last_; }

    // Tallies since reset_tallies().
    void reset_tallies();
    Seconds worst_error() const { return worst_; }
    Seconds rms_error() const;
    Seconds median_bound() const;
    int checks() const { return checks_; }
    int violations() const { return violations_; }
    Seconds worst_violation() const { return worst_violation_; }
    int polls() const { return polls_; }
    std::vector<Event> events;
    std::vector<Steering::Action> actions;
    std::function<void()> on_event; // called after each

private:
    double uniform();
    double exponential(Seconds mean);
    double gaussian();
    double free_at(double t) const;
    Nanoseconds since_epoch(double shown) const;
    ClockReading reading() const;
    void advance(double to);
    void poll(std::size_t index);
    void carry_out(const Outcome& outcome);
    void check();
    SourceId id(std::size_t index) const { return {static_cast<std::uint32_t>(index + 1)}; }

    Nanoseconds epoch_;
    std::mt19937_64 random_;
    Engine engine_;
    std::vector<LittleServer> servers_;
    Outcome last_;

    // Scales as seconds since the start; truth starts at `epoch_`.
    double now_ = 0;
    double free_ = 0, utc_ = 0; // shown at now_, less epoch_
    double frequency_ = 0, slew_rate_ = 0, slew_left_ = 0;
    double next_look_ = 0;

    struct Reply {
        double at;
        std::size_t server;
        Sample sample;
    };
    std::vector<Reply> under_way_;

    Seconds worst_{0}, worst_violation_{0};
    double square_sum_ = 0;
    int checks_ = 0, violations_ = 0, polls_ = 0;
    std::vector<double> bounds_;
};

} // namespace timeball::sync
