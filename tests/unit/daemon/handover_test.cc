// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What a daemon leaves to the next one, as text.

#include "daemon/handover.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::daemon;
using namespace std::chrono_literals;

TEST_GROUP(Handover)
{
    Handover handover;
    serve::Estate estate;

    void setup() override
    {
        handover.clock = "software";
        handover.account = {Instant<Utc>{1700s}, Instant<FreeRun>{1699s}, Frequency::ppm(12.5),
            Seconds{-1e-4}, Frequency::ppm(500)};
        handover.engine = "engine 1 2 3 ";
        handover.sources = std::string(100'000, 's');
        handover.events = {5, 3};
        handover.epoch = 6;
        handover.was_synchronized = true;
        handover.last_leap = Instant<Utc>{1600s};
        handover.started = Instant<Mono>{77s};
        handover.hour_began.received = 1'000'000'000'000;
        estate.lists.resize(2);
        estate.lists[1].key = {1, 2};
        estate.lists[1].counts.present = 1'000'000;
        estate.counts.sent = 9;
    }
};

TEST(Handover, SaysTheSameToTheNextDaemon)
{
    const auto back = parse_handover(format_handover(handover));
    CHECK(back.has_value());
    CHECK(format_handover(*back) == format_handover(handover));
    CHECK(back->account.correction == Frequency::ppm(12.5));
    CHECK(back->hour_began.received == 1'000'000'000'000);
    CHECK(back->last_leap == Instant<Utc>{1600s});
}

TEST(Handover, TellsWhatIsLeftOfClients)
{
    const auto back = parse_estate(format_estate(estate));
    CHECK(back.has_value());
    LONGS_EQUAL(2, back->lists.size());
    CHECK(back->lists[1].counts.present == 1'000'000);
    CHECK(back->lists[1].key.k1 == 2);
    CHECK(back->counts.sent == 9);
}

TEST(Handover, IsRefusedWhenItIsOfAnotherVersion)
{
    for (std::string text : {format_handover(handover), format_estate(estate)}) {
        text[text.find('1')] = '2'; // "timeball-handover-1"
        CHECK_FALSE(parse_handover(text).has_value());
        CHECK_FALSE(parse_estate(text).has_value());
    }
    CHECK_FALSE(parse_handover("").has_value());
    CHECK_FALSE(parse_handover(format_estate(estate)).has_value());
}

TEST(Handover, IsRefusedWhenItWasCutOff)
{
    const auto text = format_handover(handover);
    for (std::size_t i = 0; i < 400; ++i) {
        CHECK_FALSE(parse_handover(std::string_view{text}.substr(0, i)).has_value());
        CHECK_FALSE(
            parse_handover(std::string_view{text}.substr(0, text.size() - 1 - i)).has_value());
    }
}
