// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Access: which of many rules holds.

#include "serve/access_list.h"

#include <algorithm>
#include <random>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::serve;
using namespace timeball::config;

namespace {

Address mask_of(unsigned length, Family family)
{
    Address all = Address::any(family);
    std::fill_n(all.octets.begin(), all.size(), std::byte{0xff});
    return make_prefix(all, length).address;
}

RestrictEntry entry(std::string_view prefix, std::uint32_t flags, bool ntpport = false)
{
    const Prefix p = *parse_prefix(prefix);
    return {.address = p.address,
        .mask = mask_of(p.length, p.address.family),
        .ntpport = ntpport,
        .flags = flags};
}

RestrictEntry masked_entry(std::string_view address, std::string_view mask, std::uint32_t flags)
{
    return {.address = *parse_address(address), .mask = *parse_address(mask), .flags = flags};
}

std::uint32_t flags(const AccessList& list, std::string_view address, std::uint16_t port = 40000)
{
    return list.rules()[list.find({*parse_address(address), port})].flags;
}

} // namespace

TEST_GROUP(AccessList){};

TEST(AccessList, TakesTheMostSpecificRuleAlone)
{
    const AccessList list{std::vector{entry("0.0.0.0/0", restrict_limited | restrict_kod),
        entry("203.0.113.0/24", restrict_nomodify), entry("203.0.113.77/32", restrict_ignore),
        entry("::/0", restrict_noquery), entry("2001:db8:ffff::/48", restrict_noserve)}};
    UNSIGNED_LONGS_EQUAL(restrict_limited | restrict_kod, flags(list, "203.0.112.255"));
    UNSIGNED_LONGS_EQUAL(restrict_nomodify, flags(list, "203.0.113.0"));
    UNSIGNED_LONGS_EQUAL(restrict_nomodify, flags(list, "203.0.113.76"));
    UNSIGNED_LONGS_EQUAL(restrict_ignore, flags(list, "203.0.113.77"));
    UNSIGNED_LONGS_EQUAL(restrict_nomodify, flags(list, "203.0.113.255"));
    UNSIGNED_LONGS_EQUAL(restrict_limited | restrict_kod, flags(list, "203.0.114.0"));
    UNSIGNED_LONGS_EQUAL(restrict_limited | restrict_kod, flags(list, "255.255.255.255"));
    UNSIGNED_LONGS_EQUAL(restrict_noquery, flags(list, "2001:db8:fffe:ffff::1"));
    UNSIGNED_LONGS_EQUAL(restrict_noserve, flags(list, "2001:db8:ffff:ffff::1"));
    UNSIGNED_LONGS_EQUAL(restrict_noquery, flags(list, "2001:db9::"));
}

TEST(AccessList, MergesWhatIsSaidOfTheSame)
{
    const AccessList list{
        std::vector{entry("0.0.0.0/0", restrict_limited), entry("0.0.0.0/0", restrict_kod),
            entry("10.0.0.0/8", restrict_nomodify), entry("10.0.0.0/8", restrict_noquery)}};
    UNSIGNED_LONGS_EQUAL(restrict_limited | restrict_kod, flags(list, "192.0.2.1"));
    UNSIGNED_LONGS_EQUAL(restrict_nomodify | restrict_noquery, flags(list, "10.1.2.3"));
    UNSIGNED_LONGS_EQUAL(3, list.rules().size()); // and the built-in one for IPv6
}

TEST(AccessList, HasASaneDefaultWhereTheFileSaysNothing)
{
    const AccessList list{std::vector{entry("127.0.0.1/32", 0)}};
    const auto sane = restrict_noquery | restrict_nomodify | restrict_limited | restrict_kod;
    UNSIGNED_LONGS_EQUAL(sane, flags(list, "192.0.2.1"));
    UNSIGNED_LONGS_EQUAL(sane, flags(list, "2001:db8::1"));
    UNSIGNED_LONGS_EQUAL(0, flags(list, "127.0.0.1"));
}

TEST(AccessList, KnowsRulesForTheNtpPortOnly)
{
    const AccessList list{std::vector{entry("0.0.0.0/0", restrict_nomodify),
        entry("0.0.0.0/0", restrict_limited, true), entry("10.0.0.0/8", restrict_noquery),
        entry("10.1.0.0/16", restrict_ignore, true)}};
    UNSIGNED_LONGS_EQUAL(restrict_nomodify, flags(list, "192.0.2.1"));
    UNSIGNED_LONGS_EQUAL(restrict_limited, flags(list, "192.0.2.1", 123));
    UNSIGNED_LONGS_EQUAL(restrict_noquery, flags(list, "10.2.0.1", 123));
    UNSIGNED_LONGS_EQUAL(restrict_noquery, flags(list, "10.1.0.1"));
    UNSIGNED_LONGS_EQUAL(restrict_ignore, flags(list, "10.1.0.1", 123));
    UNSIGNED_LONGS_EQUAL(restrict_noquery, flags(list, "10.2.0.0", 123));
}

TEST(AccessList, TakesMasksThatAreNoPrefixes)
{
    const AccessList list{std::vector{entry("0.0.0.0/0", restrict_limited),
        masked_entry("10.0.0.1", "255.0.0.255", restrict_ignore),
        entry("10.5.0.0/16", restrict_noserve)}};
    UNSIGNED_LONGS_EQUAL(restrict_ignore, flags(list, "10.1.2.1"));
    UNSIGNED_LONGS_EQUAL(restrict_limited, flags(list, "10.1.2.2"));
    UNSIGNED_LONGS_EQUAL(restrict_noserve, flags(list, "10.5.0.1")); // the higher address wins
}

