// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Files with mistakes: what is said of them, word for word, and what applies nevertheless.

#include "conf.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::config;

TEST_GROUP(ConfigMistakes)
{
    Loaded loaded;

    void load_sample(const std::string& name)
    {
        loaded = parsed(sample(name + ".conf"));
        const std::string expected = sample(name + ".expected");
        CHECK(!expected.empty());
        STRCMP_EQUAL(expected.c_str(), all(loaded.diagnostics).c_str());
    }
};

TEST(ConfigMistakes, AtHomeCostNoMoreThanTheirWord)
{
    load_sample("mistakes-home");

    LONGS_EQUAL(0, check_status(loaded.diagnostics));
    const LiveConfig& live = loaded.config.live;
    CHECK(source(loaded, "0.pool.ntp.org").iburst);
    LONGS_EQUAL(6, source(loaded, "0.pool.ntp.org").minpoll.log2);
    LONGS_EQUAL(17, source(loaded, "ntp1.example.net").maxpoll.log2);
    CHECK(live.driftfile.empty());
    LONGS_EQUAL(4, live.policy.minclock);
    CHECK(live.policy.stepout == Seconds{300});
    LONGS_EQUAL(1, live.statistics.size());
}

TEST(ConfigMistakes, InAccessFailClosed)
{
    load_sample("mistakes-access");

    LONGS_EQUAL(1, check_status(loaded.diagnostics)); // one restriction could not be applied
    STRCMP_EQUAL("127.0.0.1 mask 255.255.255.255\n"
                 "::1 mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\n"
                 "0.0.0.0 mask 0.0.0.0 noquery nomodify limited kod nopeer notrap\n"
                 ":: mask :: noquery nomodify limited kod nopeer notrap\n"
                 "192.0.2.0 mask 255.255.255.0 ignore noquery nomodify limited kod\n"
                 "198.51.100.0 mask 255.255.255.0 nomodify\n"
                 "203.0.113.0 mask 255.255.255.0 kod\n",
        access_list(loaded.config.live).c_str());
}

TEST(ConfigMistakes, AtAStratumOneLeaveTheOtherClocks)
{
    load_sample("mistakes-stratum1");

    LONGS_EQUAL(0, check_status(loaded.diagnostics));
    LONGS_EQUAL(3, loaded.config.live.sources.size());
    const SourceConfig& nmea = source(loaded, "127.127.20.0");
    STRCMP_EQUAL("GPSR", nmea.refclock->reference_id.c_str());
    LONGS_EQUAL(4, nmea.minpoll.log2);
    CHECK(source(loaded, "127.127.22.0").is_preferred);
    CHECK(source(loaded, "authentic.example.net").host.empty()); // it lost its key
}
