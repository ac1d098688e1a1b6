// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A world: true time, chance, a network, upstream servers and machines that run our daemon.
// After every event it checks what must hold at every instant: whenever a node claims an error
// bound, the true time lies inside it.

#include "sim/node.h"
#include "sim/sim_server.h"

#include <memory>
#include <string>
#include <vector>

namespace timeball::sim {

class World {
public:
    static constexpr Instant<Truth> usual_start{std::chrono::seconds{1'800'000'000}}; // 2027

    explicit World(std::uint64_t seed, Instant<Truth> start = usual_start);
    ~World();

    // Upstreams get addresses 192.0.2.1, .2, … and their names resolve to them.
    SimServer& server(const std::string& name);
    SimServer& server(const std::string& name, const Address& address);

    // Machines get addresses 198.51.100.1, .2, … unless the traits name one.
    Node& node(const std::string& conf, OscillatorTraits oscillator = {});
    Node& node(NodeTraits traits);

    void run_for(Nanoseconds span) { run_until(now() + span); }
    void run_until(Instant<Truth> end);
    Instant<Truth> now() const { return timeline_.now(); }

    // There is a leap second at the end of the UTC day that is `days` from now; -1 s inserts one.
    void leaps(Nanoseconds by, int days = 0);

    // Events at which a node claimed to be synchronized, and those at which the truth was outside
    // its claim; the first of these in words.
    std::uint64_t claims_checked() const { return checked_; }
    std::uint64_t claims_broken() const { return broken_; }
    const std::string& first_broken() const { return first_broken_; }
    // Called after every event, for tests that watch something over time.
    std::function<void()> after_event;

    Timeline& timeline() { return timeline_; }
    SimNet& net() { return net_; }
    Names& names() { return names_; }
    Chance fork_chance() { return chance_.fork(); }
    std::uint64_t seed() const { return seed_; }

private:
    void check();

    std::uint64_t seed_;
    Chance chance_;
    Instant<Truth> start_;
    Timeline timeline_;
    SimNet net_;
    Names names_;
    std::vector<std::unique_ptr<SimServer>> servers_;
    std::vector<std::unique_ptr<Node>> nodes_;
    std::uint64_t checked_ = 0;
    std::uint64_t broken_ = 0;
    std::string first_broken_;
};

} // namespace timeball::sim
