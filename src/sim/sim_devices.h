// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The devices of a simulated node. A test makes one at a path, says how good it is, and breaks it
// when it likes; what the node opens later is that one. They know the true time, and stamp with the
// node's clock as a kernel would.

#include "edge/devices.h"
#include "sim/chance.h"
#include "sim/sim_clock.h"
#include "sim/timeline.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace timeball::sim {

// What is added to each reading.
struct Noise {
    Seconds uniform{0}; // to both sides
    Seconds gaussian{0}; // standard deviation
    double outliers = 0; // share of readings that are late by up to `lateness` besides
    Seconds lateness{0};

    Seconds draw(Chance& chance) const;
};

// What can be unplugged. Everything that a node holds open of it fails then.
class Pluggable {
public:
    void vanishes() { is_there_ = false; }
    void returns() { is_there_ = true; }
    bool is_there() const { return is_there_; }

private:
    bool is_there_ = true;
};

// A pulse at each true second.
class SimPulse : public Pluggable {
public:
    SimPulse(Timeline& timeline, const SimClock& clock, Chance chance);

    Seconds offset{0}; // late by that
    Noise noise; // of its stamps
    double loss = 0; // share of pulses that do not come
    bool is_mute = false; // an antenna without a sky
    bool has_clear_edges = false;
    Seconds width{0.1}; // until the clear edge

    const PulseLine::State& state() const { return state_; }

private:
    void plan();
    void note(PulseEdge& edge, Seconds error);

    Timeline& timeline_;
    const SimClock& clock_;
    Chance chance_;
    Instant<Truth> second_; // the next one
    PulseLine::State state_;
};

// A clock in an interface. It shows TAI as ptp4l sets it: tai = 37 s; 0 for one that shows UTC.
class SimHardwareClock : public Pluggable {
public:
    SimHardwareClock(Timeline& timeline, const SimClock& clock, Chance chance);

    Seconds offset{0}; // it shows the truth and this; a jump is a change of it
    std::chrono::seconds tai{37};
    Seconds window{4e-6}; // that a reading takes, at least
    Seconds window_more{0}; // and this on average
    double asymmetry = 0; // -0.5..0.5: where in the window it is read, less the middle
    double asymmetry_spread = 0; // uniform, to both sides
    Nanoseconds grain{1}; // it counts in such steps
    HardwareClock::Method method = HardwareClock::Method::extended;

    // At its input, by channel: true seconds, stamped by its own time.
    Noise pulse_noise;
    bool pulses_are_mute = false;
    unsigned channels = 1;

    void freezes(); // shows always the same
    void runs_again() { frozen_.reset(); }

    HardwareReading read();
    Instant<DeviceTime> shown() const;
    void stamp_pulses(HardwareClock::Slope slope);
    std::vector<Instant<DeviceTime>> pulses(); // since the last call

private:
    Instant<DeviceTime> at(Instant<Utc> true_utc) const;

    Timeline& timeline_;
    const SimClock& clock_;
    Chance chance_;
    std::optional<Instant<DeviceTime>> frozen_;
    std::optional<HardwareClock::Slope> slope_;
    Instant<Utc> stamped_until_{};
};

// A System V segment, and a process that writes to it as gpsd does.
class SimSegment : public Pluggable {
public:
    SimSegment(Timeline& timeline, const SimClock& clock, Chance chance);

    using Bytes = std::array<std::byte, SharedSegment::size>;
    struct Sample {
        std::int32_t mode = 1;
        Instant<Utc> clock{}, receive{}; // the device's time, and ours when it said so
        std::int32_t leap = 0, precision = -20;
    };

    Bytes bytes{}; // for tests that write nonsense
    unsigned permissions = 0;

    // Writes once after each true second, until stops_feeding().
    void feeds(std::int32_t mode = 1);
    void stops_feeding()
    {
        ++feeder_;
        is_feeding_ = false;
    }
    Seconds error{0}; // device minus truth
    Noise noise;
    Seconds delay{0.05}; // after the second
    std::int32_t leap = 0;
    double torn = 0; // share of readings during which the writer is at work

    void writes(const Sample& sample); // in the order of the protocol
    void dies_while_writing(); // the count is odd for ever after

