// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Files that include files, files that are not there, and who goes before whom.

#include "conf.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::config;

TEST_GROUP(ConfigLoad)
{
    MemoryFiles files;
    CommandLine options;

    Loaded loaded()
    {
        return load(options, files, complete_build);
    }
    std::string said()
    {
        return all(loaded().diagnostics);
    }
};

TEST(ConfigLoad, TakesTheFirstOfTheUsualFiles)
{
    files.content["/etc/ntpsec/ntp.conf"] = "pool b.example\n";
    CHECK(source(loaded(), "b.example").type == SourceType::pool);

    files.content["/etc/ntp.conf"] = "pool a.example\n";
    CHECK(source(loaded(), "a.example").type == SourceType::pool);
    LONGS_EQUAL(1, loaded().config.live.sources.size());
}

TEST(ConfigLoad, CannotDoWithoutAnyFile)
{
    STRCMP_EQUAL("/etc/ntp.conf: error: cannot be read; name another file with -c, or servers "
                 "behind the options\n"
                 "timeballd: warning: there is no source of time: name servers, a pool or a "
                 "reference clock\n",
        said().c_str());
    LONGS_EQUAL(1, check_status(loaded().diagnostics));
}

TEST(ConfigLoad, CanDoWithServersOnTheCommandLine)
{
    options.servers = {"a.example", "192.0.2.1", "b.example", "c.example"};
    STRCMP_EQUAL("", said().c_str());
    LONGS_EQUAL(4, loaded().config.live.sources.size());
    CHECK(source(loaded(), "192.0.2.1").iburst);
}

TEST(ConfigLoad, SaysWhichFileCannotBeRead)
{
    options.ntp_conf = "/nowhere/ntp.conf";
    CHECK(said().starts_with("/nowhere/ntp.conf: error: cannot be read: No such file"));
    LONGS_EQUAL(1, check_status(loaded().diagnostics));
}

TEST(ConfigLoad, GoesOnWithoutTheOwnFileAndSaysSoWhenItIsNamed)
{
    files.content["/etc/ntp.conf"] = "pool a.example\n";
    STRCMP_EQUAL("", said().c_str());

    options.timeball_conf = "/nowhere/timeball.conf";
    STRCMP_EQUAL("/nowhere/timeball.conf: note: does not exist; every setting has its default\n",
        said().c_str());
}

TEST(ConfigLoad, IncludesFilesBesideTheIncludingOne)
{
    files.content["/etc/ntp.conf"] = "includefile more/a.conf\ntos minclock 5\n";
    files.content["/etc/more/a.conf"] = "includefile b.conf\n";
    files.content["/etc/more/b.conf"] = "pool b.example\nminclock 4\n";
    STRCMP_EQUAL("/etc/more/b.conf:2:1: warning: 'minclock' is not a directive (it is one of "
                 "'tos'); the line was skipped\n",
        said().c_str());
    LONGS_EQUAL(5, loaded().config.live.policy.minclock);
    const SourceConfig b = source(loaded(), "b.example");
    STRCMP_EQUAL("/etc/more/b.conf", b.file.c_str());
    LONGS_EQUAL(1, b.line);
}

TEST(ConfigLoad, IncludesTheConfFilesOfADirectoryOnce)
{
    files.content["/etc/ntp.conf"] = "includefile ntp.d\n"; // it would be read anyway
    files.content["/etc/ntp.d/b.conf"] = "pool b.example\n";
    files.content["/etc/ntp.d/a.conf"] = "pool a.example\n";
    files.content["/etc/ntp.d/a.conf.old"] = "pool old.example\n";
    STRCMP_EQUAL("", said().c_str());
    const auto sources = loaded().config.live.sources;
    LONGS_EQUAL(2, sources.size());
    STRCMP_EQUAL("a.example", sources[0].host.c_str());
    STRCMP_EQUAL("b.example", sources[1].host.c_str());
}

