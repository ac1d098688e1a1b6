// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What the fast path is told and what it adds: here, to the hits of rules.

#include "serve/fast_lane.h"

#include "serve/figures.h"
#include "unit/serve/fakes.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::serve;
using namespace timeball::serve::test;

TEST_GROUP(FastLane)
{
    FakeFastPath path;
    FakeLog log;
    FastLane lane{&path, log, {}};
    Setting setting;

    static config::RestrictEntry network(std::uint32_t address, std::uint32_t flags)
    {
        return {.address = Address::ipv4(address),
            .mask = Address::ipv4(0xffffff00),
            .flags = flags,
            .line = 1};
    }
    void obey(const std::vector<config::RestrictEntry>& entries)
    {
        setting.access = std::make_shared<const AccessList>(entries);
        CHECK(lane.obey(setting, {}, {}, 0));
    }
    std::uint64_t hits(std::uint32_t address)
    {
        const auto all = rule_rows(*setting.access, {}, lane.rule_hits());
        return all[setting.access->find({Address::ipv4(address), 40000})].hits;
    }
    void hit(std::uint32_t address, std::uint64_t times)
    {
        path.hits.resize(setting.access->rules().size());
        path.hits[setting.access->find({Address::ipv4(address), 40000})] += times;
    }
};

TEST(FastLane, ShowsHowOftenTheKernelWentByARule)
{
    obey({network(0xc0000200, config::restrict_ignore)});
    hit(0xc0000201, 7);
    hit(0xcb007101, 5);
    LONGS_EQUAL(7, hits(0xc0000201));
    LONGS_EQUAL(5, hits(0xcb007101));
}

TEST(FastLane, CountsOnForRulesThatStay)
{
    obey({network(0xc0000200, config::restrict_ignore), network(0xc6336400, 0)});
    hit(0xc0000201, 7);
    hit(0xc6336401, 3);
    obey({network(0x0a000000, 0), network(0xc0000200, config::restrict_noserve)});
    LONGS_EQUAL(7, hits(0xc0000201)); // the flags are others, the rule is the same
    LONGS_EQUAL(0, hits(0x0a000001));
    hit(0xc0000201, 2);
    LONGS_EQUAL(9, hits(0xc0000201));
    obey({network(0x0a000000, 0), network(0xc0000200, config::restrict_ignore)});
    LONGS_EQUAL(9, hits(0xc0000201));
}

TEST(FastLane, CountsNothingTwiceWhenTheKernelSeesNoDifference)
{
    obey({network(0xc0000200, config::restrict_nomodify)});
    hit(0xc0000201, 7);
    obey({network(0xc0000200, 0)}); // the same, as long as time is all that is asked for
    LONGS_EQUAL(7, hits(0xc0000201));
}

TEST(FastLane, AddsNothingWhereThereIsNoFastPath)
{
    FastLane none{nullptr, log, {}};
    setting.access = std::make_shared<const AccessList>(std::vector<config::RestrictEntry>{});
    CHECK(none.obey(setting, {}, {}, 0));
    CHECK(none.rule_hits().empty());
}
