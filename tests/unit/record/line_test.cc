// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The words of a recording: what is written is read back, bit for bit, and what is not right is
// noticed.

#include "record/line.h"

#include <bit>
#include <cmath>
#include <limits>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::record;

TEST_GROUP(Line){};

TEST(Line, KeepsNumbersBitForBit)
{
    for (const double value :
        {0.0, -0.0, 1.0 / 3, 5e-324, -std::numeric_limits<double>::infinity(), std::nan("")}) {
        const std::string text = Line{}.real(value).str();
        Words words{text};
        CHECK(std::bit_cast<std::uint64_t>(words.real()) == std::bit_cast<std::uint64_t>(value));
        CHECK(words.is_sound());
    }
    for (const std::int64_t value : {std::int64_t{0}, std::numeric_limits<std::int64_t>::min(),
             std::numeric_limits<std::int64_t>::max()})
        CHECK(Words{Line{}.number(value).str()}.number() == value);
}

TEST(Line, KeepsAnyText)
{
    std::string all;
    for (int c = 0; c < 256; ++c)
        all += static_cast<char>(c);
    for (const std::string& text : {all, std::string{}, std::string{"%"}, std::string{" = "}}) {
        const std::string line = Line{"log"}.text(text).number(7).str();
        CHECK(line.find('\n') == line.npos);
        CHECK(line.find(" = ") == line.npos);
        Words words{line};
        words.plain();
        CHECK(words.text() == text);
        LONGS_EQUAL(7, words.number());
        CHECK(words.is_sound() && words.is_at_end());
    }
}

TEST(Line, KeepsAddressesAndOctets)
{
    const Endpoint link_local{*parse_address("fe80::1%2"), 123};
    const std::vector<std::byte> octets{std::byte{0}, std::byte{0xff}};
    const std::string line = Line{}.endpoint(link_local).octets(octets).octets({}).str();
    Words words{line};
    CHECK(words.endpoint() == link_local);
    CHECK(words.octets() == octets);
    CHECK(words.octets().empty());
    CHECK(words.is_sound());
}

TEST(Line, KeepsFaults)
{
    const std::error_code system{111, std::system_category()};
    CHECK(Words{Line{}.fault(system).str()}.fault() == system);
    const auto generic = std::make_error_code(std::errc::no_space_on_device);
    CHECK(Words{Line{}.fault(generic).str()}.fault() == generic);
}

TEST(Line, TellsNoInstantThatNoClockShows)
{
    using namespace std::chrono_literals;
    const Instant<Utc> now{1'800'000'000s};
    CHECK(Words{"-5"}.after(now) == now - 5ns);
    for (const char* much :
        {"9223372036854775807", "-9223372036854775808", "7300000000000000000"}) {
        Words words{much};
        CHECK(words.after(now) == now);
        CHECK_FALSE(words.is_sound());
    }
}

TEST(Line, NoticesWhatIsWrong)
{
    const auto is_noticed = [](const char* line, auto take) {
        Words words{line};
        take(words);
        return !words.is_sound();
    };
    CHECK(is_noticed("", [](Words& w) { w.number(); }));
    CHECK(is_noticed("12x", [](Words& w) { w.number(); }));
    CHECK(is_noticed("-1", [](Words& w) { w.natural(); }));
    CHECK(is_noticed("3f", [](Words& w) { w.real(); }));
    CHECK(is_noticed("abc", [](Words& w) { w.octets(); }));
    CHECK(is_noticed("a%2", [](Words& w) { w.text(); }));
    CHECK(is_noticed("192.0.2.1 99999", [](Words& w) { w.endpoint(); }));
    CHECK(is_noticed("other 3", [](Words& w) { w.fault(); }));
}
