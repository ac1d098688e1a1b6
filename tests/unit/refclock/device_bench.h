// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A bench for drivers that read pulse lines and hardware clocks: a simulated machine, devices that
// a test moves by hand, and what the driver said.

#include "refclock/driver.h"
#include "sim/sim_clock.h"
#include "sim/sim_edges.h"
#include "sim/sim_loop.h"
#include "sim/sim_net.h"
#include "unit/refclock/told.h"

#include <string>
#include <vector>

namespace timeball::refclock {

using namespace std::chrono_literals;

struct DeviceBench final : Devices, DriverUser {
    explicit DeviceBench(Frequency clock_runs_fast = {}, Nanoseconds clock_is_off = 0ns)
        : clock{timeline, {.offset = clock_is_off, .frequency = clock_runs_fast}, chance.fork()}
    {
    }

    void run_for(Nanoseconds span)
    {
        const auto end = timeline.now() + span;
        while (timeline.step(end)) { }
    }

    // Looks as the daemon does.
    void watch(Driver& driver)
    {
        watching = loop.every(driver.look_interval(), [&driver] { driver.look(); });
    }

    // --- the devices ---

    std::string missing = "/dev/nothing"; // cannot be opened
    bool is_gone = false; // cannot be read any more
    bool has_clear_edges = true;
    PulseLine::State line; // the last edges
    // What the hardware clock answers, and its pulses since the last question.
    std::function<std::vector<HardwareReading>()> ask_hardware;
    std::vector<Instant<DeviceTime>> stamped;
    unsigned channel = 99; // that was asked for
    HardwareClock::Slope slope = HardwareClock::Slope::both;

    void pulse(Nanoseconds late = 0ns) { edge(line.assert, late); }
    void fall(Nanoseconds late = 0ns) { edge(line.clear, late); }
    void edge(PulseEdge& edge, Nanoseconds late)
    {
        ++edge.sequence;
        edge.when = clock.now() + late; // the driver looks later than this, by far
    }

    // Pulses at the true seconds for a while, the n-th one late by late(n).
    void pulses(int count, const std::function<Nanoseconds(int)>& late)
    {
        for (int n = 0; n < count; ++n) {
            pulse(late(n));
            run_for(1s);
        }
    }

    Result<std::unique_ptr<PulseLine>, std::error_code> open_pulse_line(
        const std::string& path) override
    {
        if (path == missing)
            return unexpected(std::make_error_code(std::errc::no_such_file_or_directory));
        return std::unique_ptr<PulseLine>{std::make_unique<Line>(*this)};
    }
    Result<std::unique_ptr<HardwareClock>, std::error_code> open_hardware_clock(
        const std::string& path) override
    {
        if (path == missing)
            return unexpected(std::make_error_code(std::errc::no_such_file_or_directory));
        return std::unique_ptr<HardwareClock>{std::make_unique<Hardware>(*this)};
    }
    // Nobody asks for these here.
    Result<std::unique_ptr<SharedSegment>, std::error_code> open_shared_segment(
        std::int32_t, unsigned) override
    {
        return unexpected(none());
    }
    Result<std::unique_ptr<Stream>, std::error_code> open_serial_line(
        EventLoop&, const std::string&, int, DeviceUser&) override
    {
        return unexpected(none());
    }
    Result<std::unique_ptr<Stream>, std::error_code> connect(
        EventLoop&, const Endpoint&, DeviceUser&) override
    {
        return unexpected(none());
    }
    Result<std::unique_ptr<Mailbox>, std::error_code> open_mailbox(
        EventLoop&, const std::string&, DeviceUser&) override
    {
        return unexpected(none());
    }

    // --- what the driver said ---

    std::vector<Reading> readings;
    std::vector<std::pair<Fault, std::string>> complaints;
    std::vector<std::string> losses, notes;

    void take(const Reading& reading) override { readings.push_back(reading); }
    void said(std::string_view) override { }
    void complain(Fault fault, std::string_view what) override
    {
        complaints.emplace_back(fault, what);
    }
    void remark(std::string_view what) override { notes.emplace_back(what); }
    void lost(std::string_view why) override { losses.emplace_back(why); }

    // --- the machine ---

    static std::error_code none() { return std::make_error_code(std::errc::not_supported); }

    class Line final : public PulseLine {
    public:
        explicit Line(DeviceBench& bench) : bench_{bench} { }
        Result<State, std::error_code> read() override
        {
            if (bench_.is_gone)
                return unexpected(std::make_error_code(std::errc::no_such_device));
            return bench_.line;
        }
        bool has_clear_edges() const override { return bench_.has_clear_edges; }

    private:
        DeviceBench& bench_;
    };

    class Hardware final : public HardwareClock {
    public:
        explicit Hardware(DeviceBench& bench) : bench_{bench} { }
        Result<std::vector<HardwareReading>, std::error_code> read(unsigned) override
        {
            if (bench_.is_gone)
                return unexpected(std::make_error_code(std::errc::no_such_device));
            return bench_.ask_hardware();
        }
        Method method() const override { return Method::extended; }
        Result<void, std::error_code> stamp_pulses(unsigned channel, Slope slope) override
        {
            if (channel > 3)
                return unexpected(std::make_error_code(std::errc::invalid_argument));
            bench_.channel = channel;
            bench_.slope = slope;
            return {};
        }
        Result<std::vector<Instant<DeviceTime>>, std::error_code> pulses() override
        {
            return std::exchange(bench_.stamped, {});
        }

    private:
        DeviceBench& bench_;
    };

    static constexpr Instant<sim::Truth> start{1'780'000'000s};
    sim::Timeline timeline{start};
    sim::Chance chance{7};
    sim::SimNet net{timeline, chance.fork()};
    sim::Names names;
    sim::SimClock clock;
    sim::SimLoop loop{timeline, clock.oscillator()};
    sim::SimNetwork network{net, timeline, clock, chance.fork()};
    sim::SimResolver resolver{timeline, names};
    sim::SimRandom random{chance.fork()};
    std::optional<std::chrono::seconds> tai_offset;
    EventLoop::Owned watching;

    Surroundings surroundings{
        loop, clock, *this, network, resolver, random, [this] { return tai_offset; }};
};

} // namespace timeball::refclock
