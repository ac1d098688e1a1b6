// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Where time comes from: servers, pools, clocks, and words that belong together.

#include "conf.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::config;

TEST_GROUP(Upstreams)
{
    Loaded loaded;

    // Loads these lines behind enough others; the sources that they make.
    std::vector<SourceConfig> sources(const std::string& lines)
    {
        loaded = parsed(lines + "\npool enough.example\n");
        auto result = loaded.config.live.sources;
        result.pop_back();
        return result;
    }
    SourceConfig only(const std::string& line)
    {
        const auto all_of_them = sources(line);
        LONGS_EQUAL(1, all_of_them.size());
        return all_of_them.empty() ? SourceConfig{} : all_of_them.front();
    }
    void expect(const std::string& text)
    {
        STRCMP_EQUAL(text.c_str(), all(loaded.diagnostics).c_str());
    }
    bool says(const std::string& text)
    {
        return all(loaded.diagnostics).find(text) != std::string::npos;
    }
};

TEST(Upstreams, AServerHasTheUsualDefaults)
{
    const SourceConfig s = only("server a.example");
    CHECK(s == (SourceConfig{.host = "a.example"}));
    CHECK(s.minpoll.log2 == 6 && s.maxpoll.log2 == 10 && s.version == 4 && s.port == 123);
    LONGS_EQUAL(1, s.line);
    expect("");
}

TEST(Upstreams, AnAddressMayHaveBracketsAndAScope)
{
    STRCMP_EQUAL("2001:db8::1", only("server [2001:db8::1]").host.c_str());
    STRCMP_EQUAL("fe80::1%eth0", only("server fe80::1%eth0").host.c_str());
    STRCMP_EQUAL("fe80::1%2", only("server [fe80::1%2]").host.c_str());
    expect("");
}

TEST(Upstreams, APortBehindTheNameIsForNts)
{
    const SourceConfig v6 = only("server [2001:db8::1]:4461 nts");
    STRCMP_EQUAL("2001:db8::1", v6.host.c_str());
    LONGS_EQUAL(4461, v6.nts_port);
    LONGS_EQUAL(123, v6.port);

    const SourceConfig plain = only("server a.example:11123 iburst");
    STRCMP_EQUAL("a.example", plain.host.c_str());
    CHECK(plain.iburst && plain.port == 123 && plain.nts_port == 4460);
    expect("ntp.conf:1:8: warning: 'a.example:11123': a port stands behind the name of an NTS "
           "server only (did you mean 'port 11123'?); it was skipped, the rest of the line "
           "applied\n");
}

TEST(Upstreams, FamiliesAreFlagsBeforeTheName)
{
    CHECK(only("server -4 a.example").family == Family::ipv4);
    CHECK(only("pool -6 a.example").family == Family::ipv6);
    CHECK(sources("server -6 192.0.2.1").empty());
    CHECK(says("'192.0.2.1' is of the other family; the line was skipped"));
}

TEST(Upstreams, ThatCannotBeServersAreSkipped)
{
    for (const char* host : {"224.0.1.1", "ff05::101", "255.255.255.255", "0.0.0.0",
             "::", "192.0.2.300", "a,b", "\"\"", "300"}) {
        CHECK(sources(std::string{"server "} + host).empty());
        LONGS_EQUAL(1, loaded.diagnostics.size());
    }
    CHECK(sources("server").empty());
    expect("ntp.conf:1: warning: 'server' wants a name or an address; the line was skipped\n");
    LONGS_EQUAL(1, sources("server 127.0.0.3").size()); // another server on this machine
}

TEST(Upstreams, TheSameTwiceIsOne)
{
    LONGS_EQUAL(1, sources("server a.example\nserver a.example iburst").size());
    expect("ntp.conf:2:8: warning: 'a.example' is configured already; the line was skipped\n");
    LONGS_EQUAL(2, sources("server a.example\nserver a.example port 124").size());
    LONGS_EQUAL(1, sources("server a.example\npeer a.example").size());
    LONGS_EQUAL(2, sources("server a.example\npool a.example").size());
}

