// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Samples that come through a socket, and what else comes.

#include "refclock/sock.h"
#include "refclock/sock_sample.h"
#include "unit/refclock/told.h"

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::refclock;

TEST_GROUP(Sock)
{
    Told told;
    config::RefclockConfig config{.driver = "sock", .path = "/run/gps.sock"};
    std::unique_ptr<Driver> driver;
    std::array<std::byte, 40> bytes{};

    template <class T>
    void put(std::size_t place, T value)
    {
        std::memcpy(bytes.data() + place, &value, sizeof value);
    }
    void fill(double offset, std::int32_t pulse = 0)
    {
        const auto now = told.clock.now().time_since_epoch();
        put(0, std::int64_t{now / 1s});
        put(8, std::int64_t{now % 1s / 1us});
        put(16, offset);
        put(24, pulse);
        put(28, std::int32_t{0});
        put(36, std::int32_t{0x534f434b});
    }
    void opens()
    {
        driver = make_sock(config, told.surroundings, told);
        CHECK(driver->open().has_value());
    }
    void sends()
    {
        told.devices.mailbox("/run/gps.sock").says(bytes);
    }
};

TEST(Sock, TakesSamplesAsTheyCome)
{
    opens();
    fill(-0.25);
    sends();
    LONGS_EQUAL(1, told.readings.size());
    LONGS_EQUAL(-250'000'000, told.readings[0].offset.count());
    CHECK_FALSE(told.readings[0].is_pulse);
    CHECK(told.readings[0].when == told.clock.now());
    fill(1e-6, 1);
    sends();
    CHECK(told.readings[1].is_pulse);
    LONGS_EQUAL(1000, told.readings[1].offset.count());
}

TEST(Sock, RefusesWhatIsNoSample)
{
    opens();
    told.devices.mailbox("/run/gps.sock").says("hello");
    fill(0);
    put(36, 1);
    sends();
    fill(std::numeric_limits<double>::quiet_NaN());
    sends();
    fill(1e300);
    sends();
    fill(0);
    put(8, std::int64_t{-1});
    sends();
    fill(0);
    put(0, std::numeric_limits<std::int64_t>::max());
    sends();
    fill(0);
    put(28, 4);
    sends();
    fill(0);
    put(28, 3); // does not know the time
    sends();
    LONGS_EQUAL(8, told.complaints.size());
    STRCMP_EQUAL("8", variable(*driver, "refused").c_str());
    LONGS_EQUAL(0, told.readings.size());
}

TEST(Sock, RefusesWhatIsOld)
{
    opens();
    fill(0);
    told.run_for(6s);
    sends();
    LONGS_EQUAL(0, told.readings.size());
    STRCMP_EQUAL("1", variable(*driver, "stale").c_str());
}

TEST(Sock, IsLostWhenTheSocketIs)
{
    opens();
    told.devices.mailbox("/run/gps.sock").vanishes();
    LONGS_EQUAL(1, told.losses.size());
    driver->close();
    CHECK_FALSE(driver->open().has_value());
}
