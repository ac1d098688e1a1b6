// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What a reload changes, and what it leaves alone.

#include "conf.h"
#include "config/diff.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::config;

namespace {

Changes between(const std::string& before, const std::string& after)
{
    return diff(parsed(before).config.live, parsed(after).config.live);
}

std::string hosts(const std::vector<SourceConfig>& sources)
{
    std::string result;
    for (const SourceConfig& s : sources)
        result += s.host + " ";
    return result;
}

} // namespace

TEST_GROUP(ConfigDiff){};

TEST(ConfigDiff, OfTheSameIsNothing)
{
    for (const char* name : {"s1.conf", "s2.conf", "s3.conf", "s4.conf", "s5.conf", "s6.conf",
             "s7.conf", "s8.conf", "s9.conf"})
        CHECK(between(sample(name), "# moved by a line\n\n" + sample(name)).is_empty());
}

TEST(ConfigDiff, KnowsSourcesByWhatAndWhereTheyAre)
{
    const Changes c = between("server a.example\nserver b.example minpoll 5\nserver c.example\n",
        "server d.example\nserver b.example minpoll 6\nserver a.example port 124\n"
        "server c.example\n");
    STRCMP_EQUAL("a.example ", hosts(c.removed).c_str());
    STRCMP_EQUAL("d.example a.example ", hosts(c.added).c_str());
    STRCMP_EQUAL("b.example ", hosts(c.changed).c_str());
    LONGS_EQUAL(6, c.changed[0].minpoll.log2);
    CHECK_FALSE(c.policy || c.access);
}

TEST(ConfigDiff, AChangedClockIsTheSameClock)
{
    const Changes c = between("refclock nmea time2 0.1\n", "refclock nmea time2 0.2\n");
    STRCMP_EQUAL("127.127.20.0 ", hosts(c.changed).c_str());
    CHECK(c.added.empty() && c.removed.empty());
}

TEST(ConfigDiff, SaysWhichSubjectsChanged)
{
    const std::pair<const char*, bool Changes::*> subjects[]
        = {{"restrict default noserve", &Changes::access}, {"restrict x.example", &Changes::access},
            {"limit burst 5", &Changes::limit}, {"mru maxmem 5", &Changes::mru},
            {"nic ignore all", &Changes::interfaces}, {"dscp 0", &Changes::interfaces},
            {"tos minclock 5", &Changes::policy}, {"disable ntp", &Changes::policy},
            {"leapfile /a", &Changes::leap}, {"driftfile /a", &Changes::drift},
            {"statistics loopstats", &Changes::statistics}, {"logfile /a", &Changes::log},
            {"trustedkey 1", &Changes::keys}, {"setvar a = b", &Changes::variables},
            {"nts cookie /a", &Changes::nts}};
    for (const auto& [line, member] : subjects) {
        Changes c = between("", line);
        CHECK(c.*member);
        c.*member = false;
        CHECK(c.is_empty()); // and nothing else
    }
}

TEST(ConfigDiff, SaysWhatOnlyARestartChanges)
{
    const auto start = [](const char* text) { return parsed("", text).config.start; };
    const auto names = wants_restart(start(""), start("port = 5; clock = \"none\";"));
    CHECK(names == (std::vector<std::string>{"clock", "port"}));
    CHECK(wants_restart(start("port = 3;"), start("port = 3;")).empty());
}