TEST(Upstreams, PollsAreClampedAndOrdered)
{
    SourceConfig s = only("server a.example minpoll 1 maxpoll 20");
    CHECK(s.minpoll.log2 == 3 && s.maxpoll.log2 == 17);
    expect("ntp.conf:1:26: warning: 'minpoll' of 'server' wants a whole number from 3 to 17 (log2 "
           "s), not '1'; 3 is taken\n"
           "ntp.conf:1:36: warning: 'maxpoll' of 'server' wants a whole number from 3 to 17 (log2 "
           "s), not '20'; 17 is taken\n");
    s = only("server a.example maxpoll 5 minpoll 7");
    CHECK(s.minpoll.log2 == 7 && s.maxpoll.log2 == 7);
    expect("ntp.conf:1: warning: 'maxpoll' 5 is below 'minpoll' 7; 7 is taken for both\n");
    s = only("server a.example minpoll 12"); // the default maxpoll goes along silently
    CHECK(s.minpoll.log2 == 12 && s.maxpoll.log2 == 12);
    expect("");
}

TEST(Upstreams, AnUnknownWordAndItsValueAreSkipped)
{
    CHECK(only("server a.example minpol 4 iburst prefer").is_preferred);
    expect("ntp.conf:1:18: warning: 'minpol' is not an option of 'server' (did you mean "
           "'minpoll'?); the word and its value '4' were skipped, the rest of the line applied\n");
    CHECK(only("pool a.example frob 7 iburst").iburst);
    expect("ntp.conf:1:16: warning: 'frob' is not an option of 'pool'; the word and its value '7' "
           "were skipped, the rest of the line applied\n");
    CHECK(only("server a.example ibrust prefer").is_preferred);
    expect("ntp.conf:1:18: warning: 'ibrust' is not an option of 'server' (did you mean "
           "'iburst'?); the word was skipped, the rest of the line applied\n");
    CHECK(only("server a.example maxclock 7 iburst").iburst);
    expect("ntp.conf:1:18: warning: 'maxclock' is not an option of 'server' (it is one of 'tos'); "
           "the word and its value '7' were skipped, the rest of the line applied\n");
}

TEST(Upstreams, AMissingValueTakesNoOtherWord)
{
    SourceConfig s = only("server a.example minpoll iburst");
    CHECK(s.iburst && s.minpoll.log2 == 6);
    expect("ntp.conf:1:18: warning: 'minpoll' of 'server' wants a whole number from 3 to 17 (log2 "
           "s), and 'iburst' follows; the word was skipped, the rest of the line applied\n");
    s = only("server a.example iburst minpoll");
    CHECK(s.iburst);
    expect("ntp.conf:1:25: warning: 'minpoll' of 'server' wants a whole number from 3 to 17 (log2 "
           "s), and nothing follows; the word was skipped, the rest of the line applied\n");
    s = only("server a.example minpoll four iburst");
    CHECK(s.iburst && s.minpoll.log2 == 6);
    expect("ntp.conf:1:26: warning: 'minpoll' of 'server' wants a whole number from 3 to 17 (log2 "
           "s), not 'four'; the word and its value were skipped, the rest of the line applied\n");
}

TEST(Upstreams, AreLeftOutWhenTheyWouldLoseTheirAuthentication)
{
    for (const char* words : {"key 70000", "key abc", "key", "kye 5", "ntss", "key 65535"}) {
        CHECK(sources(std::string{"server a.example iburst "} + words).empty());
        CHECK(says("'a.example' was left out: without '"));
    }
    LONGS_EQUAL(65534, only("server a.example key 65534").key.value);
}

TEST(Upstreams, BurstIsNotForThePool)
{
    CHECK_FALSE(only("pool a.example burst iburst").burst);
    CHECK(says("'burst' is for servers of one's own"));
    CHECK_FALSE(only("server 0.de.pool.ntp.org burst").burst);
    CHECK(says("'burst' is for servers of one's own"));
    CHECK(only("server ntp.example burst").burst);
    expect("");
}

TEST(Upstreams, APeerIsUsedAsAServer)
{
    CHECK(only("peer a.example").type == SourceType::peer);
    expect("ntp.conf:1:1: warning: 'peer': 'a.example' is used as a server; symmetric associations "
           "are not made\n");
}

