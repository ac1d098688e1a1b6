// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Shared memory, and what may be written there.

#include "refclock/shm.h"
#include "refclock/shm_segment.h"
#include "sim/sim_devices.h"
#include "unit/refclock/told.h"

#include <cstring>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::refclock;

namespace {

constexpr std::int32_t key = 0x4e545032;

} // namespace

TEST_GROUP(Shm)
{
    Told told;
    config::RefclockConfig config{.driver = "shm", .unit = 2};
    std::unique_ptr<Driver> driver;
    sim::SimSegment* segment = nullptr;

    void opens()
    {
        driver = make_shm(config, told.surroundings, told);
        CHECK(driver->open().has_value());
        segment = &told.devices.segment(key);
        told.watch(*driver);
    }
    void write(std::size_t place, std::int32_t value)
    {
        segment->writes({1, told.clock.now(), told.clock.now(), 0, -10});
        segment->set_word(place, value);
        told.run_for(1s);
    }
};

TEST(Shm, IsReadOnceForEachTimeItIsWritten)
{
    opens();
    LONGS_EQUAL(0666, segment->permissions);
    segment->feeds();
    segment->error = Seconds{0.25};
    told.run_for(10500ms); // the tenth is there, and will be seen at the next look
    LONGS_EQUAL(9, told.readings.size());
    for (const Reading& r : told.readings)
        LONGS_EQUAL(250'000'000, r.offset.count());
    LONGS_EQUAL(0, told.complaints.size());
    segment->stops_feeding();
    told.run_for(10s);
    LONGS_EQUAL(10, told.readings.size());
}

TEST(Shm, IsForRootWhereNtpdsIs)
{
    for (const auto& [unit, mode, permissions] :
        {std::tuple{0, 0, 0600u}, {1, 0, 0600u}, {2, 0, 0666u}, {2, 1, 0600u}, {255, 0, 0666u}}) {
        config.unit = unit;
        config.mode = mode;
        CHECK(make_shm(config, told.surroundings, told)->open().has_value());
        LONGS_EQUAL(permissions, told.devices.segment(0x4e545030 + unit).permissions);
    }
}

TEST(Shm, NeverGivesWhatIsHalfWritten)
{
    opens();
    segment->feeds();
    segment->torn = 0.5;
    told.run_for(10min);
    CHECK(told.readings.size() > 500);
    for (const Reading& r : told.readings)
        LONGS_EQUAL(0, r.offset.count());
    CHECK(variable(*driver, "torn") != "0");
}

TEST(Shm, AWriterThatDiesWhileWritingLeavesNothing)
{
    opens();
    segment->feeds();
    told.run_for(5500ms);
    segment->dies_while_writing();
    told.run_for(1h);
    LONGS_EQUAL(4, told.readings.size());
}

TEST(Shm, RefusesWhatCannotBe)
{
    opens();
    const std::tuple<std::size_t, std::int32_t, const char*> nonsense[]
        = {{0, 7, "a writer of an unknown mode"}, {16, 1'000'000, "a time that cannot be"},
            {16, -1, "a time that cannot be"}, {12, 0x7fffffff, "a time that cannot be"},
            {28, -1, "a time that cannot be"}, {36, 4, "a leap indicator"},
            {36, -1, "a leap indicator"}, {40, 1, "a precision"},
            {40, -2'000'000'000, "a precision"}, {36, 3, "does not know the time"}};
    std::size_t said = 0;
    for (const auto& [place, value, words] : nonsense) {
        write(place, value);
        LONGS_EQUAL(++said, told.complaints.size());
        CHECK(told.complaints.back().second.find(words) != std::string::npos);
    }
    LONGS_EQUAL(0, told.readings.size());
    LONGS_EQUAL(0, segment->word(48)); // and does not look at it again
}

TEST(Shm, RefusesWhatIsOld)
{
    opens();
    segment->writes({1, told.clock.now(), told.clock.now() - 6s, 0, -10});
    told.run_for(1s);
    segment->writes({1, told.clock.now(), told.clock.now() + 7s, 0, -10});
    told.run_for(1s);
    LONGS_EQUAL(2, told.complaints.size());
    LONGS_EQUAL(0, told.readings.size());
    STRCMP_EQUAL("2", variable(*driver, "stale").c_str());
}

TEST(Shm, RefusesWhatIsFarWithFlag1)
{
    config.flag1 = true;
    config.time2 = Seconds{10};
    opens();
    segment->error = Seconds{9};
    segment->feeds(0);
    told.run_for(2s);
    LONGS_EQUAL(1, told.readings.size());
    segment->error = Seconds{-11};
    told.run_for(2s);
    LONGS_EQUAL(1, told.readings.size());
    CHECK(told.complaints.size() == 2);
}

TEST(Shm, NanosecondsCountWhereTheyAgreeWithMicroseconds)
{
    ShmBytes bytes{};
    const auto put = [&](std::size_t place, auto value) {
        std::memcpy(bytes.data() + place, &value, sizeof value);
    };
    put(8, std::int64_t{100});
    put(16, std::int32_t{123'456});
    put(24, std::int64_t{100});
    put(32, std::int32_t{5});
    put(48, std::int32_t{1});
    put(52, std::uint32_t{123'456'789});
    put(56, std::uint32_t{999});
    const auto s = parse_shm(bytes, bytes);
    LONGLONGS_EQUAL(100'123'456'789, s->clock.time_since_epoch().count());
    LONGLONGS_EQUAL(100'000'005'000, s->receive.time_since_epoch().count());
}
