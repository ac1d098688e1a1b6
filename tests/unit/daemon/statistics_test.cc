// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Statistics files: which file, which line, and what happens when it cannot be written.

#include "daemon/statistics.h"
#include "report/statistics.h"
#include "sim/sim_edges.h"

#include <vector>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::daemon;
using namespace std::chrono_literals;
using Type = config::FileGeneration::Type;

namespace {

constexpr Instant<Utc> tuesday{1'795'525'200s}; // 2026-11-24 13:00:00
constexpr int pid = 4711;

std::string name(Type type, Instant<Utc> when = tuesday, Seconds age = 90000s)
{
    return file_name({.kind = "peerstats", .file = "peers", .type = type}, when, age, pid);
}

} // namespace

TEST_GROUP(Statistics)
{
    sim::SimFiles files;
    std::vector<std::string> faults;
    Statistics statistics{files, pid, [this](const std::string& f) { faults.push_back(f); }};
    config::LiveConfig config;

    void setup() override
    {
        config.statsdir = "/var/log/ntpstats/";
        config.statistics = {{.kind = "loopstats", .file = "loopstats", .is_enabled = true}};
        statistics.configure(config);
    }
};

TEST(Statistics, FilesAreNamedAfterTheirTimeAsNtpdNamesThem)
{
    STRCMP_EQUAL("peers", name(Type::none).c_str());
    STRCMP_EQUAL("peers.4711", name(Type::pid).c_str());
    STRCMP_EQUAL("peers.20261124", name(Type::day).c_str());
    STRCMP_EQUAL("peers.2026w46", name(Type::week).c_str()); // day 327 of the year, from 0
    STRCMP_EQUAL("peers.202611", name(Type::month).c_str());
    STRCMP_EQUAL("peers.2026", name(Type::year).c_str());
    STRCMP_EQUAL("peers.a00086400", name(Type::age).c_str());
}

TEST(Statistics, TheBareNameStandsForTheFileOfToday)
{
    statistics.write("loopstats", tuesday, 0s, "one");
    statistics.write("loopstats", tuesday + 1s, 1s, "two");
    STRCMP_EQUAL("one\ntwo\n", files.content["/var/log/ntpstats/loopstats.20261124"].c_str());
    STRCMP_EQUAL("one\ntwo\n", files.content["/var/log/ntpstats/loopstats"].c_str());

    statistics.write("loopstats", tuesday + 24h, 24h, "three");
    STRCMP_EQUAL("three\n", files.content["/var/log/ntpstats/loopstats.20261125"].c_str());
    STRCMP_EQUAL("three\n", files.content["/var/log/ntpstats/loopstats"].c_str());
    STRCMP_EQUAL("one\ntwo\n", files.content["/var/log/ntpstats/loopstats.20261124"].c_str());
}

TEST(Statistics, OnlyWhatIsAskedForIsWritten)
{
    CHECK_TRUE(statistics.wants("loopstats"));
    CHECK_FALSE(statistics.wants("peerstats"));
    statistics.write("peerstats", tuesday, 0s, "nobody wants it");
    config.stats = false; // disable stats
    statistics.configure(config);
    CHECK_FALSE(statistics.wants("loopstats"));
    statistics.write("loopstats", tuesday, 0s, "nor this");
    CHECK_TRUE(files.content.empty());
}

TEST(Statistics, AFullDiskIsToldOnceUntilItIsWritable)
{
    files.unwritable.insert("/var/log/ntpstats/");
    statistics.write("loopstats", tuesday, 0s, "lost");
    statistics.write("loopstats", tuesday, 1s, "lost too");
    CHECK_EQUAL(1, faults.size());
    CHECK(faults[0].find("/var/log/ntpstats/loopstats.20261124: ") == 0);

    files.unwritable.clear();
    statistics.write("loopstats", tuesday, 2s, "kept");
    files.unwritable.insert("/var/log/ntpstats/");
    statistics.write("loopstats", tuesday, 3s, "lost again");
    CHECK_EQUAL(2, faults.size());
}

TEST_GROUP(StatisticsLines){};

TEST(StatisticsLines, TheClocksCorrectionsAreInTheColumnsThatPlottersCount)
{
    sync::SystemState s;
    s.offset = Seconds{-0.000123456789};
    s.frequency = Frequency::ppm(-12.3456784);
    s.clock_jitter = Seconds{0.000001};
    s.wander = Frequency::ppm(0.001);
    s.time_constant = {6};
    STRCMP_EQUAL("61368 46800.250 -0.000123457 -12.345678 0.000001000 0.001000 6",
        report::loopstats_line(tuesday + 250ms, s).c_str());
}

TEST(StatisticsLines, ASampleIsShownByAddressStatusAndTheFiltersFigures)
{
    report::Association a;
    a.remote = {Address::ipv4(0xc0000201), 123};
    a.reach = 1;
    a.view.select = sync::Select::system_peer;
    a.view.offset = 1ms;
    a.view.delay = 20ms;
    a.view.dispersion = Seconds{0.5};
    a.view.jitter = 10us;
    STRCMP_EQUAL("61368 46800.000 192.0.2.1 9600 0.001000000 0.020000000 0.500000000 0.000010000",
        report::peerstats_line(tuesday, a).c_str());
    a.is_refclock = true;
    a.host_name = "PPS(0)";
    CHECK(report::peerstats_line(tuesday, a).find(" PPS(0) ") != std::string::npos);
}

TEST(StatisticsLines, ARawReplyHasItsFourStampsToTheNanosecond)
{
    report::RawReply r;
    r.remote = {Address::ipv4(0xc0000201), 123};
    r.local = {Address::ipv4(0xc6336401), 2};
    r.origin = tuesday;
    r.receive = tuesday + 10'000'001ns;
    r.transmit = tuesday + 10'000'002ns;
    r.destination = tuesday + 20'000'003ns;
    r.stratum = {2};
    r.poll = {6};
    r.precision = {-24};
    r.root_delay = 1ms;
    r.root_dispersion = 2ms;
    r.reference_id = {0x0a000001};
    r.sent = 7;
    STRCMP_EQUAL("61368 46800.000 192.0.2.1 198.51.100.1 4004514000.000000000 "
                 "4004514000.010000001 4004514000.010000002 4004514000.020000003 "
                 "0 4 4 2 6 -24 0.001000 0.002000 10.0.0.1 7 0 0",
        report::rawstats_line(tuesday, r).c_str());
    r.stratum = {0};
    r.reference_id = ReferenceId::letters("RATE");
    r.flash = 0x20;
    r.origin = {};
    const auto rejected = report::rawstats_line(tuesday, r);
    CHECK(rejected.find(" 0.000000000 4004514000.010000001 ") != std::string::npos);
    CHECK(rejected.ends_with(" 0 4 4 16 6 -24 0.001000 0.002000 RATE 7 0 20"));
}

TEST(StatisticsLines, HourlyLinesCountWhatWasDoneSinceTheLast)
{
    report::ServerCounters c;
    c.received = 100;
    c.processed = 90;
    c.this_version = 80;
    c.old_version = 10;
    c.restricted = 4;
    c.bad_format = 3;
    c.bad_auth = 2;
    c.declined = 1;
    c.limited = 5;
    c.kisses_sent = 6;
    c.version1 = 7;
    STRCMP_EQUAL("61368 46800.000 3600 100 90 80 10 4 3 2 1 5 6 7",
        report::sysstats_line(tuesday, 3600s, c).c_str());

    report::ResourceUse before, now;
    before.user = 1s;
    now.user = Seconds{1.5};
    now.preemptions = 9;
    now.most_memory = 20480;
    STRCMP_EQUAL("61368 46800.000 3600 0.500 0.000 0 0 0 0 0 0 9 0 20480",
        report::usestats_line(tuesday, 3600s, now.since(before)).c_str());
}

TEST(StatisticsLines, EventsHaveTheNamesOfTheControlProtocol)
{
    STRCMP_EQUAL("61368 46800.000 0.0.0.0 0618 0c clock_step by 1 s",
        report::protostats_line(tuesday, "0.0.0.0", 0x618, 12, "by 1 s").c_str());
    STRCMP_EQUAL("sys_peer", report::event_name(0x8a).c_str());
    STRCMP_EQUAL("code_93", report::event_name(0x93).c_str());
}
