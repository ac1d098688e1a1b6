// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Simulated devices keep what the real ones promise, and break as told.

#include "sim/sim_devices.h"
#include "sim/sim_loop.h"

#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::sim;
using namespace std::chrono_literals;

namespace {

constexpr Instant<Truth> start{1'800'000'000s + 300ms};

struct Listener final : DeviceUser {
    std::string heard;
    Instant<Utc> when{};
    int openings = 0;
    std::error_code why;
    void received(std::span<const std::byte> bytes, Instant<Utc> at) override
    {
        heard.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        when = at;
    }
    void opened() override { ++openings; }
    void closed(std::error_code reason) override { why = reason; }
};

} // namespace

TEST_GROUP(SimDevices)
{
    Timeline timeline{start};
    SimClock clock{timeline, {.offset = 20ms}, Chance{1}};
    SimLoop loop{timeline, clock.oscillator()};
    SimDevices devices{timeline, clock, Chance{2}};
    Listener listener;

    void pass(Nanoseconds span)
    {
        const auto end = timeline.now() + span;
        while (timeline.step(end)) { }
    }
};

TEST(SimDevices, PulsesComeAtTrueSecondsAndAreStampedByTheClock)
{
    devices.pulse("/dev/pps0").offset = 1ms;
    auto line = devices.open_pulse_line("/dev/pps0");
    CHECK(line.has_value());
    LONGS_EQUAL(0, (*line)->read()->assert.sequence);
    pass(3s);
    const auto state = (*line)->read();
    LONGS_EQUAL(2, state->assert.sequence);
    LONGS_EQUAL(0, state->clear.sequence);
    CHECK(state->assert.when == (Instant<Utc>{1'800'000'003s} + 21ms));
}

TEST(SimDevices, PulsesAreMutedAndUnplugged)
{
    SimPulse& pulse = devices.pulse("/dev/pps0");
    pulse.has_clear_edges = true;
    auto line = devices.open_pulse_line("/dev/pps0");
    pass(3s);
    LONGS_EQUAL(2, (*line)->read()->clear.sequence);
    pulse.is_mute = true;
    pass(5s);
    LONGS_EQUAL(2, (*line)->read()->assert.sequence);
    pulse.vanishes();
    CHECK_FALSE((*line)->read().has_value());
    CHECK_FALSE(devices.open_pulse_line("/dev/pps0").has_value());
    CHECK_FALSE(devices.open_pulse_line("/dev/pps1").has_value());
    pulse.returns();
    CHECK((*line)->read().has_value());
}

TEST(SimDevices, HardwareClockShowsTaiBetweenTwoReadings)
{
    SimHardwareClock& phc = devices.hardware_clock("/dev/ptp0");
    phc.asymmetry = 0.25;
    auto opened = devices.open_hardware_clock("/dev/ptp0");
    const auto readings = (*opened)->read(3);
    LONGS_EQUAL(3, readings->size());
    const HardwareReading& r = readings->front();
    LONGS_EQUAL(4000, (r.after - r.before).count());
    LONGS_EQUAL(3000, (clock.now() - r.before).count());
    LONGLONGS_EQUAL(
        37'000'000'000, r.device.time_since_epoch().count() - start.time_since_epoch().count());
}

TEST(SimDevices, HardwareClockFreezesAndStampsPulses)
{
    SimHardwareClock& phc = devices.hardware_clock("eth0");
    auto opened = devices.open_hardware_clock("eth0");
    CHECK((*opened)->stamp_pulses(0, HardwareClock::Slope::rising).has_value());
    CHECK_FALSE((*opened)->stamp_pulses(1, HardwareClock::Slope::rising).has_value());
    pass(2s);
    const auto pulses = (*opened)->pulses();
    LONGS_EQUAL(2, pulses->size());
    CHECK(pulses->back() == Instant<DeviceTime>{1'800'000'002s + 37s});
    CHECK((*opened)->pulses()->empty());
    phc.freezes();
    const auto before = (*opened)->read(1)->front().device;
    pass(1s);
    CHECK(before == (*opened)->read(1)->front().device);
}

TEST(SimDevices, SegmentIsFedEachSecond)
{
    constexpr std::int32_t key = 0x4e545030;
    auto opened = devices.open_shared_segment(key, 0600);
    SimSegment& segment = devices.segment(key);
    LONGS_EQUAL(0600, segment.permissions);
    segment.feeds();
    pass(3s);
    LONGS_EQUAL(6, segment.word(4)); // three times, two counts each
    LONGS_EQUAL(1, segment.word(48));
    (*opened)->set_word(48, 0);
    LONGS_EQUAL(0, segment.word(48));
    segment.dies_while_writing();
    pass(3s);
    LONGS_EQUAL(7, segment.word(4));
}

TEST(SimDevices, LineIsHeardUntilItCloses)
{
    SimStream& gps = devices.serial_line("/dev/gps0");
    auto line = devices.open_serial_line(loop, "/dev/gps0", 9600, listener);
    CHECK(line.has_value());
    LONGS_EQUAL(9600, gps.baud);
    gps.says_each_second([](Instant<Utc>) { return "$GPRMC\r\n"; });
    pass(1s);
    STRCMP_EQUAL("$GPRMC\r\n", listener.heard.c_str());
    CHECK(listener.when == (Instant<Utc>{1'800'000'001s} + 120ms));
    gps.vanishes();
    CHECK(listener.why == std::errc::no_such_device);
    CHECK_FALSE((*line)->write({}).has_value());
    CHECK_FALSE(devices.open_serial_line(loop, "/dev/gps0", 9600, listener).has_value());
    pass(2s);
    STRCMP_EQUAL("$GPRMC\r\n", listener.heard.c_str());
}

TEST(SimDevices, ConnectionsOpenLaterOrAreRefused)
{
    const Endpoint gpsd{*parse_address("127.0.0.1"), 2947};
    auto refused = devices.connect(loop, gpsd, listener);
    CHECK(refused.has_value());
    pass(1s);
    CHECK(listener.why == std::errc::connection_refused);
    devices.server(gpsd).returns();
    refused->reset();
    auto stream = devices.connect(loop, gpsd, listener);
    pass(1s);
    LONGS_EQUAL(1, listener.openings);
    CHECK((*stream)->write(std::as_bytes(std::span{"?WATCH", 6})).has_value());
    STRCMP_EQUAL("?WATCH", devices.server(gpsd).written.c_str());
    stream->reset();
    devices.server(gpsd).says("late");
    STRCMP_EQUAL("", listener.heard.c_str());
}