TEST(ConfigLoad, IsNotCaughtInACircle)
{
    files.content["/etc/ntp.conf"] = "pool a.example\nincludefile b.conf\n";
    files.content["/etc/b.conf"] = "includefile ntp.conf\n";
    STRCMP_EQUAL("/etc/b.conf:1:13: warning: '/etc/ntp.conf' has been read already; it was "
                 "skipped\n",
        said().c_str());
}

TEST(ConfigLoad, GoesFiveFilesDeep)
{
    files.content["/etc/ntp.conf"] = "pool a.example\nincludefile 1\n";
    for (int i = 1; i <= 7; ++i)
        files.content["/etc/" + std::to_string(i)]
            = "includefile " + std::to_string(i + 1) + "\nlogfile /" + std::to_string(i) + "\n";
    CHECK(said().starts_with("/etc/5:1:13: warning: '/etc/6' is included too deep"));
    STRCMP_EQUAL("/1", loaded().config.live.logfile.c_str());
}

TEST(ConfigLoad, TellsOfAMissingIncludeAndGoesOn)
{
    files.content["/etc/ntp.conf"] = "includefile /no/such\npool a.example\n";
    STRCMP_EQUAL("/etc/ntp.conf:1:13: warning: '/no/such' cannot be read: No such file or "
                 "directory; it was skipped\n",
        said().c_str());
    LONGS_EQUAL(0, check_status(loaded().diagnostics));
    LONGS_EQUAL(1, loaded().config.live.sources.size());
}

TEST(ConfigLoad, StopsAtEnd)
{
    files.content["/etc/ntp.conf"] = "pool a.example\nend\npool b.example\n";
    LONGS_EQUAL(1, loaded().config.live.sources.size());
    STRCMP_EQUAL("", said().c_str());
}

TEST(ConfigLoad, TheCommandLineGoesBeforeTheFiles)
{
    files.content["/etc/ntp.conf"] = "pool a.example\ndriftfile /a\nlogfile /a\nkeys /a\n"
                                     "pidfile /a\nstatsdir /a\ntinker step 1\ntrustedkey 3\n";
    files.content["/etc/timeball.conf"] = "clock = \"kernel\"; port = 1123; workers = 3;\n";
    options.driftfile = "/b";
    options.logfile = "/b";
    options.keysfile = "/b";
    options.pidfile = "/b";
    options.statsdir = "/b";
    options.slews = true;
    options.trusted_keys = {{2}};
    options.clock = ClockChoice::software;
    options.port = 11123;
    options.may_panic_once = true;
    options.only_ipv4 = true;

    const Config config = loaded().config;

    for (const auto* path : {&config.live.driftfile, &config.live.logfile, &config.live.keysfile,
             &config.start.pidfile})
        STRCMP_EQUAL("/b", path->c_str());
    STRCMP_EQUAL("/b/", config.live.statsdir.c_str());
    CHECK(config.live.policy.step_forward == Seconds{600});
    CHECK(config.live.policy.step_backward == Seconds{600});
    CHECK(config.live.policy.may_panic_once);
    CHECK(config.live.trusted_keys == (std::vector<KeyId>{{2}, {3}}));
    CHECK(config.start.clock == ClockChoice::software);
    LONGS_EQUAL(11123, config.start.port);
    LONGS_EQUAL(3, config.live.serve.workers);
    CHECK(config.start.uses_ipv4 && !config.start.uses_ipv6);
    STRCMP_EQUAL("", said().c_str());
}

TEST(ConfigLoad, TheCommandLineSaysWhereToListen)
{
    files.content["/etc/ntp.conf"] = "pool a.example\ninterface listen eth1\n";
    options.interfaces = {"eth0", "192.0.2.1"};
    using R = InterfaceRule;
    const auto rules = loaded().config.live.interfaces;
    LONGS_EQUAL(5, rules.size());
    CHECK(rules[0] == (R{R::Action::ignore, R::What::all, "", {}}));
    CHECK(rules[1].prefix == *parse_prefix("127.0.0.0/8"));
    CHECK(rules[3] == (R{R::Action::listen, R::What::name, "eth0", {}}));
    CHECK(rules[4] == (R{R::Action::listen, R::What::prefix, "", *parse_prefix("192.0.2.1")}));
    STRCMP_EQUAL("timeballd: warning: the command line says where to listen (-I): the interface "
                 "lines of the file were skipped\n",
        said().c_str());
}

