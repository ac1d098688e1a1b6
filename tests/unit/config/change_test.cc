// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Changing a configuration that is in force, and writing it down.

#include "unit/config/conf.h"

#include "config/diff.h"
#include "config/save.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::config;

TEST_GROUP(ConfigChange)
{
    Config now = parsed("server ntp1.example.net iburst\nserver 192.0.2.1\n"
                        "restrict default limited kod nomodify noquery\n"
                        "restrict 10.0.0.0/8 nomodify\ntrustedkey 1 2\ncontrolkey 1\n"
                        "keys /etc/ntp.keys\ntos minsane 2\nlogconfig =all\n")
                     .config;

    Loaded amended(std::string_view lines)
    {
        return amend(now, lines, complete_build);
    }
    Changes change(std::string_view lines)
    {
        const auto done = amended(lines);
        STRCMP_EQUAL("", all(done.diagnostics).c_str());
        const Changes changes = diff(now.live, done.config.live);
        now = done.config;
        return changes;
    }
    // What is said, and that nothing happened.
    std::string refusal(std::string_view lines)
    {
        const auto done = amended(lines);
        CHECK(diff(now.live, done.config.live).is_empty());
        return all(done.diagnostics);
    }
};

TEST(ConfigChange, AddsAndRemovesSources)
{
    auto changes = change("server ntp2.example.net iburst minpoll 4");
    LONGS_EQUAL(1, changes.added.size());
    LONGS_EQUAL(0, changes.removed.size() + changes.changed.size());
    LONGS_EQUAL(4, changes.added[0].minpoll.log2);
    changes = change("unpeer ntp2.example.net\nunconfig 192.0.2.1\npool pool.example.net");
    LONGS_EQUAL(2, changes.removed.size());
    LONGS_EQUAL(1, changes.added.size());
    LONGS_EQUAL(2, now.live.sources.size());
}

TEST(ConfigChange, MeansLinesInTheirOrder)
{
    const auto changes = change("unpeer 192.0.2.1\nserver 192.0.2.1 minpoll 5");
    LONGS_EQUAL(1, changes.changed.size());
    LONGS_EQUAL(5, changes.changed[0].minpoll.log2);
}

TEST(ConfigChange, TakesAPeerAsAServer)
{
    const auto done = amended("peer 192.0.2.7");
    LONGS_EQUAL(3, done.config.live.sources.size());
}

TEST(ConfigChange, RestrictsAndUnrestricts)
{
    CHECK(change("restrict 198.51.100.0/24 ignore").access);
    CHECK(access_list(now.live).find("198.51.100.0 mask 255.255.255.0 ignore\n")
        != std::string::npos);
    CHECK(change("unrestrict 10.0.0.0/8 nomodify").access);
    CHECK(access_list(now.live).find("10.0.0.0 mask 255.0.0.0\n") != std::string::npos);
    CHECK(change("delrestrict 198.51.100.0/24").access);
    CHECK(access_list(now.live).find("198.51.100.0") == std::string::npos);
    CHECK(change("unrestrict 10.0.0.0/8").access);
    CHECK(access_list(now.live).find("10.0.0.0") == std::string::npos);
}

TEST(ConfigChange, TouchesNothingElse)
{
    Changes only;
    only.policy = true;
    CHECK(change("tos minclock 5 minsane 3\ntinker panic 0") == only);
    LONGS_EQUAL(5, now.live.policy.minclock);
    only = {};
    only.limit = true;
    CHECK(change("limit burst 7") == only);
    only = {};
    only.mru = true;
    CHECK(change("mru maxdepth 1000") == only);
    only = {};
    only.variables = true;
    CHECK(change("setvar site = \"north wing\" default") == only);
    only = {};
    only.log = true;
    CHECK(change("logconfig +syncall") == only);
    STRCMP_EQUAL("=all +syncall", now.live.logconfig.c_str());
}

