// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Who may ask, as a file says it: merging, taking away, and closing when in doubt.

#include "conf.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::config;

namespace {

const std::string v4_default = "0.0.0.0 mask 0.0.0.0 ";
const std::string v6_default = ":: mask :: ";
const std::string v4_loopback = "127.0.0.1 mask 255.255.255.255\n";
const std::string v6_loopback = "::1 mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\n";
const std::string loopbacks = v4_loopback + v6_loopback;
const std::string closed = "noquery nomodify limited kod";

} // namespace

TEST_GROUP(Restrict)
{
    Loaded loaded;

    // Loads these lines behind a pool, and shows the access list.
    std::string list(const std::string& lines)
    {
        loaded = parsed(lines + "\npool a.example\n");
        return access_list(loaded.config.live);
    }
    std::string said()
    {
        return all(loaded.diagnostics);
    }
};

TEST(Restrict, HasACarefulDefaultAndFreeLoopbacks)
{
    STRCMP_EQUAL((v4_default + closed + "\n" + v6_default + closed + "\n" + loopbacks).c_str(),
        list("").c_str());
}

TEST(Restrict, OfOneFamilyLeavesTheOtherItsDefault)
{
    STRCMP_EQUAL((v6_default + closed + "\n" + loopbacks + v4_default + "noserve\n").c_str(),
        list("restrict -4 default noserve").c_str());
    STRCMP_EQUAL((v4_default + closed + "\n" + loopbacks + v6_default + "noserve\n").c_str(),
        list("restrict -6 default noserve").c_str());
    STRCMP_EQUAL((v6_default + closed + "\n" + loopbacks + v4_default + "noserve\n").c_str(),
        list("restrict 0.0.0.0 mask 0.0.0.0 noserve").c_str());
    STRCMP_EQUAL((v4_default + closed + "\n" + loopbacks + v6_default + "noserve\n").c_str(),
        list("restrict ::/0 noserve").c_str());
}

TEST(Restrict, ADefaultWithoutFlagsIsOpenBecauseItSaysSo)
{
    STRCMP_EQUAL((loopbacks + "0.0.0.0 mask 0.0.0.0\n:: mask ::\n").c_str(),
        list("restrict default").c_str());
}

TEST(Restrict, TheSameAddressTwiceHasTheFlagsOfBoth)
{
    CHECK(list("restrict 10.0.0.0/8 noquery\nrestrict 10.1.2.3 mask 255.0.0.0 nomodify")
              .ends_with("10.0.0.0 mask 255.0.0.0 noquery nomodify\n"));
    CHECK(list("restrict 10.0.0.0/8 noquery\nrestrict 10.0.0.0/8 ntpport ignore")
              .ends_with("10.0.0.0 mask 255.0.0.0 noquery\n"
                         "10.0.0.0 mask 255.0.0.0 ntpport ignore\n"));
    LONGS_EQUAL(1, loaded.config.live.restrictions[4].line);
}

TEST(Restrict, AMaskMayHaveHoles)
{
    CHECK(list("restrict 10.1.2.3 mask 255.0.255.0 ignore")
              .ends_with("10.0.2.0 mask 255.0.255.0 ignore\n"));
    CHECK(list("restrict 2001:db8::1 mask ffff::ffff ignore")
              .ends_with("2001::1 mask ffff::ffff ignore\n"));
    CHECK(list("restrict [2001:db8::]/32 ignore").find("error") == std::string::npos);
}

TEST(Restrict, SpeaksOfLoopbacksInWiderEntriesToo)
{
    STRCMP_EQUAL((v4_default + closed + "\n" + v6_default + closed + "\n" + v6_loopback
                     + "127.0.0.0 mask 255.0.0.0 ignore\n")
                     .c_str(),
        list("restrict 127.0.0.0/8 ignore").c_str());
    // A default is no word about loopbacks, nor is an entry for packets from port 123 only.
    CHECK(list("restrict default ignore").starts_with(loopbacks));
    CHECK(list("restrict 127.0.0.0/8 ntpport ignore").find(v4_loopback) != std::string::npos);
}

