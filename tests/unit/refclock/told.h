// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What a driver told: a simulated machine with simulated devices, and its user.

#include "refclock/driver.h"
#include "sim/sim_clock.h"
#include "sim/sim_devices.h"
#include "sim/sim_edges.h"
#include "sim/sim_loop.h"
#include "sim/sim_net.h"

#include <string>
#include <utility>
#include <vector>

namespace timeball::refclock {

using namespace std::chrono_literals;

struct Told final : DriverUser {
    std::vector<Reading> readings;
    std::vector<std::pair<Fault, std::string>> complaints;
    std::vector<std::string> losses, timecodes;

    void take(const Reading& reading) override { readings.push_back(reading); }
    void said(std::string_view timecode) override { timecodes.emplace_back(timecode); }
    void complain(Fault fault, std::string_view what) override
    {
        complaints.emplace_back(fault, what);
    }
    void lost(std::string_view why) override { losses.emplace_back(why); }

    void run_for(Nanoseconds span)
    {
        const auto end = timeline.now() + span;
        while (timeline.step(end)) { }
    }
    void watch(Driver& driver) // looks as the daemon does
    {
        watching = loop.every(driver.look_interval(), [&driver] { driver.look(); });
    }

    sim::Timeline timeline{Instant<sim::Truth>{1'780'000'000s}};
    sim::Chance chance{7};
    sim::SimNet net{timeline, chance.fork()};
    sim::Names names;
    sim::SimClock clock{timeline, {}, chance.fork()};
    sim::SimLoop loop{timeline, clock.oscillator()};
    sim::SimDevices devices{timeline, clock, chance.fork()};
    sim::SimNetwork network{net, timeline, clock, chance.fork()};
    sim::SimResolver resolver{timeline, names};
    sim::SimRandom random{chance.fork()};
    EventLoop::Owned watching;
    Surroundings surroundings{loop, clock, devices, network, resolver, random,
        []() -> std::optional<std::chrono::seconds> { return std::nullopt; }};
};

inline std::string variable(const Driver& driver, std::string_view name)
{
    for (const auto& [key, value] : driver.variables())
        if (key == name)
            return value;
    return "(none)";
}

} // namespace timeball::refclock
