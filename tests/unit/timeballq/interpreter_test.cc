// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Commands, against what a real ntpd once answered and against our own server. What ntpq printed
// for the same answers is written out here in full.

#include "unit/report/sample_report.h"
#include "unit/timeballq/replayed.h"

#include "timeballq/interpreter.h"

#include <algorithm>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::query;

namespace {

Settings settings()
{
    Settings s;
    s.width = 80;
    s.shows_names = false;
    return s;
}

} // namespace

TEST_GROUP(ReplayedNtpd)
{
    Settings wanted = settings();

    std::string out(const std::string& capture, const std::string& command)
    {
        Replayed ntpd{capture};
        ntpd.set("clock", "0xeeab168c.80000000");
        Interpreter interpreter{ntpd, wanted};
        interpreter.connect("localhost");
        const auto outcome = interpreter.run(command);
        STRCMP_EQUAL("", outcome.err.c_str());
        return outcome.out;
    }
};

TEST(ReplayedNtpd, ShowsItsPeersAsInNtpq)
{
    STRCMP_EQUAL(
        "     remote           refid      st t when poll reach   delay   offset   jitter\n"
        "===============================================================================\n"
        "-10.77.0.1       ....             1 u    -   64    1   0.0470   0.0156   0.0305\n"
        "+10.77.0.2       127.127.1.1      2 u    1   64    1   0.0513   0.0061   0.0358\n"
        "+10.77.0.3       127.127.1.1      3 u    7   64    3   0.0493   0.0052   0.0230\n"
        "-10.77.0.4       127.127.1.1      4 u    4   64    3   0.0102  -0.0016   0.0182\n"
        " 10.77.0.9       .INIT.          16 u    -   64    0   0.0000   0.0000   0.0001\n"
        "*fd77::1         ....             1 u    2   64    3   0.0498   0.0150   0.0054\n"
        " 10.77.0.9       .POOL.          16 p    -  256    0   0.0000   0.0000   0.0001\n",
        out("peers.hex", "peers").c_str());
}

TEST(ReplayedNtpd, ShowsItsPeersWithAssociations)
{
    const auto text = out("peers.hex", "apeers");
    STRCMP_CONTAINS(
        "     remote       refid   assid  st t when poll reach   delay   offset   jitter\n"
        "===============================================================================\n"
        "-10.77.0.1       ....     17767   1 u    -   64    1   0.0470   0.0156   0.0305\n"
        "+10.77.0.2       ...      17768   2 u    1   64    1   0.0513   0.0061   0.0358\n",
        text.c_str());
}

TEST(ReplayedNtpd, ShowsItsPeersWithLocalAddresses)
{
    const auto text = out("peers.hex", "opeers");
    STRCMP_CONTAINS(
        "     remote           local      st t when poll reach   delay   offset     disp\n",
        text.c_str());
    STRCMP_CONTAINS(
        "*fd77::1         fd77::100        1 u    2   64    3   0.0498   0.0150  62.9416\n",
        text.c_str());
    STRCMP_CONTAINS(
        " 10.77.0.9       10.77.0.100     16 u    -   64    0   0.0000   0.0000 15937.50\n",
        text.c_str());
}

TEST(ReplayedNtpd, HasRoomForLongerNamesOnAWideTerminal)
{
    wanted.width = 200;
    STRCMP_CONTAINS("     remote                                   refid      st t when poll reach "
                    "  delay   offset   jitter\n"
                    "==========================================================================="
                    "============================\n"
                    "-10.77.0.1                               ....             1 u    -   64    1 "
                    "  0.0470   0.0156   0.0305\n",
        out("peers.hex", "peers").c_str());
}

TEST(ReplayedNtpd, ListsItsAssociations)
{
    STRCMP_EQUAL("\nind assid status  conf reach auth condition  last_event cnt\n"
                 "===========================================================\n"
                 "  1 17767  b314   yes   yes  none   outlier   reachable  1\n"
                 "  2 17768  b414   yes   yes  none candidate   reachable  1\n"
                 "  3 17769  b41a   yes   yes  none candidate    sys_peer  1\n"
                 "  4 17770  b314   yes   yes  none   outlier   reachable  1\n"
                 "  5 17771  8011   yes    no  none    reject    mobilize  1\n"
                 "  6 17772  b61a   yes   yes  none  sys.peer    sys_peer  1\n"
                 "  7 17773  8811   yes  none  none    reject    mobilize  1\n",
        out("peers.hex", "as").c_str());
}