    Bytes copy();
    void set_word(std::size_t offset, std::int32_t value);
    std::int32_t word(std::size_t offset) const;

private:
    void plan(std::int32_t mode, std::uint64_t feeder);
    Sample sample_now(std::int32_t mode);

    Timeline& timeline_;
    const SimClock& clock_;
    Chance chance_;
    std::uint64_t feeder_ = 0;
    bool is_feeding_ = false;
};

// A line or a connection, or a mailbox: whoever has it open hears what the test says. One that
// vanishes closes what is open.
class SimStream {
public:
    SimStream(Timeline& timeline, const SimClock& clock, Chance chance);
    ~SimStream();

    int baud = 0; // as it was opened last
    std::string written; // by the node, since the test cleared it
    int opened = 0; // how often
    bool is_connecting_slowly = false; // 100 ms
    std::error_code refuses{}; // when it is opened; none: it does not

    void says(std::string_view bytes); // now
    void says(std::span<const std::byte> bytes);
    // After each true second (which it is told), late by `delay` and noise, until told otherwise.
    void says_each_second(std::function<std::string(Instant<Utc> second)> what,
        Seconds delay = Seconds{0.1}, const Noise& noise = {});
    void is_silent() { ++speaker_; }
    void closes(std::error_code why = std::make_error_code(std::errc::connection_reset));
    void vanishes(); // closes, and cannot be opened
    void returns() { refuses = {}; }
    bool is_open() const { return user_ != nullptr; }

private:
    friend class SimDevices;
    class Held; // by the node
    void plan(std::uint64_t speaker);

    Timeline& timeline_;
    const SimClock& clock_;
    Chance chance_;
    std::function<std::string(Instant<Utc>)> what_;
    Seconds delay_{0};
    Noise noise_;
    std::uint64_t speaker_ = 0;
    DeviceUser* user_ = nullptr;
    std::uint64_t holder_ = 0; // who has it open
};

class SimDevices final : public Devices {
public:
    SimDevices(Timeline& timeline, const SimClock& clock, Chance chance);
    ~SimDevices() override;

    // Made when first named.
    SimPulse& pulse(const std::string& path);
    SimHardwareClock& hardware_clock(const std::string& path_or_interface);
    SimSegment& segment(std::int32_t key);
    SimStream& serial_line(const std::string& path);
    SimStream& server(const Endpoint& endpoint);
    SimStream& mailbox(const std::string& path); // opened by the node, whether named before or not

    Result<std::unique_ptr<PulseLine>, std::error_code> open_pulse_line(
        const std::string& path) override;
    Result<std::unique_ptr<HardwareClock>, std::error_code> open_hardware_clock(
        const std::string& path_or_interface) override;
    Result<std::unique_ptr<SharedSegment>, std::error_code> open_shared_segment(
        std::int32_t key, unsigned permissions) override;
    Result<std::unique_ptr<Stream>, std::error_code> open_serial_line(
        EventLoop& loop, const std::string& path, int baud, DeviceUser& user) override;
    Result<std::unique_ptr<Stream>, std::error_code> connect(
        EventLoop& loop, const Endpoint& server, DeviceUser& user) override;
    Result<std::unique_ptr<Mailbox>, std::error_code> open_mailbox(
        EventLoop& loop, const std::string& path, DeviceUser& user) override;

private:
    Result<std::unique_ptr<SimStream::Held>, std::error_code> hold(
        const std::shared_ptr<SimStream>& stream, DeviceUser& user);
    template <class Device, class Key>
    Device& named(std::map<Key, std::shared_ptr<Device>>& all, const Key& key);

    Timeline& timeline_;
    const SimClock& clock_;
    Chance chance_;
    std::map<std::string, std::shared_ptr<SimPulse>> pulses_;
    std::map<std::string, std::shared_ptr<SimHardwareClock>> clocks_;
    std::map<std::int32_t, std::shared_ptr<SimSegment>> segments_;
    std::map<std::string, std::shared_ptr<SimStream>> lines_, mailboxes_;
    std::map<Endpoint, std::shared_ptr<SimStream>> servers_;
};

} // namespace timeball::sim
