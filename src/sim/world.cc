// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A simulated world and its checks.

#include "sim/world.h"

#include "time/leap_table.h"

#include <fmt/format.h>

namespace timeball::sim {

using namespace std::chrono_literals;

World::World(std::uint64_t seed, Instant<Truth> start)
    : seed_{seed}, chance_{seed}, start_{start}, timeline_{start}, net_{timeline_, chance_.fork()}
{
}

World::~World() = default;

SimServer& World::server(const std::string& name)
{
    return server(
        name, Address::ipv4(0xc0000200u + static_cast<std::uint32_t>(servers_.size()) + 1));
}

SimServer& World::server(const std::string& name, const Address& address)
{
    servers_.push_back(std::make_unique<SimServer>(timeline_, net_, name, address));
    names_.set(name, {address});
    return *servers_.back();
}

Node& World::node(const std::string& conf, OscillatorTraits oscillator)
{
    return node(NodeTraits{.conf = conf,
        .address = Address::ipv4(0xc6336400u + static_cast<std::uint32_t>(nodes_.size()) + 1),
        .oscillator = oscillator});
}

Node& World::node(NodeTraits traits)
{
    nodes_.push_back(std::make_unique<Node>(*this, traits));
    return *nodes_.back();
}

void World::leaps(Nanoseconds by, int days)
{
    const auto midnight = end_of_day(timeline_.utc() + days * 24h);
    timeline_.leaps(by < 0s ? midnight : midnight - by, by);
}

void World::run_until(Instant<Truth> end)
{
    while (timeline_.step(end)) {
        check();
        if (after_event)
            after_event();
    }
}

void World::check()
{
    for (const auto& node : nodes_) {
        if (!node->is_running() || !node->is_synchronized())
            continue;
        ++checked_;
        const Seconds error = abs(Seconds{node->served_error()});
        const Seconds claim = node->root_distance();
        if (error <= claim)
            continue;
        if (broken_++ == 0)
            first_broken_ = fmt::format(
                "seed {}: {:.3f} s after the start {} was off by {:.9f} s and claimed {:.9f} s",
                seed_, Seconds{now() - start_}.count(), to_string(node->address()), error.count(),
                claim.count());
    }
}

} // namespace timeball::sim
