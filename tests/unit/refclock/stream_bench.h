// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A bench for drivers of devices that speak: a simulated machine with its devices, and what the
// driver said.

#include "refclock/driver.h"
#include "sim/sim_devices.h"
#include "sim/sim_edges.h"
#include "sim/sim_loop.h"
#include "sim/sim_net.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace timeball::refclock {

using namespace std::chrono_literals;

struct StreamBench final : DriverUser {
    static constexpr Instant<sim::Truth> start{1'800'000'000s};

    explicit StreamBench(Nanoseconds clock_is_off = 0ns, Instant<sim::Truth> begins = start)
        : timeline{begins}, clock{timeline, {.offset = clock_is_off}, chance.fork()}
    {
    }

    // `config` outlives the bench.
    Result<void, std::string> drive(std::string_view name, const config::RefclockConfig& config)
    {
        driver = find_driver(name)->make(config, surroundings, *this);
        return open();
    }

    Result<void, std::string> open()
    {
        const auto opened = driver->open();
        if (opened)
            watching = loop.every(driver->look_interval(), [this] { driver->look(); });
        return opened;
    }

    void run_for(Nanoseconds span)
    {
        const auto end = timeline.now() + span;
        while (timeline.step(end)) { }
    }

    Seconds mean_offset() const
    {
        Seconds sum{0};
        for (const Reading& r : readings)
            sum += r.offset;
        return sum / static_cast<double>(std::max<std::size_t>(readings.size(), 1));
    }

    Seconds spread() const // standard deviation
    {
        double sum = 0;
        for (const Reading& r : readings)
            sum += std::pow((Seconds{r.offset} - mean_offset()).count(), 2);
        return Seconds{
            std::sqrt(sum / static_cast<double>(std::max<std::size_t>(readings.size(), 1)))};
    }

    std::size_t complaints(Fault fault) const
    {
        return static_cast<std::size_t>(std::count_if(
            complained.begin(), complained.end(), [&](const auto& c) { return c.first == fault; }));
    }

    // --- what the driver said ---

    std::vector<Reading> readings;
    std::vector<std::string> timecodes;
    std::vector<std::pair<Fault, std::string>> complained;
    std::vector<std::string> losses;

    void take(const Reading& reading) override { readings.push_back(reading); }
    void said(std::string_view timecode) override { timecodes.emplace_back(timecode); }
    void complain(Fault fault, std::string_view what) override
    {
        complained.emplace_back(fault, what);
    }
    void lost(std::string_view why) override { losses.emplace_back(why); }

    // --- the machine ---

    sim::Timeline timeline;
    sim::Chance chance{7};
    sim::SimNet net{timeline, chance.fork()};
    sim::Names names;
    sim::SimClock clock;
    sim::SimLoop loop{timeline, clock.oscillator()};
    sim::SimNetwork network{net, timeline, clock, chance.fork()};
    sim::SimResolver resolver{timeline, names};
    sim::SimRandom random{chance.fork()};
    sim::SimDevices devices{timeline, clock, chance.fork()};
    Surroundings surroundings{loop, clock, devices, network, resolver, random,
        [] { return std::optional<std::chrono::seconds>{}; }};
    std::unique_ptr<Driver> driver;
    EventLoop::Owned watching;
};

} // namespace timeball::refclock