TEST(ReplayedNtpd, ShowsSystemVariablesInWords)
{
    STRCMP_EQUAL("associd=0 status=c016 leap_alarm, sync_unspec, 1 event, restart,\n"
                 "leap=11, stratum=2, precision=-24, rootdelay=0.05, rootdisp=63.022,\n"
                 "refid=119.169.75.223, reftime=eeab168a.47c287c2 2026-11-20T18:57:14.280Z,\n"
                 "tc=6, peer=17772, offset=0.0, frequency=0.0, sys_jitter=0.001333,\n"
                 "clk_jitter=6e-05, clock=eeab168e.7e0a8b6f 2026-11-20T18:57:18.492Z,\n"
                 "processor=\"x86_64\", system=\"Linux/6.12.30-1-amd64\",\n"
                 "version=\"ntpd ntpsec-1.2.2\", clk_wander=0.0, mintc=0\n",
        out("rv.hex", "rv").c_str());
}

TEST(ReplayedNtpd, ShowsPeerVariablesByTheirPlaceInTheList)
{
    const auto text = out("rv.hex", "rv &3");
    STRCMP_CONTAINS(
        "associd=17769 status=b41a conf, auth, reach, sel_candidate, 1 event, sys_peer,\n"
        "srcadr=10.77.0.3, srcport=123, dstadr=10.77.0.100, dstport=123, leap=00,\n"
        "hmode=3, stratum=3, ppoll=99, hpoll=6, precision=-26, rootdelay=0.0,\n"
        "rootdisp=0.0, refid=127.127.1.1,\n"
        "reftime=eeab1683.997db4e5 2026-11-20T18:57:07.599Z,\n",
        text.c_str());
    STRCMP_CONTAINS("\nflash=00 ok, headway=359, ntscookies=-1\n", text.c_str());
}

TEST(ReplayedNtpd, ShowsOnlyTheVariablesAskedFor)
{
    STRCMP_EQUAL("leap=11, stratum=2\n", out("rv.hex", "rv 0 leap,stratum").c_str());
    STRCMP_EQUAL("leap=11, stratum=2\n", out("rv.hex", "readvar 0 leap stratum").c_str());
    STRCMP_EQUAL("leap=11, stratum=2\n", out("rv.hex", "rv leap, stratum").c_str());
    STRCMP_EQUAL("offset=0.0\n", out("rv.hex", "rv 0 offset").c_str());
}

TEST(ReplayedNtpd, ShowsItsSummaries)
{
    STRCMP_EQUAL("associd=0 status=c016 leap_alarm, sync_unspec, 1 event, restart,\n"
                 "system peer:       [fd77::1]:123\n"
                 "system peer mode:   client\n"
                 "leap indicator:               11\n"
                 "stratum:                       2\n"
                 "log2 precision:              -24\n"
                 "root delay:                 0.05\n"
                 "root dispersion:          63.052\n"
                 "root distance                1.0\n"
                 "reference ID:      119.169.75.223\n"
                 "reference time:    eeab168a.47c287c2 2026-11-20T18:57:14.280Z\n"
                 "system jitter:          0.001333\n"
                 "clock jitter:              6e-05\n"
                 "clock wander:                0.0\n"
                 "symm. auth. delay:           0.0\n",
        out("sysinfo.hex", "sysinfo").c_str());
    STRCMP_CONTAINS("uptime:                     00:01:20\n"
                    "control requests:                 25\n"
                    "sysstats reset:             00:01:20      00:01:20\n"
                    "packets received:                 59            59        1.0s/p        "
                    "1.0s/p\n"
                    "current version:                  33            33        2.0s/p        "
                    "2.0s/p\n"
                    "older version:                     0             0                            "
                    "\n",
        out("sysinfo.hex", "sysstats").c_str());
}