TEST(Restrict, NamesAreResolvedLater)
{
    list("restrict time.example noquery\nrestrict -6 time.example mask ffff:: nomodify\n"
         "restrict time.example nomodify");
    const auto& names = loaded.config.live.restrict_names;
    LONGS_EQUAL(2, names.size());
    STRCMP_EQUAL("time.example", names[0].host.c_str());
    STRCMP_EQUAL("noquery nomodify", flag_words(names[0].entry.flags).c_str());
    CHECK(names[0].entry.mask.is_any() && !names[0].family);
    CHECK(names[1].family == Family::ipv6);
    STRCMP_EQUAL("ffff::", to_string(names[1].entry.mask).c_str());
    CHECK_FALSE(names[0].entry == names[1].entry);
}

TEST(Restrict, UnrestrictTakesFlagsAway)
{
    CHECK(list("restrict 10.0.0.0/8 noquery nomodify\nunrestrict 10.0.0.0/8 nomodify")
              .ends_with("10.0.0.0 mask 255.0.0.0 noquery\n"));
    CHECK(list("restrict 10.0.0.0/8 noquery\nunrestrict 10.0.0.0/8").find("10.0.0.0 mask")
        == std::string::npos);
    CHECK(list("unrestrict default noquery").find(v4_default + "nomodify limited kod\n")
        != std::string::npos);
    CHECK(list("unrestrict default").find("0.0.0.0 mask 0.0.0.0\n") != std::string::npos);
    CHECK(list("unrestrict 127.0.0.1").find(v4_loopback) == std::string::npos);
    CHECK(list("restrict source noquery\ndelrestrict source").find("source") == std::string::npos);
    CHECK(list("restrict a.example noquery\ndelrestrict a.example").find("source")
        == std::string::npos);
    CHECK(loaded.config.live.restrict_names.empty());
}

TEST(Restrict, UnrestrictWithATypingMistakeTakesNothingAway)
{
    CHECK(list("restrict 10.0.0.0/8 noquery nomodify\nunrestrict 10.0.0.0/8 noqery")
              .ends_with("10.0.0.0 mask 255.0.0.0 noquery nomodify\n"));
    STRCMP_EQUAL("ntp.conf:2:23: warning: 'noqery' is not an option of 'unrestrict' (did you mean "
                 "'noquery'?); the word was skipped, the rest of the line applied\n"
                 "ntp.conf:2:12: note: to be safe nothing was taken away\n",
        said().c_str());
}

TEST(Restrict, WithAnUnknownWordClosesWhatTheDefaultCloses)
{
    CHECK(list("restrict default noserve wibble").find(v4_default + "noserve " + closed + "\n")
        != std::string::npos);
    STRCMP_EQUAL("ntp.conf:1:26: warning: 'wibble' is not an option of 'restrict'; the word was "
                 "skipped, the rest of the line applied\n"
                 "ntp.conf:1:10: note: to be safe the entry for 'default' also has: noquery "
                 "nomodify limited kod\n",
        said().c_str());
    LONGS_EQUAL(0, check_status(loaded.diagnostics));
}

TEST(Restrict, WithATypingMistakeClosesWhatWasProbablyMeant)
{
    CHECK(list("restrict 192.0.2.0/24 ingore")
              .ends_with("192.0.2.0 mask 255.255.255.0 ignore " + closed + "\n"));
    CHECK(list("restrict 127.0.0.1 notrsut")
              .ends_with("127.0.0.1 mask 255.255.255.255 " + closed + " notrust\n"));
}

