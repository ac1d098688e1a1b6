// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The NMEA driver, with a simulated receiver.

#include "refclock/nmea_clock.h"
#include "unit/refclock/nmea_text.h"
#include "unit/refclock/stream_bench.h"

#include <fmt/chrono.h>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::refclock;

namespace {

std::string rmc(Instant<Utc> second, char status = 'A')
{
    const auto t = std::chrono::sys_time<std::chrono::seconds>{
        std::chrono::floor<std::chrono::seconds>(second.time_since_epoch())};
    return sentence(fmt::format(
               "GPRMC,{:%H%M%S}.00,{},4807.038,N,01131.000,E,0.0,,{:%d%m%y},,,A", t, status, t))
        + "\r\n";
}

} // namespace

TEST_GROUP(Nmea)
{
    config::RefclockConfig config{.driver = "nmea"};
    StreamBench bench;
    sim::SimStream& receiver = bench.devices.serial_line("/dev/gps0");

    void drive()
    {
        CHECK(bench.drive("nmea", config).has_value());
    }
    void tells(Seconds delay, Seconds jitter = Seconds{0})
    {
        receiver.says_each_second(
            [](Instant<Utc> second) { return rmc(second); }, delay, {.gaussian = jitter});
    }
};

TEST(Nmea, ASentenceIsAsLateAsItsEnd)
{
    drive();
    LONGS_EQUAL(9600, receiver.baud);
    tells(Seconds{0.4});
    bench.run_for(10s);
    CHECK(bench.readings.size() >= 9);
    DOUBLES_EQUAL(-0.4, bench.mean_offset().count(), 1e-6);
    CHECK(bench.readings.front().uncertainty >= Seconds{0.4}); // the truth is in it
    LONGS_EQUAL(bench.readings.size(), bench.timecodes.size());
    CHECK(bench.complained.empty());
}

TEST(Nmea, Time2TakesItsLatenessOut)
{
    config.time2 = Seconds{0.4};
    drive();
    tells(Seconds{0.4}, Seconds{0.01});
    bench.run_for(20min);
    DOUBLES_EQUAL(0, bench.mean_offset().count(), 0.001); // a tenth of the jitter, of 1200
    DOUBLES_EQUAL(0.01, bench.spread().count(), 0.001);
}

TEST(Nmea, ErasInTime2AreNoTime)
{
    config.time2 = Seconds{0.4} + Seconds{gps_era};
    drive();
    tells(Seconds{0.4});
    bench.run_for(10s);
    DOUBLES_EQUAL(0, bench.mean_offset().count(), 1e-6);
}

TEST(Nmea, WhatIsBehindTheEndIsTakenOut)
{
    drive();
    const std::string line = rmc(bench.clock.now());
    receiver.says(line.substr(0, line.size() - 5));
    receiver.says(line.substr(line.size() - 5) + "$GPGGA,123");
    CHECK(bench.readings.size() == 1);
    // Ten bytes of ten bits each at 9600 bit/s.
    CHECK(abs(Seconds{bench.clock.now() - bench.readings[0].when} - Seconds{100 / 9600.0})
        < Seconds{1e-6});
}

TEST(Nmea, ModeChoosesSpeedAndSentences)
{
    config.mode = 0x50 | 0x8; // 115200, ZDA
    drive();
    LONGS_EQUAL(115200, receiver.baud);
    receiver.says(rmc(bench.clock.now()));
    CHECK(bench.readings.empty());
    receiver.says(sentence("GPZDA,080000.00,15,01,2027,00,00") + "\r\n");
    LONGS_EQUAL(1, bench.readings.size());

    config.baud = 38400;
    drive();
    LONGS_EQUAL(38400, receiver.baud);
}

TEST(Nmea, ALostFixIsOneComplaint)
{
    drive();
    tells(Seconds{0.1});
    bench.run_for(5s);
    const auto before = bench.readings.size();
    receiver.says_each_second([](Instant<Utc> second) { return rmc(second, 'V'); });
    bench.run_for(1min);
    LONGS_EQUAL(before, bench.readings.size());
    LONGS_EQUAL(1, bench.complaints(Fault::bad_signal));
    tells(Seconds{0.1});
    bench.run_for(5s);
    CHECK(bench.readings.size() > before);
    receiver.says_each_second([](Instant<Utc> second) { return rmc(second, 'V'); });
    bench.run_for(5s);
    LONGS_EQUAL(2, bench.complaints(Fault::bad_signal));
}

TEST(Nmea, NoiseIsOneComplaint)
{
    drive();
    receiver.says_each_second([this](Instant<Utc>) {
        std::string noise(11520, '\0');
        for (char& c : noise)
            c = static_cast<char>(bench.chance.unit() * 256);
        return noise;
    });
    bench.run_for(1min);
    CHECK(bench.readings.empty());
    LONGS_EQUAL(1, bench.complained.size());
    LONGS_EQUAL(1, bench.complaints(Fault::bad_format));
    CHECK(bench.complained[0].second.find("9600") != std::string::npos);
}

TEST(Nmea, AReceiverThatGoesIsLost)
{
    drive();
    receiver.closes();
    LONGS_EQUAL(1, bench.losses.size());
    CHECK(bench.losses[0].starts_with("/dev/gps0: "));
}

TEST(Nmea, WhatCannotBeOpenedSaysWhy)
{
    receiver.refuses = std::make_error_code(std::errc::permission_denied);
    const auto opened = bench.drive("nmea", config);
    CHECK(!opened.has_value());
    STRCMP_EQUAL("/dev/gps0: Permission denied", opened.error().c_str());
}