TEST(ConfigChange, TrustsMoreKeys)
{
    CHECK(change("trustedkey (5 ... 7)").keys);
    LONGS_EQUAL(5, now.live.trusted_keys.size());
    LONGS_EQUAL(7, now.live.trusted_keys.back().value);
    CHECK(change("controlkey 6").keys);
    LONGS_EQUAL(6, now.live.control_key.value);
}

TEST(ConfigChange, SwitchesOffAndOn)
{
    CHECK(change("disable ntp").policy);
    CHECK_FALSE(now.live.ntp);
    CHECK(change("enable ntp").policy);
    CHECK(now.live.ntp && now.live.policy.steers);
}

TEST(ConfigChange, DoesAllOrNothing)
{
    const auto said = refusal("tos minclock 5\nserver ntp3.example.net iburts");
    CHECK(said.starts_with("change:2:25: warning: "));
    CHECK(said.find("did you mean 'iburst'?") != std::string::npos);
    CHECK(refusal("sever ntp3.example.net").find("is not a directive") != std::string::npos);
    CHECK(refusal("unpeer 192.0.2.99").find("nothing was removed") != std::string::npos);
    CHECK(refusal("server 192.0.2.1").find("configured already") != std::string::npos);
}

TEST(ConfigChange, NamesNoFiles)
{
    for (const char* line : {"driftfile /tmp/x", "logfile /tmp/x", "pidfile /tmp/x",
             "statsdir /tmp/x", "includefile /tmp/x", "keys /tmp/x", "leapfile /tmp/x",
             "saveconfigdir /tmp/x", "filegen loopstats file x", "enable stats",
             "server 192.0.2.7 nts ca /tmp/x", "refclock shm unit 0 path /tmp/x",
             "device 127.127.20.0 timedata /tmp/x", "nts cert /tmp/x"})
        CHECK_TEXT(refusal(line).find("not permitted over the network") != std::string::npos
                || refusal(line).find("which is not permitted") != std::string::npos,
            line);
}

TEST(ConfigChange, KeepsTheLoopbackFreeOnlyWhileNobodySaysOtherwise)
{
    change("restrict 127.0.0.0/8 ignore");
    CHECK(access_list(now.live).find("127.0.0.1 ") == std::string::npos);
    change("delrestrict 127.0.0.0/8");
    CHECK(access_list(now.live).find("127.0.0.1 ") != std::string::npos);
    change("delrestrict 127.0.0.1");
    change("tos minsane 1");
    CHECK(access_list(now.live).find("127.0.0.1 ") == std::string::npos);
}

TEST_GROUP(ConfigSave){static void goes_round(const Config& config, const char* name){
    const std::string text = to_ntp_conf(config.live);
const auto again = parsed(text);
const Changes changes = diff(config.live, again.config.live);
CHECK_TEXT(changes.is_empty(),
    (std::string{name} + " does not load to the same:\n" + text + all(again.diagnostics)).c_str());
STRCMP_EQUAL_TEXT(text.c_str(), to_ntp_conf(again.config.live).c_str(), name);
}
}
;

TEST(ConfigSave, WritesWhatLoadsToTheSame)
{
    for (const char* name :
        {"s1.conf", "s2.conf", "s3.conf", "s4.conf", "s5.conf", "s6.conf", "s7.conf", "s9.conf",
            "freebsd.conf", "ntppool.conf", "opnsense.conf", "rhel.conf", "ubuntu.conf"})
        goes_round(parsed(sample(name)).config, name);
    goes_round(parsed("").config, "nothing");
}

