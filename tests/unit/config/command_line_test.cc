// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The daemon's command line.

#include "conf.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::config;

TEST_GROUP(Arguments)
{
    Arguments parsed;

    const CommandLine& parse(std::vector<const char*> arguments)
    {
        parsed = parse_arguments(std::span<const char* const>{arguments});
        return parsed.options;
    }
    void expect(const std::string& text)
    {
        STRCMP_EQUAL(text.c_str(), all(parsed.diagnostics).c_str());
    }
};

TEST(Arguments, OfDebiansServiceAreUnderstood)
{
    const CommandLine& c = parse(
        {"-p", "/run/ntpd.pid", "-c", "/etc/ntpsec/ntp.conf", "-g", "-N", "-u", "ntpsec:ntpsec"});
    expect("");
    STRCMP_EQUAL("/run/ntpd.pid", c.pidfile->c_str());
    STRCMP_EQUAL("/etc/ntpsec/ntp.conf", c.ntp_conf.c_str());
    CHECK(c.may_panic_once && c.high_priority && !c.stays_in_foreground);
    STRCMP_EQUAL("ntpsec", c.user.c_str());
    STRCMP_EQUAL("ntpsec", c.group.c_str());
}

TEST(Arguments, MayBeJoined)
{
    const CommandLine& c = parse({"-gnNc/etc/a.conf", "-46", "-dd"});
    CHECK(c.may_panic_once && c.stays_in_foreground && c.high_priority);
    STRCMP_EQUAL("/etc/a.conf", c.ntp_conf.c_str());
    LONGS_EQUAL(2, c.debug);
    expect("timeballd: error: -4 and -6 exclude each other\n");
}

TEST(Arguments, HaveLongNamesThatMayBeShortened)
{
    const CommandLine& c = parse({"--configfile=/a", "--driftfile", "/b", "--panicgate", "--quit",
        "--force_step_once", "--nofork", "--jaildir=/j", "--slew", "--nice", "--ipv4",
        "--set-debug-level=3", "--novirtualips", "--updateint=0", "--wait-sync=60", "--keyf=/k",
        "--stats=/s", "--priority=5", "--user=u", "--record=/r", "--takeover"});
    expect("");
    CHECK(c.ntp_conf == "/a" && c.driftfile == "/b" && c.jaildir == "/j" && c.keysfile == "/k");
    CHECK(c.recording == "/r");
    CHECK(c.takes_over);
    CHECK(c.statsdir == "/s" && c.may_panic_once && c.quits_when_set && c.steps_at_start);
    CHECK(c.stays_in_foreground && c.slews && c.high_priority && c.only_ipv4 && !c.only_ipv6);
    CHECK(c.ignores_virtual_interfaces && c.interface_interval == Seconds{0});
    CHECK(c.wait_for_sync == Seconds{60} && c.high_priority && c.user == "u" && c.debug == 3);
}

TEST(Arguments, OfOurOwn)
{
    const CommandLine& c = parse({"-C", "/t.conf", "--clock", "software", "--workers=0",
        "--sandbox=off", "--port", "11123", "--check"});
    expect("");
    CHECK(c.timeball_conf == "/t.conf" && c.clock == ClockChoice::software && c.workers == 0);
    CHECK(c.sandbox == false && c.port == 11123 && c.checks);
    CHECK(parse({"--clock=kernel"}).clock == ClockChoice::kernel);
    CHECK(parse({"--clock=none"}).clock == ClockChoice::none);
    CHECK(parse({"-V"}).wants_version);
    CHECK(parse({"-?"}).wants_help);
}

TEST(Arguments, LeaveServersBehind)
{
    const CommandLine& c = parse({"a.example", "-n", "192.0.2.1", "--", "-odd"});
    expect("");
    CHECK(c.servers == (std::vector<std::string>{"a.example", "192.0.2.1", "-odd"}));
    CHECK(c.stays_in_foreground);
}

TEST(Arguments, MayBeRepeated)
{
    const CommandLine& c = parse({"-I", "eth0,eth1", "-Ieth2", "-t", "3", "-t4"});
    expect("");
    CHECK(c.interfaces == (std::vector<std::string>{"eth0", "eth1", "eth2"}));
    CHECK(c.trusted_keys == (std::vector<KeyId>{{3}, {4}}));
}

TEST(Arguments, ThatAreWrongAreErrorsWithAHint)
{
    parse({"--cofigfile=/a", "--port=0", "--clock=sundial", "-z", "--ipv", "--quit=yes",
        "--workers=many", "-D", "x", "--sandbox=maybe", "-c"});
    expect("timeballd: error: there is no option '--cofigfile' (did you mean '--configfile'?)\n"
           "timeballd: error: option '--port' wants a port from 1 to 65535, not '0'\n"
           "timeballd: error: option '--clock' wants kernel, software or none, not 'sundial'\n"
           "timeballd: error: there is no option '-z'\n"
           "timeballd: error: there is no option '--ipv' (did you mean '--ipv4' or '--ipv6'?)\n"
           "timeballd: error: option '--quit' takes no value\n"
           "timeballd: error: option '--workers' wants a whole number from 0 to 1024, not 'many'\n"
           "timeballd: error: option '-D' wants a level from 0 to 100, not 'x'\n"
           "timeballd: error: option '--sandbox' wants on or off, not 'maybe'\n"
           "timeballd: error: option '-c' wants a value: file\n");
    LONGS_EQUAL(1, check_status(parsed.diagnostics));
}

TEST(Arguments, EndWhereTheyEnd)
{
    char program[] = "-g";
    char* arguments[] = {program, nullptr};
    CHECK(parse_arguments(std::span<char*>{arguments, 1}).options.may_panic_once);
    CHECK(parse_arguments(std::span<char*>{arguments, 2}).diagnostics.empty());
    CHECK(parse_arguments(std::span<char*>{}).diagnostics.empty());
}

TEST(Arguments, AreAllInTheUsage)
{
    const std::string text = usage();
    for (const char* option : {"-g, --panicgate", "--workers number", "--check", "-u, --user user"})
        CHECK(text.find(option) != std::string::npos);
}