TEST(ReplayedNtpd, ShowsItsPeersWithTheirNamesToTheRight)
{
    STRCMP_CONTAINS(
        " st t when poll reach   delay   offset   jitter refid           T remote\n"
        "===============================================================================\n"
        "  1 u    -   64    1   0.0470   0.0156   0.0305 ....            - 10.77.0.1\n"
        "  2 u    1   64    1   0.0513   0.0061   0.0358 127.127.1.1     + 10.77.0.2\n",
        out("peers.hex", "rpeers").c_str());
}

TEST(ReplayedNtpd, IsAskedOneByOneWhenItDoesNotKnowThemAll)
{
    Replayed ntpd{"sysinfo.hex"};
    ntpd.knows_nothing_else = true;
    Interpreter interpreter{ntpd, wanted};
    interpreter.connect("localhost");
    const auto text = interpreter.run("authinfo").out;
    STRCMP_CONTAINS("time since reset:          00:01:20\n"
                    "stored keys:                      3\n"
                    "free keys:                       15\n",
        text.c_str());
    STRCMP_CONTAINS("CMAC failures:                    0              \n", text.c_str());
}

TEST(ReplayedNtpd, IsShownRawWithoutCommandingTheTerminal)
{
    Replayed ntpd{"rv.hex"};
    Interpreter interpreter{ntpd, wanted};
    interpreter.connect("localhost");
    interpreter.run("raw");
    const auto text = interpreter.run("rv &3").out;
    STRCMP_CONTAINS("associd=17769 status=0xb41a,\nsrcadr=10.77.0.3, srcport=123,", text.c_str());
    STRCMP_CONTAINS("filtdelay= \\xa5/4\\xff\\x7f 0\\x85\\x16\\xab\\xee 0.05", text.c_str());
}

TEST_GROUP(Interpreter)
{
    report::Report report = report::sample_report();
    OurServer server{report};
    Settings wanted = settings();

    Interpreter::Outcome run(const std::string& command)
    {
        Interpreter interpreter{server, wanted};
        interpreter.connect("ntp.example");
        return interpreter.run(command);
    }
};

TEST(Interpreter, ShowsOurOwnPeers)
{
    STRCMP_EQUAL(
        "     remote           refid      st t when poll reach   delay   offset   jitter\n"
        "===============================================================================\n"
        "*192.0.2.1       .GPS.            1 u   12   64  377  12.3456  -0.1235   0.0100\n"
        "+2001:db8::2     10.0.0.1         2 u   12   64  377  12.3456  -0.1235   0.0100\n"
        " pool.example.or .POOL.          16 p    -   64    0   0.0000   0.0000   0.0000\n"
        " PPS(0)          .PPS.            0 l    -   64    0   0.0000   0.0000   0.0000\n",
        run("peers").out.c_str());
}

TEST(Interpreter, ShowsNamesWhereThereAreAny)
{
    wanted.shows_names = true;
    const auto text = run("pe").out;
    STRCMP_CONTAINS("\n*ntp1.example.ne .GPS. ", text.c_str());
    STRCMP_CONTAINS("\n+2001:db8::2     10.0.0.1 ", text.c_str());
}

TEST(Interpreter, GivesLongNamesALineOfTheirOwn)
{
    wanted.shows_names = wanted.is_wide = true;
    STRCMP_CONTAINS(
        "\n*ntp1.example.net\n                 .GPS.            1 u ", run("peers").out.c_str());
}

TEST(Interpreter, SaysWhichHostALineIsAboutWhenThereAreSeveral)
{
    wanted.host_column = 12;
    const auto text = run("peers").out;
    STRCMP_CONTAINS("server            remote           refid ", text.c_str());
    STRCMP_CONTAINS("\nntp.example  *192.0.2.1 ", text.c_str());
    STRCMP_CONTAINS("server=ntp.example associd=0 status=0615 ", run("rv").out.c_str());
}

TEST(Interpreter, ShowsFlashBitsAndRegistersInWords)
{
    const auto text = run("rv &3").out;
    STRCMP_CONTAINS("flash=1200 peer_stratum peer_unreach,", text.c_str());
    STRCMP_CONTAINS("\nfiltoffset =0.00\t0.00\t0.00", text.c_str());
    STRCMP_CONTAINS("reach=000,", text.c_str());
    STRCMP_CONTAINS("srchost=\"pool.example.org\",", text.c_str());
}