// Every word of the option table that holds a value, with one that is not its default.
TEST(ConfigSave, ForgetsNoOption)
{
    const char* lines[] = {"server a.example -4",
        "server -6 a.example iburst burst minpoll 4 maxpoll 9 prefer true",
        "server a.example noselect preempt port 1234 version 3 bias 0.25 key 7",
        "server a.example xleave",
        "server a.example:4461 nts noval ca /etc/ca aead AES_SIV_CMAC_512",
        "server [2001:db8::1]:4461 nts", "pool a.example iburst", "peer 192.0.2.1",
        "refclock nmea unit 1 path /dev/a ppspath /dev/b baud 115200 refid GPS stratum 2 time1 0.5 "
        "time2 -0.25 "
        "flag1 1 flag2 1 flag3 1 flag4 1 mode 17 subtype 2 minpoll 3 maxpoll 5 prefer",
        "refclock phc unit 0 path /dev/ptp0 tai 37", "refclock pps unit 0 path eth0 extpps 1",
        "refclock phc unit 0 path /dev/ptp0 tai 37",
        "refclock ptp interface eth0 domain 24 transport udp6 delay p2p tai 37",
        "refclock ptp unicast 192.0.2.1 unicast 192.0.2.2",
        "server 127.127.28.3 minpoll 4\nfudge 127.127.28.3 refid \"A B\"",
        "restrict 10.0.0.0 mask 255.0.255.0 ignore", "restrict 10.1.0.0/16 ntpport limited kod",
        "restrict source nomodify", "restrict a.example noquery",
        "restrict -6 a.example mask ffff:: noquery",
        "restrict default limited noquery serverresponse fuzz\nrestrict default ntpport noserve",
        "delrestrict 127.0.0.1", "unrestrict default", "delrestrict default",
        "restrict 127.0.0.0/8 nomodify", "limit average 2 burst 5 kod 0.25 v6prefix 56",
        "discard average 5 minimum 3 monitor 10", "limit burst 4\ndiscard minimum 1",
        "discard minimum 1\nlimit average 1",
        "mru maxmem 2048 maxdepth 99 mindepth 3 maxage 99 minage 1",
        "tos minclock 4 maxclock 5 minsane 2 floor 1 ceiling 9 mindist 0.01 maxdist 2.5 orphan 6 "
        "orphanwait 60",
        "tinker step 0.5 stepout 400 panic 0 dispersion 20 freq -12.5 allan 10",
        "tinker stepfwd 1 stepback 2", "disable ntp", "disable monitor\nrestrict default nomodify",
        "disable auth", "disable stats", "driftfile /a/b 1e-6", "nonvolatile 1e-6",
        "leapfile \"/a b\" ignorehash", "leapsmearinterval 7200",
        "interface ignore all\ninterface listen eth0\n"
        "interface drop 10.0.0.0/8\ninterface listen wildcard\ninterface ignore ipv6",
        "hwtimestamp eth0 *", "dscp 0", "keys /k\ntrustedkey 1 3 4 (10 ... 20)\ncontrolkey 3",
        "nts enable cert /c key /k cookie /o ca /a aead X mintls TLS1.2 maxtls TLS1.3",
        "statsdir /s\nstatistics loopstats\n"
        "filegen peerstats file p type week nolink enable\nfilegen clockstats disable",
        "logfile /l", "logconfig =sysevents +allsync", "setvar a = \"b c\" default\nsetvar d = 7",
        "saveconfigdir /save"};
    for (const char* line : lines) {
        const auto loaded = parsed(line);
        goes_round(loaded.config, line);
        const bool is_default
            = to_ntp_conf(loaded.config.live) == to_ntp_conf(parsed("").config.live);
        CHECK_TEXT(!is_default, line); // it says something, and that is written
    }
}

TEST(ConfigSave, KeepsWhatWasChangedAtRunTime)
{
    const auto before
        = parsed("server ntp1.example.net\nrestrict default nomodify noquery\n").config;
    const auto after = amend(before,
        "server ntp2.example.net iburst\nrestrict 192.0.2.0/24 ignore\nunpeer ntp1.example.net",
        complete_build);
    goes_round(after.config, "changed");
}

TEST(ConfigSave, MakesFilesInOneDirectoryOnly)
{
    for (const char* good : {"ntp.conf", "a-b_c.1", "x"})
        CHECK(is_plain_file_name(good));
    for (const char* bad : {"", ".", "..", ".x", "a/b", "/a", "a b", "a\nb", "%Y", "..\\x"})
        CHECK_FALSE(is_plain_file_name(bad));
    CHECK_FALSE(is_plain_file_name(std::string(101, 'a')));
}