TEST(ConfigLoad, LeavesOutThisServerItself)
{
    files.content["/etc/ntp.conf"] = "server 127.0.0.1\nserver ::1 port 200\nserver 127.0.0.2\n";
    const Loaded result = loaded();
    LONGS_EQUAL(2, result.config.live.sources.size());
    CHECK(all(result.diagnostics)
              .starts_with("/etc/ntp.conf:1: warning: '127.0.0.1' is this server itself; it was "
                           "left out\n"));
}

TEST(ConfigLoad, AClockThatIsNobodysIsNotSteered)
{
    options.clock = ClockChoice::none;
    files.content["/etc/ntp.conf"] = "pool a.example\n";
    CHECK_FALSE(loaded().config.live.policy.steers);
    options.clock = ClockChoice::kernel;
    CHECK(loaded().config.live.policy.steers);
}

TEST(ConfigLoad, ReadsWhatOtherEditorsWrite)
{
    files.content["/etc/ntp.conf"]
        = "\xef\xbb\xbfpool a.example iburst\r\n\r\ndriftfile \"/b\"\r\ntos minclock 4";
    const Loaded result = loaded();
    STRCMP_EQUAL("", all(result.diagnostics).c_str());
    CHECK(source(result, "a.example").iburst);
    STRCMP_EQUAL("/b", result.config.live.driftfile.c_str());
    LONGS_EQUAL(4, result.config.live.policy.minclock);
}

TEST(ConfigLoad, TheExamplesThatWeShipAreWithoutFault)
{
    for (const char* name : {"ntp.conf", "run.conf"}) {
        files.content["/etc/ntp.conf"] = slurp(TEST_DATA "/../../etc/" + std::string{name});
        CHECK(!files.content["/etc/ntp.conf"].empty());
        STRCMP_EQUAL("", said().c_str());
        CHECK(!loaded().config.live.sources.empty());
    }
    const StartConfig defaults = loaded().config.start;
    files.content["/etc/timeball.conf"] = slurp(TEST_DATA "/../../etc/timeball.conf");
    CHECK(!files.content["/etc/timeball.conf"].empty());
    STRCMP_EQUAL("", said().c_str());
    CHECK(loaded().config.start == defaults); // "everything here shows its default"
}

TEST(ConfigLoad, TellsWhatThisBuildCannotDo)
{
    const std::string text = "pool a.example\nrefclock pps\nrefclock shm\nserver b.example nts\n"
                             "server c.example xleave\nnts enable cert /c key /k\nleapfile /l\n"
                             "leapsmearinterval 7200\nstatistics loopstats ntsstats\nstatsdir /s\n"
                             "logconfig =all\ncontrolkey 5\n";
    STRCMP_EQUAL("", all(parsed(text).diagnostics).c_str());

    const std::string_view drivers[] = {"shm", "nmea"};
    STRCMP_EQUAL(
        "ntp.conf:2: warning: '127.127.22.0': reference clock driver 'pps' is not available in "
        "this build\n"
        "ntp.conf:4: warning: 'b.example': 'nts' is not available in this build; it is not asked "
        "without it\n"
        "ntp.conf:5: warning: 'c.example': 'xleave' is not available in this build; it is asked "
        "without it\n"
        "timeballd: warning: 'nts' is not available in this build: time is served without it\n"
        "timeballd: note: 'statistics ntsstats': there is nothing to write in this build\n"
        "timeballd: note: 'controlkey': nothing can be changed over the network in this build\n",
        all(load_text(text, "", {}, {.drivers = drivers, .has_remote_changes = false}).diagnostics)
            .c_str());
    STRCMP_EQUAL("", all(load_text("pool a.example\n").diagnostics).c_str());
}