TEST(Interpreter, ShowsAReferenceClock)
{
    const auto text = run("cv &4").out;
    STRCMP_CONTAINS("associd=4714 status=0021 2 events, clk_no_reply,\n", text.c_str());
    STRCMP_CONTAINS("name=\"PPS\", timecode=\"17 x\", poll=5,", text.c_str());
    STRCMP_EQUAL("poll=5\n", run("cv &4 poll").out.c_str());
    STRCMP_EQUAL("ntp.example: no such association (BADASSOC)\n", run("cv &1").err.c_str());
}

TEST(Interpreter, ReadsSeveralPeersWithALineBetween)
{
    STRCMP_EQUAL("associd=4711 srcadr=192.0.2.1, stratum=1\n"
                 "\n"
                 "associd=4712 srcadr=2001:db8::2, stratum=2\n",
        run("mrv &1 &2 srcadr,stratum").out.c_str());
    STRCMP_CONTAINS("associd=4712 srcadr=2001:db8::2, stratum=2, refid=10.0.0.1, reach=377\n",
        run("mrv &1 &2 srcadr, stratum refid,reach").out.c_str());
    STRCMP_EQUAL("usage: mrv FIRST LAST [NAME...]\n", run("mrv").err.c_str());
    STRCMP_EQUAL("no association between 1 and 2\n", run("mrv 1 2").err.c_str());
}

TEST(Interpreter, KeepsAListOfVariables)
{
    Interpreter interpreter{server, wanted};
    interpreter.connect("ntp.example");
    STRCMP_EQUAL("No variables on list.\n", interpreter.run("showvars").out.c_str());
    interpreter.run("addvars stratum, refid=x");
    STRCMP_EQUAL("stratum\nrefid=x\n", interpreter.run("showvars").out.c_str());
    STRCMP_EQUAL("associd=0 stratum=2, refid=192.0.2.1\n", interpreter.run("rl").out.c_str());
    STRCMP_EQUAL("tai is not on the list\n", interpreter.run("rmvars tai").err.c_str());
    interpreter.run("rmvars refid");
    STRCMP_EQUAL("associd=4711 stratum=1\n", interpreter.run("rl &1").out.c_str());
    interpreter.run("clearvars");
    STRCMP_CONTAINS("leap=00, stratum=2, ", interpreter.run("rl").out.c_str());
}

TEST(Interpreter, SummarizesWhatThereIsAndNothingElse)
{
    const auto text = run("pstats &1").out;
    STRCMP_CONTAINS("remote host:               192.0.2.1\n", text.c_str());
    STRCMP_CONTAINS("packets sent:                     40\n", text.c_str());
    STRCMP_EQUAL("ntp.example: there are no such figures\n", run("monstats").out.c_str());
    report.system.clients = report::ClientListState{.depth = 7, .max_age = Seconds{3600}};
    STRCMP_CONTAINS("addresses in use:                  7\n", run("monstats").out.c_str());
    STRCMP_CONTAINS("reclaim maxage:             01:00:00\n", run("monstats").out.c_str());
}

TEST(Interpreter, UnderstandsTheBeginningsOfCommands)
{
    STRCMP_EQUAL(run("associations").out.c_str(), run("as").out.c_str());
    STRCMP_EQUAL(run("associations").out.c_str(), run("ass").out.c_str());
    STRCMP_EQUAL(run("lassociations").out.c_str(), run("lass").out.c_str());
    STRCMP_EQUAL(run("peers").out.c_str(), run("lpe").out.c_str());
    STRCMP_EQUAL("'p' can mean peers, passociations, pstats, poll, passwd\n", run("p").err.c_str());
    STRCMP_EQUAL("'foo' is not a command ('help' lists them)\n", run("foo").err.c_str());
    CHECK(run("").out.empty());
    CHECK(run("  ").err.empty());
    CHECK(run("quit").is_end);
    CHECK(run("exit").is_end);
}