TEST(AccessList, MakesHostRulesForUpstreamsFromTheTemplate)
{
    RestrictEntry source;
    source.is_source_template = true;
    source.flags = restrict_noquery;
    const std::vector entries{entry("0.0.0.0/0", restrict_ignore), entry("::/0", restrict_ignore),
        entry("192.0.2.3/32", restrict_notrust), source};
    const std::vector upstreams{
        *parse_address("192.0.2.2"), *parse_address("192.0.2.3"), *parse_address("fe80::1%3")};
    const AccessList list{entries, upstreams};
    UNSIGNED_LONGS_EQUAL(restrict_noquery, flags(list, "192.0.2.2"));
    UNSIGNED_LONGS_EQUAL(restrict_notrust, flags(list, "192.0.2.3")); // has words of its own
    UNSIGNED_LONGS_EQUAL(restrict_noquery, flags(list, "fe80::1%3"));
    UNSIGNED_LONGS_EQUAL(restrict_ignore, flags(list, "192.0.2.4"));
    CHECK(list.rules()[list.find({upstreams[0], 123})].origin == Rule::Origin::source);

    const AccessList without{std::vector{entry("0.0.0.0/0", restrict_ignore)}, upstreams};
    UNSIGNED_LONGS_EQUAL(restrict_ignore, flags(without, "192.0.2.2"));
}

TEST(AccessList, ListsTheMostSpecificFirstAndIpv4BeforeIpv6)
{
    const AccessList list{
        std::vector{entry("::/0", 1), entry("0.0.0.0/0", 2), entry("10.0.0.0/8", 4),
            entry("10.0.0.0/16", 8), entry("10.0.0.0/16", 16, true), entry("2001:db8::/32", 32)}};
    std::vector<std::uint32_t> order;
    for (const Rule& rule : list.rules())
        order.push_back(rule.flags);
    CHECK((order == std::vector<std::uint32_t>{16, 8, 4, 2, 32, 1}));
}

TEST(AccessList, TranslatesEachFlag)
{
    const auto access = [](std::uint32_t flags) { return Rule{.flags = flags}.access(); };
    CHECK(access(restrict_ignore).ignore);
    CHECK(access(restrict_noserve).noserve);
    CHECK(access(restrict_noquery).noquery);
    CHECK(access(restrict_notrust).notrust);
    CHECK(access(restrict_version).version);
    CHECK(access(restrict_flake).flake);
    CHECK(access(restrict_kod).kod);
    CHECK(access(restrict_fuzz).fuzz);
    const auto none = access(restrict_limited | restrict_nopeer | restrict_notrap);
    CHECK_FALSE(none.ignore || none.noserve || none.noquery || none.notrust || none.version
        || none.flake || none.kod || none.fuzz);
}

TEST(AccessList, FindsWhatASlowSearchFinds)
{
    std::mt19937 random{20240607};
    const auto some_address = [&](Family family) {
        // Few values, so that prefixes nest and touch, also at both ends of the space.
        Address a = Address::any(family);
        for (std::size_t i = 0; i < a.size(); ++i)
            a.octets[i] = std::array{std::byte{0}, std::byte{1}, std::byte{0x80}, std::byte{0xfe},
                std::byte{0xff}}[random() % 5];
        return a;
    };
    for (int round = 0; round < 200; ++round) {
        std::vector<RestrictEntry> entries;
        for (std::uint32_t i = 0; i < 60; ++i) {
            const Family family = random() % 2 == 0 ? Family::ipv4 : Family::ipv6;
            const Address a = some_address(family);
            RestrictEntry e{.ntpport = random() % 4 == 0, .flags = 1u << random() % 15};
            e.mask = random() % 10 == 0 ? some_address(family)
                                        : mask_of(random() % (8 * a.size() + 1), family);
            e.address = a;
            for (std::size_t k = 0; k < 16; ++k)
                e.address.octets[k] &= e.mask.octets[k];
            entries.push_back(e);
        }
        const AccessList list{entries};
        const auto& rules = list.rules();
        for (int i = 0; i < 300; ++i) {
            const Family family = random() % 2 == 0 ? Family::ipv4 : Family::ipv6;
            const Endpoint from{
                some_address(family), static_cast<std::uint16_t>(random() % 2 == 0 ? 123 : 1024)};
            const auto slow = std::find_if(rules.begin(), rules.end(), [&](const Rule& r) {
                return r.matches(from.address) && (!r.ntpport || from.port == 123);
            });
            UNSIGNED_LONGS_EQUAL(slow - rules.begin(), list.find(from));
        }
    }
}

TEST(AccessList, FindsItsOwnRules)
{
    const AccessList list{std::vector{entry("10.0.0.0/8", 1), entry("10.0.0.0/8", 2, true),
        entry("10.0.0.0/9", 4), entry("2001:db8::/32", 8)}};
    for (std::uint32_t i = 0; i < list.rules().size(); ++i)
        CHECK(list.index_of(list.rules()[i]) == i);
    const AccessList other{std::vector{entry("10.0.0.0/10", 1)}};
    CHECK_FALSE(list.index_of(other.rules()[0]).has_value());
}

TEST(AccessList, TakesThousandsOfRules)
{
    std::vector<RestrictEntry> entries;
    for (std::uint32_t i = 0; i < 10'000; ++i)
        entries.push_back({.address = Address::ipv4(0x0a000000 + (i << 8)),
            .mask = Address::ipv4(0xffffff00),
            .flags = restrict_noserve});
    const AccessList list{entries};
    UNSIGNED_LONGS_EQUAL(restrict_noserve, flags(list, "10.39.15.9"));
    CHECK(flags(list, "10.39.16.0") != restrict_noserve);
}
