// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A situation set up in a simulated world, for whoever is to keep a clock in it. The same
// situation and seed give every contestant the same oscillator, and paths of the same laws.

#include "sim/world.h"
#include "situation.h"

#include <functional>
#include <vector>

namespace timeball::bench {

class Stage {
public:
    Stage(const Situation& situation, std::uint64_t seed);

    const Situation& situation() const { return situation_; }
    sim::World& world() { return world_; }
    sim::SimServer& server(std::size_t i) { return *servers_[i]; }
    const std::vector<sim::SimServer*>& servers() const { return servers_; }
    static Address client(); // where the contestant lives
    sim::Oscillator& oscillator() { return clock_->oscillator(); }
    void move_clock(Seconds by) { clock_->moved_by_somebody_else(rounded(by)); }

    // Seconds of true time since the start.
    Nanoseconds now() const { return world_.now() - start_; }

    // What counts as the right time: the truth, or the only server's idea of it.
    Seconds reference() const { return reference_; }
    void refer_to(Seconds off_truth) { reference_ = off_truth; }

    void has_clock(sim::SimClock& clock) { clock_ = &clock; }

    // From the first second to the last; `look` is called every `grid`.
    void play(Nanoseconds grid, const std::function<void()>& look);

private:
    const Situation& situation_;
    sim::World world_;
    Instant<sim::Truth> start_;
    std::vector<sim::SimServer*> servers_;
    sim::SimClock* clock_ = nullptr;
    Seconds reference_{0};
};

} // namespace timeball::bench