TEST(Interpreter, SaysWhatIsWrongWithAnArgument)
{
    STRCMP_EQUAL(
        "ntp.example: there is no association &9: the list has 4\n", run("rv &9").err.c_str());
    STRCMP_EQUAL("ntp.example: 'x' is neither an association nor &N, its place in the list\n",
        run("pstats x").err.c_str());
    STRCMP_EQUAL("ntp.example: no such association (BADASSOC)\n", run("rv 9").err.c_str());
    STRCMP_EQUAL("ntp.example: no such variable (UNKNOWNVAR)\n", run("rv 0 nosuch").err.c_str());
    STRCMP_EQUAL(
        "'soon' is not a number of milliseconds (1 to 600000)\n", run("timeout soon").err.c_str());
    CHECK_FALSE(run("rv 9").got_no_answer);
}

TEST(Interpreter, SaysWhenTheHostIsSilent)
{
    server.is_silent = true;
    for (const char* command : {"peers", "as", "rv", "sysinfo", "pstats 4711", "cv 1"}) {
        const auto outcome = run(command);
        STRCMP_EQUAL("", outcome.out.c_str());
        STRCMP_EQUAL("ntp.example: timed out, nothing received\n", outcome.err.c_str());
        CHECK(outcome.got_no_answer);
    }
}

TEST(Interpreter, SaysWhenAHostHasNoAddress)
{
    Interpreter interpreter{server, wanted};
    const auto outcome = interpreter.connect("no.such.host");
    STRCMP_EQUAL("no.such.host: no address of that name\n", outcome.err.c_str());
    CHECK(outcome.got_no_answer);
    STRCMP_EQUAL("no host to ask ('host NAME' chooses one)\n", interpreter.run("rv").err.c_str());
}

TEST(Interpreter, TakesAPortWithTheHost)
{
    Interpreter interpreter{server, wanted};
    interpreter.connect("127.0.0.1:11123");
    STRCMP_EQUAL("127.0.0.1 11123", server.host.c_str());
    interpreter.connect("[::1]:11123");
    STRCMP_EQUAL("::1 11123", server.host.c_str());
    STRCMP_EQUAL("current host set to ntp2\n", interpreter.run("host ntp2").out.c_str());
    STRCMP_EQUAL("ntp2 123", server.host.c_str());
    STRCMP_EQUAL("current host is ntp2\n", interpreter.run("host").out.c_str());
}

TEST(Interpreter, AsksForNoNameTwice)
{
    // READSTAT, clock, and one question for each of four associations; nothing more the second time
    wanted.shows_names = true;
    Interpreter interpreter{server, wanted};
    interpreter.connect("ntp.example");
    interpreter.run("peers");
    LONGS_EQUAL(6, server.asked);
}

TEST(Interpreter, HelpsWithEveryCommand)
{
    const auto text = run("help").out;
    for (const auto& command : Interpreter::commands()) {
        STRCMP_CONTAINS(std::string{command.name}.c_str(), text.c_str());
        STRCMP_CONTAINS(std::string{command.purpose}.c_str(),
            run("help " + std::string{command.name}).out.c_str());
    }
}

TEST(Interpreter, ShowsReferenceIdentifiersAsHashes)
{
    Interpreter interpreter{server, wanted};
    interpreter.connect("ntp.example");
    STRCMP_EQUAL("drefid value is ipv4\n", interpreter.run("drefid").out.c_str());
    STRCMP_EQUAL("drefid value is hash\n", interpreter.run("drefid hash").out.c_str());
    const auto text = interpreter.run("peers").out;
    STRCMP_CONTAINS("\n*192.0.2.1       .GPS. ", text.c_str());
    STRCMP_CONTAINS("\n+2001:db8::2     0a000001 ", text.c_str());
    STRCMP_EQUAL("'x' is neither 'hash' nor 'ipv4'\n", interpreter.run("drefid x").err.c_str());
}

TEST(Interpreter, ShowsNamesAsConfigured)
{
    Interpreter interpreter{server, wanted};
    interpreter.connect("ntp.example");
    STRCMP_EQUAL("resolved hostnames not being shown\nsupplied hostnames being shown\n",
        interpreter.run("hostnames hostnum").out.c_str());
    STRCMP_EQUAL("'maybe' is none of 'yes', 'no', 'hostname' and 'hostnum'\n",
        interpreter.run("hostnames maybe").err.c_str());
}

// --- JSON --------------------------------------------------------------------

