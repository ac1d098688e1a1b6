// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What the fast path is told: for any address the longest prefix says what the access list does, or
// leaves it to the workers; doors only where a worker listens; a page only when there is a time.

#include "serve/fast_lane.h"
#include "serve/xdp/page.h"
#include "serve/xdp/rules.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::serve;
using namespace timeball::config;
using namespace std::chrono_literals;

namespace {

using Deed = FastRule::Deed;

RestrictEntry entry(
    std::string_view address, std::string_view mask, std::uint32_t flags, bool ntpport = false)
{
    RestrictEntry e{.address = *parse_address(address),
        .mask = *parse_address(mask),
        .ntpport = ntpport,
        .flags = flags,
        .line = 1};
    for (std::size_t i = 0; i < e.address.octets.size(); ++i)
        e.address.octets[i] &= e.mask.octets[i];
    return e;
}

// As the trie of the kernel finds it.
FastRule::Ruling look_up(const std::vector<FastRule>& rules, const Endpoint& from)
{
    const FastRule* longest = nullptr;
    for (const FastRule& rule : rules)
        if (rule.prefix.contains(from.address)
            && (longest == nullptr || rule.prefix.length > longest->prefix.length))
            longest = &rule;
    if (longest == nullptr)
        return {};
    return from.port == 123 ? longest->ntp : longest->any;
}

Deed deed(const AccessList& access, std::string_view address, std::uint16_t port = 40000)
{
    return look_up(xdp::fast_rules(access), {*parse_address(address), port}).deed;
}

Address random_address(std::mt19937& random, Family family)
{
    // Few bits, so that rules meet.
    Address a = Address::any(family);
    for (std::size_t i = 0; i < a.size(); ++i)
        a.octets[i] = std::byte(random() % 4 == 0 ? random() % 4 << 6 : 0);
    return a;
}

} // namespace

TEST_GROUP(FastRules){};

TEST(FastRules, AnswerWhomAWorkerWouldAnswer)
{
    const AccessList access{std::vector{entry("0.0.0.0", "0.0.0.0", restrict_limited),
        entry("192.0.2.0", "255.255.255.0", restrict_ignore),
        entry("192.0.2.7", "255.255.255.255", restrict_noquery),
        entry("198.51.100.0", "255.255.255.0", restrict_noserve | restrict_notrust)}};
    CHECK(deed(access, "203.0.113.1") == Deed::answer);
    CHECK(deed(access, "192.0.2.6") == Deed::ignore);
    CHECK(deed(access, "192.0.2.7") == Deed::answer);
    CHECK(deed(access, "198.51.100.1") == Deed::noserve);
    CHECK(look_up(xdp::fast_rules(access), {*parse_address("203.0.113.1"), 1}).is_limited);
    CHECK(!look_up(xdp::fast_rules(access), {*parse_address("192.0.2.7"), 1}).is_limited);
}

TEST(FastRules, LeaveToTheWorkersWhatTheyDoNotUnderstand)
{
    for (const std::uint32_t flag :
        {restrict_notrust, restrict_version, restrict_flake, restrict_fuzz}) {
        const AccessList access{std::vector{entry("192.0.2.0", "255.255.255.0", flag)}};
        CHECK(deed(access, "192.0.2.1") == Deed::up);
        CHECK(deed(access, "192.0.3.1") == Deed::answer);
    }
}

TEST(FastRules, TellRequestsFromTheNtpPortApart)
{
    const AccessList access{std::vector{entry("192.0.2.0", "255.255.255.0", restrict_ignore, true),
        entry("192.0.0.0", "255.255.0.0", restrict_noserve)}};
    CHECK(deed(access, "192.0.2.1", 123) == Deed::ignore);
    CHECK(deed(access, "192.0.2.1", 124) == Deed::noserve);
}

TEST(FastRules, LeaveAllThatAMaskWithHolesMaySpeakOf)
{
    const AccessList access{std::vector{entry("10.1.0.9", "255.255.0.255", restrict_ignore),
        entry("10.1.2.0", "255.255.255.0", 0)}};
    CHECK(deed(access, "10.1.2.9") == Deed::up);
    CHECK(deed(access, "10.1.2.8") == Deed::up);
    CHECK(deed(access, "10.2.2.9") == Deed::answer);

    const AccessList all{std::vector{entry("0.0.0.9", "0.0.0.255", restrict_ignore)}};
    CHECK(deed(all, "10.2.2.9") == Deed::up);
    CHECK(deed(all, "2001:db8::9") == Deed::answer);
}