TEST(Restrict, NeverGetsMoreOpenByAWordNobodyKnows)
{
    // Whatever the other flags are: with the unknown word the entry has all of them, and more.
    const char* flags[] = {"ignore", "noserve", "noquery", "nomodify", "nomrulist", "limited",
        "notrust", "version", "flake"};
    for (unsigned bits = 0; bits < 512; ++bits) {
        std::string line = "restrict 192.0.2.0/24";
        for (unsigned i = 0; i < 9; ++i)
            if ((bits >> i & 1) != 0)
                line += std::string{" "} + flags[i];
        list(line);
        const auto without = loaded.config.live.restrictions.back().flags;
        list(line + " xyzzy");
        const auto with = loaded.config.live.restrictions.back().flags;
        UNSIGNED_LONGS_EQUAL(without | built_in_restrictions, with);
    }
}

TEST(Restrict, ThatCannotBeAppliedMakesServingUnsafe)
{
    for (const char* line : {"restrict 10.0.0.300 ignore", "restrict 10.0.0.0/33 ignore",
             "restrict 10.0.0.0 mask 255.0.0 ignore", "restrict 10.0.0.0 mask ffff:: ignore",
             "restrict -6 10.0.0.0 ignore", "restrict default mask 255.0.0.0 ignore",
             "restrict a/8 ignore", "restrict 10/8 igonre"}) {
        const auto before = access_list(parsed("pool a.example\n").config.live);
        STRCMP_EQUAL(before.c_str(), list(line).c_str());
        LONGS_EQUAL(1, check_status(loaded.diagnostics));
        CHECK(said().find("ntp.conf:1:") == 0);
    }
    // An entry that only opens may be missed without harm.
    list("restrict 10.0.0.300");
    LONGS_EQUAL(0, check_status(loaded.diagnostics));
    STRCMP_EQUAL("ntp.conf:1:10: warning: '10.0.0.300' is no address, no prefix and no host name; "
                 "the line was skipped\n",
        said().c_str());
    list("restrict");
    LONGS_EQUAL(0, check_status(loaded.diagnostics));
}

TEST(Restrict, TellsWhenAKissIsNeverSent)
{
    list("restrict default kod nomodify");
    STRCMP_EQUAL("ntp.conf:1:10: warning: 'kod' for 'default' does nothing without 'limited'\n",
        said().c_str());
    list("restrict default kod nomodify\nrestrict default limited");
    STRCMP_EQUAL("", said().c_str());
    list("restrict a.example kod");
    STRCMP_EQUAL("ntp.conf:1:10: warning: 'kod' for 'a.example' does nothing without 'limited'\n",
        said().c_str());
}

TEST(Restrict, AcceptsWithoutAWordWhatEveryFileHas)
{
    list("restrict default kod limited nomodify notrap nopeer noepeer lowpriotrap ippeerlimit -1");
    STRCMP_EQUAL("", said().c_str());
}

TEST(Restrict, AWrongValueOfAHarmlessWordClosesNothing)
{
    CHECK(list("restrict 10.0.0.0/8 ippeerlimit x nomodify")
              .ends_with("10.0.0.0 mask 255.0.0.0 nomodify\n"));
    CHECK(said().starts_with("ntp.conf:1:33: warning: 'ippeerlimit' of 'restrict' wants a whole "
                             "number from -1 to 1000000"));
}

TEST(Restrict, LimitAndDiscardAreTwoRules)
{
    list("limit average 2\ndiscard minimum 1");
    CHECK(loaded.config.live.limit.rule == LimitRule::classic);
    STRCMP_EQUAL("ntp.conf:2: warning: 'limit' and 'discard' are two rules for the same thing: the "
                 "last one in the file holds\n",
        said().c_str());
    list("limit v6prefix 16 burst 0");
    LONGS_EQUAL(32, loaded.config.live.limit.v6_prefix);
    DOUBLES_EQUAL(1, loaded.config.live.limit.burst, 0);
    STRCMP_EQUAL("ntp.conf:1:16: warning: 'v6prefix' of 'limit' wants a whole number from 32 to "
                 "128 (bits), not '16'; 32 is taken\n"
                 "ntp.conf:1:25: warning: 'burst' of 'limit' wants a number from 1 to 1000000 "
                 "(packets), not '0'; 1 is taken\n",
        said().c_str());
}