TEST(Interpreter, SaysEverythingInJsonWhenAsked)
{
    wanted.is_json = true;
    for (const auto& command : Interpreter::commands()) {
        if (command.name == "quit" || command.name == "exit")
            continue;
        const auto outcome = run(std::string{command.name});
        CHECK_TEXT(outcome.err.empty(), command.name.data());
        const auto head
            = "{\"command\":\"" + std::string{command.name} + "\",\"host\":\"ntp.example\"";
        STRCMP_EQUAL(head.c_str(), outcome.out.substr(0, head.size()).c_str());
        CHECK_TEXT(outcome.out.ends_with("}\n"), command.name.data());
        LONGS_EQUAL(1, std::count(outcome.out.begin(), outcome.out.end(), '\n'));
    }
    STRCMP_EQUAL("{\"command\":\"foo\",\"host\":\"ntp.example\",\"error\":"
                 "\"'foo' is not a command ('help' lists them)\"}\n",
        run("foo").out.c_str());
}

TEST(Interpreter, HasPeersAndVariablesInJson)
{
    wanted.is_json = true;
    auto text = run("peers").out;
    STRCMP_CONTAINS(
        "{\"command\":\"peers\",\"host\":\"ntp.example\",\"peers\":[{\"association\":4711,"
        "\"status\":\"",
        text.c_str());
    STRCMP_CONTAINS("\"tally\":\"*\",\"condition\":\"sys.peer\",", text.c_str());
    STRCMP_CONTAINS(
        "\"name\":\"192.0.2.1\",\"srcadr\":\"192.0.2.1\",\"srcport\":123,", text.c_str());
    STRCMP_CONTAINS("\"delay_ms\":12.345", text.c_str());
    text = run("rv 0 stratum,refid").out;
    STRCMP_CONTAINS("\"variables\":{\"stratum\":2,\"refid\":\"192.0.2.1\"}}\n", text.c_str());
    text = run("rv 9").out;
    STRCMP_CONTAINS("\"error\":\"ntp.example: no such association (BADASSOC)\"}\n", text.c_str());
    STRCMP_CONTAINS("\"text\":\"primary timeout 5000 ms\"", run("timeout").out.c_str());
}

// --- completion --------------------------------------------------------------

TEST(Interpreter, CompletesWhatIsBeingTyped)
{
    using Words = std::vector<std::string>;
    Interpreter interpreter{server, wanted};
    interpreter.connect("ntp.example");
    CHECK((interpreter.completions("pe") == Words{"peers"}));
    CHECK(
        (interpreter.completions("mr") == Words{"mreadvar", "mrv", "mreadlist", "mrl", "mrulist"}));
    CHECK((interpreter.completions("help sysi") == Words{"sysinfo"}));
    CHECK((interpreter.completions("rv &").empty())); // no list has been seen yet
    interpreter.run("as");
    CHECK((interpreter.completions("rv &") == Words{"&1", "&2", "&3", "&4"}));
    CHECK((interpreter.completions("rv 0 strat") == Words{"stratum"}));
    CHECK((interpreter.completions("rv &1 stratum,filtd")
        == Words{"stratum,filtdelay", "stratum,filtdisp"}));
    CHECK((interpreter.completions("mrulist sort=-c") == Words{"sort=-count"}));
    CHECK((interpreter.completions("mrulist li") == Words{"limited"}));
    CHECK((interpreter.completions("hostnames ") == Words{"yes", "no", "hostname", "hostnum"}));
    CHECK(interpreter.completions("nonsense x").empty());
    LONGS_EQUAL(
        static_cast<long>(Interpreter::commands().size()), interpreter.completions("").size());
}

TEST(ReplayedNtpd, ShowsUnitsAsInNtpq)
{
    wanted.shows_units = true;
    STRCMP_CONTAINS(
        "-10.77.0.1       ....             1 u    -   64    1 46.995us 15.621us 30.524us\n",
        out("peers.hex", "peers").c_str());
    const auto text = out("rv.hex", "rv");
    STRCMP_CONTAINS("rootdelay=50us, rootdisp=63.022ms,", text.c_str());
    STRCMP_CONTAINS("offset=0ns, frequency=0ppt, sys_jitter=1.333us,", text.c_str());
    STRCMP_CONTAINS("root dispersion:        63.052ms\n", out("sysinfo.hex", "sysinfo").c_str());
}
