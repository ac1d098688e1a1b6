// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A bench for sources: one simulated machine without a daemon, and what its sources said.

#include "sim/sim_clock.h"
#include "sim/sim_edges.h"
#include "sim/sim_loop.h"
#include "sim/sim_net.h"
#include "sim/sim_server.h"
#include "source/common.h"

#include <deque>
#include <string>
#include <vector>

namespace timeball::source {

using namespace std::chrono_literals;

struct Bench {
    static constexpr Instant<sim::Truth> start{1'780'000'000s};

    explicit Bench(Nanoseconds clock_is_off = 0ns)
        : clock{timeline, {.offset = clock_is_off}, chance.fork()}
    {
        network.add_address(me);
        common.own = {Address::loopback(Family::ipv4), me};
        common.sink.added = [this](sync::SourceId id, const sync::SourceTraits& t) {
            alive.push_back(id);
            traits.push_back(t);
        };
        common.sink.changed
            = [this](sync::SourceId, const sync::SourceTraits& t) { traits.push_back(t); };
        common.sink.removed = [this](sync::SourceId id) { std::erase(alive, id); };
        common.sink.reached = [this](sync::SourceId, std::uint8_t register_) { reach = register_; };
        common.sink.sample = [this](sync::SourceId id, const sync::Sample& s) {
            samples.push_back({id, s});
        };
        common.sink.event = [this](const Event& e) { events.push_back(e); };
        net.tap = [this](std::span<const std::byte>, const Endpoint& from, const Endpoint& to) {
            if (from.address == me)
                asked.push_back({timeline.now(), from.port, to});
        };
    }

    Address me = Address::ipv4(0xc6336401); // 198.51.100.1
    sim::SimServer& server(const std::string& name, const Address& address)
    {
        names.set(name, {address});
        return servers.emplace_back(timeline, net, name, address);
    }

    void run_for(Nanoseconds span)
    {
        const auto end = timeline.now() + span;
        while (timeline.step(end)) { }
    }

    bool said(PeerEvent kind) const { return count(kind) != 0; }
    long count(PeerEvent kind) const
    {
        return std::count_if(
            events.begin(), events.end(), [kind](const Event& e) { return e.kind == kind; });
    }
    bool said(std::string_view part) const
    {
        return std::any_of(events.begin(), events.end(),
            [part](const Event& e) { return e.text.find(part) != std::string::npos; });
    }
    // Seconds between the packets sent so far.
    std::vector<double> gaps() const
    {
        std::vector<double> g;
        for (std::size_t i = 1; i < asked.size(); ++i)
            g.push_back(Seconds{asked[i].when - asked[i - 1].when}.count());
        return g;
    }

    struct Asked {
        Instant<sim::Truth> when;
        std::uint16_t port;
        Endpoint whom;
    };
    struct Taken {
        sync::SourceId id;
        sync::Sample sample;
    };

    sim::Timeline timeline{start};
    sim::Chance chance{7};
    sim::SimNet net{timeline, chance.fork()};
    sim::Names names;
    std::deque<sim::SimServer> servers;
    sim::SimClock clock;
    sim::SimLoop loop{timeline, clock.oscillator()};
    sim::SimNetwork network{net, timeline, clock, chance.fork()};
    sim::SimResolver resolver{timeline, names};
    sim::SimRandom random{chance.fork()};
    CorrectionLog corrections{clock.now()};

    std::vector<sync::SourceId> alive;
    std::vector<sync::SourceTraits> traits; // as added and changed
    std::vector<Taken> samples;
    std::vector<Event> events;
    std::vector<Asked> asked;
    std::uint8_t reach = 0; // last said

    Common common{{loop, clock, network, resolver, random}, corrections};
};

} // namespace timeball::source