TEST(FastRules, AreLeftOutWhenThereAreTooMany)
{
    const AccessList access{std::vector{entry("192.0.2.0", "255.255.255.0", 0)}};
    CHECK(xdp::fast_rules(access, 2).empty());
    LONGS_EQUAL(3, xdp::fast_rules(access, 3).size());
}

// The exactness that counts: nobody is answered, or ignored, whom a worker would treat otherwise.
TEST(FastRules, NeverSayAnythingElseThanTheAccessList)
{
    std::mt19937 random{7};
    int judged = 0;
    for (int round = 0; round < 300; ++round) {
        std::vector<RestrictEntry> entries;
        for (unsigned i = random() % 20; i > 0; --i) {
            const Family family = random() % 2 ? Family::ipv4 : Family::ipv6;
            Address mask = Address::any(family);
            for (unsigned bit = random() % (8 * static_cast<unsigned>(mask.size()) + 1); bit > 0;
                 --bit)
                mask.octets[(bit - 1) / 8] |= std::byte(0x80 >> (bit - 1) % 8);
            if (random() % 10 == 0)
                mask.octets[random() % mask.size()] = std::byte(random() % 256);
            RestrictEntry e{.address = random_address(random, family),
                .mask = mask,
                .ntpport = random() % 4 == 0,
                .flags = static_cast<std::uint32_t>(random()) & 0x7fff,
                .line = 1};
            for (std::size_t o = 0; o < e.address.octets.size(); ++o)
                e.address.octets[o] &= mask.octets[o];
            entries.push_back(e);
        }
        const AccessList access{entries};
        const auto fast = xdp::fast_rules(access);
        for (int i = 0; i < 100; ++i) {
            const Endpoint from{random_address(random, i % 2 ? Family::ipv4 : Family::ipv6),
                static_cast<std::uint16_t>(random() % 2 ? 123 : 1024)};
            const auto said = look_up(fast, from);
            if (said.deed == Deed::up)
                continue;
            ++judged;
            const std::uint32_t index = access.find(from);
            const Rule& rule = access.rules()[index];
            LONGS_EQUAL(index, said.rule);
            CHECK(said.deed
                == (rule.has(restrict_ignore)        ? Deed::ignore
                        : rule.has(restrict_noserve) ? Deed::noserve
                                                     : Deed::answer));
            CHECK(said.is_limited == rule.has(restrict_limited));
            CHECK(said.is_told == rule.has(restrict_kod));
        }
    }
    CHECK(judged > 3000);
}

TEST_GROUP(FastDoors)
{
    const std::vector<NetworkInterface> interfaces{
        {"lo", 1, *parse_address("127.0.0.1"), 8, true, true},
        {"lo", 1, *parse_address("192.0.2.53"), 32, true, true}, // by anycast
        {"eth0", 2, *parse_address("198.51.100.1"), 24}, {"eth0", 2, *parse_address("fe80::1"), 64},
        {"eth0.7", 3, *parse_address("203.0.113.1"), 24},
        {"eth1", 4, *parse_address("198.51.101.1"), 24}};
    const Endpoint any4{Address::any(Family::ipv4), 123}, any6{Address::any(Family::ipv6), 123};
};

TEST(FastDoors, AreTheAddressesOfTheInterfaceAndTheAnycastOnesOfLo)
{
    const auto doors = fast_doors(std::vector{any4, any6}, interfaces, {"eth0"});
    LONGS_EQUAL(3, doors.size());
    CHECK((doors[0] == FastDoor{"eth0", 2, {*parse_address("192.0.2.53"), 123}}));
    CHECK((doors[1] == FastDoor{"eth0", 2, {*parse_address("198.51.100.1"), 123}}));
    CHECK((doors[2] == FastDoor{"eth0", 2, {*parse_address("fe80::1"), 123}}));
}

TEST(FastDoors, AreOnlyWhereAWorkerListens)
{
    CHECK(fast_doors({}, interfaces, {"eth0"}).empty());
    CHECK(fast_doors(std::vector{any4}, interfaces, {"wlan0"}).empty());
    const Endpoint one{*parse_address("198.51.100.1"), 123};
    const Endpoint scoped{*parse_address("fe80::1%2"), 1123};
    const Endpoint elsewhere{*parse_address("fe80::1%4"), 123};
    const auto doors
        = fast_doors(std::vector{one, scoped, elsewhere}, interfaces, {"eth0", "eth1"});
    LONGS_EQUAL(2, doors.size());
    CHECK((doors[0] == FastDoor{"eth0", 2, one}));
    CHECK((doors[1] == FastDoor{"eth0", 2, {*parse_address("fe80::1"), 1123}}));
}

