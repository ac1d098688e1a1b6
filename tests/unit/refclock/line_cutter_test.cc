// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Lines out of what comes in pieces.

#include "refclock/line_cutter.h"

#include <string>
#include <string_view>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::refclock;
using namespace std::chrono_literals;

TEST_GROUP(LineCutter)
{
    static constexpr Instant<Utc> now{1'780'000'000s};
    LineCutter cutter{20, 1ms};

    std::vector<DeviceLine> take(std::string_view text, Instant<Utc> when = now)
    {
        return cutter.take(std::as_bytes(std::span{text}), when);
    }
};

TEST(LineCutter, ALineIsThereWithItsEnd)
{
    CHECK(take("$GP").empty());
    CHECK(take("ZDA").empty());
    const auto lines = take("\r\n", now + 5ms);
    LONGS_EQUAL(1, lines.size());
    STRCMP_EQUAL("$GPZDA", lines[0].text.c_str());
    CHECK(lines[0].ended == now + 5ms);
}

TEST(LineCutter, WhatCameBehindTheEndCameLater)
{
    const auto lines = take("one\r\ntwo\r\nthr");
    LONGS_EQUAL(2, lines.size());
    CHECK(lines[0].ended == now - 8ms);
    CHECK(lines[1].ended == now - 3ms);
    LONGS_EQUAL(1, take("ee\n").size());
}

TEST(LineCutter, APacketTellsNothingOfItsBytes)
{
    std::string packet;
    for (int i = 0; i < 10; ++i)
        packet += "a line\n";
    for (const DeviceLine& line : take(packet))
        CHECK(line.ended == now);
}

TEST(LineCutter, EmptyLinesAreNone)
{
    CHECK(take("\r\n\n\r\n").empty());
}

TEST(LineCutter, WhatIsTooLongIsDroppedToItsEnd)
{
    for (int i = 0; i < 100; ++i)
        CHECK(take("noise noise noise ").empty());
    LONGS_EQUAL(1, cutter.dropped());
    CHECK(take("end\n").empty());
    LONGS_EQUAL(1, take("good\n").size());
    CHECK(take("012345678901234567890\n").empty());
    LONGS_EQUAL(2, cutter.dropped());
    LONGS_EQUAL(1, take("good\n").size());
}