TEST(Nmea, PositionsCanBeKeptOutOfTheStatistics)
{
    config.flag4 = true;
    config.mode = 0x80;
    drive();
    tells(Seconds{0.25});
    bench.run_for(3s);
    const std::string& code = bench.timecodes.back();
    CHECK(code.find("4807") == std::string::npos && code.find("011") == std::string::npos);
    CHECK(code.find("____.___,N") != std::string::npos);
    CHECK(code.find(" .250") != std::string::npos);
}

TEST(Nmea, CountersAreWrittenWhenAskedFor)
{
    config.mode = 0x10000;
    drive();
    tells(Seconds{0.25});
    bench.run_for(130s);
    LONGS_EQUAL(2,
        std::count_if(bench.timecodes.begin(), bench.timecodes.end(),
            [](const std::string& code) { return code.find(" told ") != std::string::npos; }));
}

TEST_GROUP(NmeaWithPulses)
{
    config::RefclockConfig config{.driver = "nmea", .flag1 = true};
    StreamBench bench;
    sim::SimStream& receiver = bench.devices.serial_line("/dev/gps0");
    sim::SimPulse& pulses = bench.devices.pulse("/dev/gpspps0");

    void drive()
    {
        CHECK(bench.drive("nmea", config).has_value());
    }
    void tells(Seconds delay, Seconds jitter = Seconds{0})
    {
        receiver.says_each_second(
            [](Instant<Utc> second) { return rmc(second); }, delay, {.gaussian = jitter});
    }
};

TEST(NmeaWithPulses, TheSentenceBeforeTheNextPulseNumbersIt)
{
    for (const double delay : {0.05, 0.3, 0.7, 0.95}) {
        bench.readings.clear();
        drive();
        tells(Seconds{delay}, Seconds{0.002});
        bench.run_for(20s);
        CHECK(bench.readings.size() >= 15);
        for (const Reading& r : bench.readings) {
            CHECK(!r.is_pulse);
            DOUBLES_EQUAL(0, Seconds{r.offset}.count(), 1e-6);
        }
    }
}

TEST(NmeaWithPulses, SentencesMayBeLaterThanASecondWhenThatIsKnown)
{
    config.time2 = Seconds{1.3};
    drive();
    tells(Seconds{1.3}, Seconds{0.05});
    bench.run_for(20s);
    CHECK(bench.readings.size() >= 15);
    DOUBLES_EQUAL(0, bench.mean_offset().count(), 1e-6);
}

TEST(NmeaWithPulses, ThePulseIsAsExactAsItIs)
{
    pulses.noise.gaussian = Seconds{5e-6};
    config.time1 = Seconds{100e-6};
    drive();
    tells(Seconds{0.3}, Seconds{0.05});
    bench.run_for(20min);
    DOUBLES_EQUAL(100e-6, bench.mean_offset().count(), 0.5e-6);
    DOUBLES_EQUAL(5e-6, bench.spread().count(), 0.5e-6);
}

TEST(NmeaWithPulses, AWrongClockIsToldSo)
{
    StreamBench wrong{3600s + 250ms};
    wrong.devices.pulse("/dev/gpspps0");
    sim::SimStream& line = wrong.devices.serial_line("/dev/gps0");
    CHECK(wrong.drive("nmea", config).has_value());
    line.says_each_second([](Instant<Utc> second) { return rmc(second); }, Seconds{0.3});
    wrong.run_for(20s);
    CHECK(wrong.readings.size() >= 15);
    DOUBLES_EQUAL(-3600.25, wrong.mean_offset().count(), 1e-6);
}

TEST(NmeaWithPulses, FallingEdgesAreTakenWithFlag2)
{
    pulses.has_clear_edges = true;
    config.flag2 = true;
    drive();
    tells(Seconds{0.3});
    bench.run_for(20s);
    DOUBLES_EQUAL(-0.1, bench.mean_offset().count(), 1e-6); // a pulse's width

    pulses.has_clear_edges = false;
    CHECK(bench.drive("nmea", config).has_value());
    LONGS_EQUAL(1, bench.complaints(Fault::fault));
}

TEST(NmeaWithPulses, SentencesTellTheTimeWhereThereNeverWasAPulse)
{
    pulses.is_mute = true;
    drive();
    tells(Seconds{0.3});
    bench.run_for(1min);
    CHECK(bench.readings.size() > 45);
    LONGS_EQUAL(1, bench.complaints(Fault::no_reply));
}

TEST(NmeaWithPulses, SentencesTellTheTimeAgainAfterLong)
{
    drive();
    tells(Seconds{0.3});
    bench.run_for(10s);
    pulses.is_mute = true;
    bench.run_for(590s);
    const auto before = bench.readings.size();
    bench.run_for(1min);
    CHECK(bench.readings.size() > before + 30);
}

TEST(NmeaWithPulses, WithoutPulsesNothingIsToldAtFirst)
{
    drive();
    tells(Seconds{0.3});
    bench.run_for(10s);
    pulses.is_mute = true;
    bench.run_for(2s);
    const auto before = bench.readings.size();
    bench.run_for(1min);
    LONGS_EQUAL(before, bench.readings.size());
    LONGS_EQUAL(1, bench.complaints(Fault::no_reply));
    pulses.is_mute = false;
    bench.run_for(10s);
    CHECK(bench.readings.size() > before + 5);
}

TEST(NmeaWithPulses, SentencesAtThePulseNumberNothing)
{
    drive();
    tells(Seconds{0.005});
    bench.run_for(1min);
    CHECK(bench.readings.empty());
    LONGS_EQUAL(1, bench.complaints(Fault::bad_data));
    CHECK(bench.complained[0].second.find("time2") != std::string::npos);
}