TEST_GROUP(FastPage)
{
    const Instant<Utc> now{1'795'000'000s};
    ntp::ServedTime time{.leap = Leap::none,
        .stratum = {2},
        .reference_time = now - 5s,
        .root_dispersion = Seconds{0.25},
        .as_of = now - 1s,
        .valid_from = now - 100s,
        .void_after = now + 63s,
        .epoch = 4};
    xdp::ClockLine clock{.boot = 500s, .shown = now};

    bool serves() const
    {
        return xdp::with_time({}, time, clock).serves != 0;
    }
};

TEST(FastPage, HasTheTimeAsALine)
{
    time.served_offset = Seconds{0.5};
    clock.rate = Frequency::ppm(-100);
    const xdp::Page page = xdp::with_time({}, time, clock);
    LONGS_EQUAL(1, page.serves);
    CHECK(page.boot == 500'000'000'000u);
    CHECK(page.seconds == 1'795'000'000u && page.nanoseconds == 500'000'000u);
    CHECK(page.loses != 0);
    DOUBLES_EQUAL(100e-6, std::ldexp(page.gain, -40), 1e-12);
    DOUBLES_EQUAL(0.250015, std::ldexp(static_cast<double>(page.dispersion), -38), 1e-9);
    DOUBLES_EQUAL(15e-6, std::ldexp(page.dispersion_rate, -70) * 1e9, 1e-8);
    // Void after 63 s of a clock that is slower than the one that counts.
    DOUBLES_EQUAL(63.0063, static_cast<double>(page.lasts) / 1e9, 1e-4);
}

TEST(FastPage, IsEmptyWhileThereIsNothingToTell)
{
    const ntp::ServedTime good = time;
    CHECK(serves());
    const auto refused = [&](auto change) {
        time = good;
        change(time);
        return !serves();
    };
    CHECK(refused([](auto& t) { t.leap = Leap::unsynchronized; }));
    CHECK(refused([](auto& t) { t.stratum = Stratum::unsynchronized; }));
    CHECK(refused([](auto& t) { t.stratum = {0}; }));
    CHECK(refused([](auto& t) { t.epoch = 5; })); // a step is under way
    CHECK(refused([&](auto& t) { t.void_after = now; }));
    CHECK(refused([&](auto& t) { t.valid_from = now + 1ns; }));
    CHECK(refused([&](auto& t) { t.smear = {Seconds{1}, now + 1h, now + 2h}; }));
    CHECK(refused([](auto& t) { t.dispersion_rate = Frequency::ppm(5000); }));
    CHECK(refused([](auto& t) { t.root_dispersion = Seconds{70000}; }));
    time = good;
    clock.rate = Frequency::ppm(5000); // beyond what 32 bits hold
    CHECK(!serves());
}

TEST(FastPage, HasTheLimitInFractions)
{
    const xdp::Page page = xdp::page_of({.doors = {{"eth0", 2, {*parse_address("192.0.2.1"), 123}},
                                             {"eth0", 2, {*parse_address("192.0.2.1"), 1123}}},
        .limit = {.v4_prefix = 24, .v6_prefix = 48},
        .kiss_poll = {3},
        .leaks = {{{100, 4}, {1000, 0}}},
        .kisses_a_second = 256,
        .dscp = 46});
    DOUBLES_EQUAL(0.05, std::ldexp(static_cast<double>(page.one), -32), 1e-9);
    DOUBLES_EQUAL(1.0005, std::ldexp(static_cast<double>(page.most), -32), 1e-9);
    DOUBLES_EQUAL(1.5005, std::ldexp(static_cast<double>(page.most_kissed), -32), 1e-9);
    LONGS_EQUAL(184, page.tos);
    LONGS_EQUAL(123, page.ports[0]);
    LONGS_EQUAL(1123, page.ports[1]);
    LONGS_EQUAL(4, page.leak_one_in[0]);
    LONGS_EQUAL(1, page.leak_one_in[1]); // nothing is divided by 0
    LONGS_EQUAL(0, page.serves);
    const auto* octets = reinterpret_cast<const unsigned char*>(page.client_mask);
    for (int i = 0; i < 16; ++i)
        LONGS_EQUAL(i < 6 ? 0xff : 0, octets[i]);
    octets = reinterpret_cast<const unsigned char*>(&page.client_mask4);
    for (int i = 0; i < 8; ++i)
        LONGS_EQUAL(i < 7 ? 0xff : 0, octets[i]);
}