TEST(Upstreams, FudgeMayStandBeforeItsClock)
{
    const SourceConfig s = only("fudge 127.127.28.1 time1 0.5g refid GPS\nserver 127.127.28.1");
    CHECK(s.refclock && s.refclock->reference_id == "GPS");
    DOUBLES_EQUAL(0.5 + 1024 * 604800.0, s.refclock->time1.count(), 1e-6);
    expect("");
    sources("fudge 127.127.28.1 time1 0.5\nfudge 192.0.2.1 time1 1");
    expect("ntp.conf:1:7: warning: there is no reference clock '127.127.28.1'; the line was "
           "skipped\n"
           "ntp.conf:2:7: warning: 'fudge' wants the address of a reference clock, 127.127.t.u; "
           "the line was skipped\n");
}

TEST(Upstreams, DeviceNamesTheFilesOfAClock)
{
    const SourceConfig s
        = only("server 127.127.20.0\ndevice 127.127.20.0 timedata /dev/ttyS1 ppsdata /dev/pps1");
    STRCMP_EQUAL("/dev/ttyS1", s.refclock->path.c_str());
    STRCMP_EQUAL("/dev/pps1", s.refclock->ppspath.c_str());
    expect("");
}

TEST(Upstreams, ClocksThatNobodyCanReadAreLeftOut)
{
    CHECK(sources("refclock trimble unit 1").empty());
    expect("ntp.conf:1:10: warning: reference clock driver 'trimble' is not supported; the clock "
           "was left out\n");
    CHECK(sources("refclock nmae").empty());
    expect("ntp.conf:1:10: warning: reference clock driver 'nmae' is not supported (did you mean "
           "'nmea'?); the clock was left out\n");
    CHECK(sources("server 127.127.8.0 mode 5").empty());
    expect("ntp.conf:1:8: warning: '127.127.8.0': reference clock driver 8 (generic) is not "
           "supported; the clock was left out\n");
    CHECK(sources("server 127.127.99.0").empty());
    expect("ntp.conf:1:8: warning: '127.127.99.0': reference clock driver 99 is not supported; the "
           "clock was left out\n");
    CHECK(sources("refclock").empty());
}

TEST(Upstreams, ClocksWithAPathAreNumberedByThemselves)
{
    const auto clocks = sources("refclock phc path /dev/ptp0\nrefclock phc path /dev/ptp1");
    LONGS_EQUAL(2, clocks.size());
    STRCMP_EQUAL("PHC(0)", clocks[0].host.c_str());
    STRCMP_EQUAL("PHC(1)", clocks[1].host.c_str());
    LONGS_EQUAL(1, clocks[1].refclock->unit);
    expect("");
    LONGS_EQUAL(1, sources("refclock pps unit 1\nserver 127.127.22.1").size());
}

TEST(Upstreams, AReferenceIdentifierHasFourCharacters)
{
    STRCMP_EQUAL("GPSD", only("refclock pps refid GPSDO").refclock->reference_id.c_str());
    expect("ntp.conf:1: warning: 'refid' has at most four characters; 'GPSDO' became 'GPSD'\n");
    STRCMP_EQUAL("LONG",
        only("refclock pps\nfudge 127.127.22.0 refid LONGER").refclock->reference_id.c_str());
    expect("ntp.conf:2: warning: 'refid' has at most four characters; 'LONGER' became 'LONG'\n");
}

TEST(Upstreams, AreForgottenAgain)
{
    CHECK(sources("server a.example\nunconfig a.example").empty());
    CHECK(sources("refclock shm unit 2\nunpeer clock shm unit 2").empty());
    CHECK(sources("server [2001:db8::1]\nunpeer [2001:db8::1]").empty());
    LONGS_EQUAL(1, sources("server a.example\nunpeer b.example").size());
    expect("ntp.conf:2:8: warning: 'b.example' is not configured: nothing was removed\n");
}

TEST(Upstreams, FewAreNoted)
{
    loaded = parsed("server a.example\nserver b.example noselect\n");
    expect("timeballd: note: 1 server is few: with four, one may fail and another lie\n");
    loaded = parsed("refclock pps\nserver b.example\n");
    expect("");
    loaded = parsed("tos orphan 5\n");
    expect("");
    loaded = parsed("");
    expect("timeballd: warning: there is no source of time: name servers, a pool or a reference "
           "clock\n");
}
