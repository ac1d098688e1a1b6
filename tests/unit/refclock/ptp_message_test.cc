// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The codec of PTP messages.

#include "refclock/ptp/message.h"

#include <cstdint>
#include <random>
#include <string_view>

#include "CppUTest/TestHarness.h"

using namespace timeball;
using namespace timeball::ptp;
using namespace std::chrono_literals;

namespace {

std::vector<std::byte> octets(std::string_view hex)
{
    const auto digit
        = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
    std::string digits;
    for (const char c : hex)
        if (c != ' ')
            digits += c;
    std::vector<std::byte> bytes;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        bytes.push_back(std::byte(digit(digits[i]) << 4 | digit(digits[i + 1])));
    return bytes;
}

// As ptp4l 3.1.1 sends them.
constexpr std::string_view announce_hex
    = "0b02 0040 00 00 003c 0000000000000000 00000000 525400fffe123456 0001 0007 05 fe"
      "00000000000000000000 0025 00 0a 06 21 ffff 80 525400fffe123456 0002 20";

const Header header{.type = MessageType::sync,
    .domain = 24,
    .flags = two_step | unicast,
    .correction = {0x1234'8000},
    .source = {{0x0011'22ff'fe33'4455}, 7},
    .sequence = 513,
    .log_interval = -3};

Header of(MessageType type)
{
    Header h = header;
    h.type = type;
    return h;
}

const Instant<DeviceTime> some_time{std::chrono::seconds{1'800'000'037} + 123'456'789ns};

std::vector<Message> examples()
{
    return {{header, Stamped{some_time}}, {of(MessageType::delay_req), Stamped{}},
        {of(MessageType::pdelay_req), Stamped{some_time}},
        {of(MessageType::follow_up), Stamped{some_time}},
        {of(MessageType::delay_resp), Answer{some_time, {{9}, 3}}},
        {of(MessageType::pdelay_resp), Answer{some_time, {{9}, 3}}},
        {of(MessageType::pdelay_resp_follow_up), Answer{some_time, {{9}, 3}}},
        {of(MessageType::announce), Announce{37, 1, {6, 0x21, 0x4e5d}, 2, {0xabcdef}, 3, 0x20}},
        {of(MessageType::signaling),
            Signaling{{{5}, 6},
                {{UnicastTlv::Kind::request, MessageType::sync, -4, 300, false},
                    {UnicastTlv::Kind::grant, MessageType::delay_resp, -3, 60, true},
                    {UnicastTlv::Kind::cancel, MessageType::announce, 0, 0, false},
                    {UnicastTlv::Kind::acknowledge, MessageType::sync, 0, 0, false}}}}};
}

} // namespace

TEST_GROUP(PtpMessage){};

TEST(PtpMessage, GoesThroughTheWireUnchanged)
{
    for (const Message& m : examples()) {
        const auto back = decode(encode(m));
        CHECK(back.has_value());
        CHECK(*back == m);
    }
}

TEST(PtpMessage, AnnounceIsReadAsItStandsOnTheWire)
{
    const auto m = decode(octets(announce_hex));
    CHECK(m.has_value());
    const auto& a = std::get<Announce>(m->body);
    LONGS_EQUAL(37, a.current_utc_offset);
    LONGS_EQUAL(10, a.priority1);
    LONGS_EQUAL(6, a.quality.clock_class);
    LONGS_EQUAL(0x21, a.quality.accuracy);
    LONGS_EQUAL(2, a.steps_removed);
    LONGS_EQUAL(7, m->header.sequence);
    LONGS_EQUAL(-2, m->header.log_interval);
    CHECK((m->header.flags & ptp_timescale) != 0);
    CHECK((m->header.flags & current_utc_offset_valid) != 0);
    CHECK((m->header.flags & leap61) == 0);
    STRCMP_EQUAL("525400.fffe.123456", to_string(a.grandmaster).c_str());
}

TEST(PtpMessage, CutAnywhereIsNoMessage)
{
    for (const Message& m : examples()) {
        const auto whole = encode(m);
        for (std::size_t size = 0; size < whole.size(); ++size)
            CHECK_FALSE(decode(std::span{whole}.first(size)).has_value());
    }
}

TEST(PtpMessage, PaddingDoesNotCount)
{
    const Message m{of(MessageType::delay_req), Stamped{some_time}};
    const auto padded = encode(m, 60);
    LONGS_EQUAL(60, padded.size());
    CHECK(decode(padded) == m);
}

TEST(PtpMessage, LengthThatDoesNotFitIsRefused)
{
    auto bytes = encode({of(MessageType::announce), Announce{}});
    bytes[3] = std::byte{40}; // shorter than an Announce
    CHECK_FALSE(decode(bytes).has_value());
    bytes[3] = std::byte{200}; // longer than what came
    CHECK_FALSE(decode(bytes).has_value());
}

TEST(PtpMessage, TimeThatCannotBeIsRefused)
{
    const auto good = encode({header, Stamped{some_time}});
    auto bytes = good;
    bytes[40] = std::byte{0x3b}; // more nanoseconds than a second has
    bytes[41] = bytes[42] = bytes[43] = std::byte{0xff};
    CHECK_FALSE(decode(bytes).has_value());
    bytes = good;
    bytes[34] = std::byte{0xff}; // millions of years
    CHECK_FALSE(decode(bytes).has_value());
    bytes = good;
    bytes[8] = std::byte{0x7f}; // a correction said to be too large
    CHECK_FALSE(decode(bytes).has_value());
}

TEST(PtpMessage, OtherVersionsAndTypesAreRefused)
{
    auto bytes = encode({header, Stamped{some_time}});
    bytes[1] = std::byte{1};
    CHECK_FALSE(decode(bytes).has_value());
    bytes[1] = std::byte{2};
    CHECK(decode(bytes).has_value());
    for (const unsigned type : {4u, 5u, 6u, 7u, 13u, 14u, 15u}) {
        bytes[0] = std::byte(type);
        CHECK_FALSE(decode(bytes).has_value());
    }
}

TEST(PtpMessage, UnknownTlvsArePassedOverAndBrokenOnesAreNot)
{
    auto bytes = encode({of(MessageType::signaling),
        Signaling{{}, {{UnicastTlv::Kind::grant, MessageType::sync, -3, 60, true}}}});
    const std::size_t first = header_size + 10;
    bytes[first + 1] = std::byte{0x77};
    const auto m = decode(bytes);
    CHECK(m.has_value());
    CHECK(std::get<Signaling>(m->body).tlvs.empty());
    bytes[first + 1] = std::byte{0x5};
    bytes[first + 3] = std::byte{7};
    CHECK_FALSE(decode(bytes).has_value());
    bytes[first + 3] = std::byte{9};
    CHECK_FALSE(decode(bytes).has_value());
}

TEST(PtpMessage, CorrectionsAreRoundedOnceAndSoundAtTheirEnds)
{
    LONGLONGS_EQUAL(1, Correction{0x8000}.nanoseconds().count());
    LONGLONGS_EQUAL(0, Correction{0x7fff}.nanoseconds().count());
    LONGLONGS_EQUAL(-1, Correction{-0x10000}.nanoseconds().count());
    LONGLONGS_EQUAL(std::int64_t{1} << 47, Correction{INT64_MAX}.nanoseconds().count());
    LONGLONGS_EQUAL(1, (Correction{0x4000} + Correction{0x4000}).nanoseconds().count());
}

TEST(PtpMessage, AnyOctetsAreAMessageOrNothing)
{
    std::mt19937 chance{1588};
    for (int round = 0; round < 20000; ++round) {
        const auto& all = examples();
        auto bytes = encode(all[chance() % all.size()]);
        for (auto changes = chance() % 4; changes > 0; --changes)
            bytes[chance() % bytes.size()] = std::byte(chance() & 0xff);
        if (const auto m = decode(std::span{bytes}.first(chance() % (bytes.size() + 1))))
            CHECK(decode(encode(*m)) == m);
    }
}
