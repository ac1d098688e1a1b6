// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A report as mode 6 variables: their order, their texts, and the traps that real readers hold.

#include "control/variables.h"
#include "report/mode6_text.h"
#include "report/status_word.h"
#include "report/to_mode6.h"
#include "unit/report/sample_report.h"

#include <cmath>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::report;
using namespace std::chrono_literals;

namespace {

std::string names(const Variables& variables)
{
    std::string all;
    for (const auto& variable : variables)
        all += (all.empty() ? "" : " ") + variable.name;
    return all;
}

std::string value(const Variables& variables, std::string_view name)
{
    for (const auto& variable : variables) {
        if (variable.name == name)
            return variable.text;
    }
    return "(absent)";
}

std::string asked(const Report& report, std::string_view name)
{
    const auto found = system_variables(report, Names{&name, 1});
    return found ? value(*found, name) : "(unknown)";
}

std::string asked(const Association& association, std::string_view name)
{
    const auto found = peer_variables(association, Names{&name, 1});
    return found ? value(*found, name) : "(unknown)";
}

} // namespace

TEST_GROUP(Mode6Report)
{
    Report report = sample_report();
    Association& peer = report.associations[0];
    Association& pool = report.associations[2];
    Association& pulse = report.associations[3];
};

TEST(Mode6Report, ListsSystemVariablesInTheCustomaryOrder)
{
    STRCMP_EQUAL("leap stratum precision rootdelay rootdisp refid reftime tc peer offset frequency "
                 "sys_jitter clk_jitter clock processor system version clk_wander mintc",
        names(system_variables(report)).c_str());
}

TEST(Mode6Report, ShowsLeapSecondsWhenThereIsATable)
{
    report.system.tai_offset = 37;
    report.system.leap_second = Instant<Utc>{1'483'228'800s};
    report.system.leap_expiry = Instant<Utc>{1'830'000'000s};
    const auto all = system_variables(report);
    STRCMP_EQUAL("37", value(all, "tai").c_str());
    STRCMP_EQUAL("2017-01-01T00:00Z", value(all, "leapsec").c_str());
    STRCMP_EQUAL("2027-12-28T13:20Z", value(all, "expire").c_str());
}

TEST(Mode6Report, ShowsTheSmearWhenThereIsOne)
{
    STRCMP_EQUAL("(absent)", value(system_variables(report), "leapsmearinterval").c_str());
    report.system.smear = {.interval = Seconds{7200}, .offset = Seconds{-0.5}};
    const auto all = system_variables(report);
    STRCMP_EQUAL("7200", value(all, "leapsmearinterval").c_str());
    STRCMP_EQUAL("-500.000000", value(all, "leapsmearoffset").c_str());
}

TEST(Mode6Report, BeginsTheSystemWithLeapAndAComma)
{
    const auto text = to_text(system_variables(report));
    CHECK(text.starts_with("leap=0, stratum=2,"));
    CHECK(text.ends_with("mintc=3\r\n"));
}

TEST(Mode6Report, GivesTheUnitsAndDigitsThatReadersExpect)
{
    const auto all = system_variables(report);
    STRCMP_EQUAL("12.500", value(all, "rootdelay").c_str());
    STRCMP_EQUAL("2.100", value(all, "rootdisp").c_str());
    STRCMP_EQUAL("8.350", asked(report, "rootdist").c_str());
    STRCMP_EQUAL("-0.123456", value(all, "offset").c_str());
    STRCMP_EQUAL("-12.345678", value(all, "frequency").c_str());
    STRCMP_EQUAL("0.004000", value(all, "clk_wander").c_str());
    STRCMP_EQUAL("0xeef45080.00000000", value(all, "clock").c_str());
    STRCMP_EQUAL("\"ntpd timeball-0.1.0\"", value(all, "version").c_str());
}

TEST(Mode6Report, AnswersEveryNameThatSysinfoAsksFor)
{
    for (const char* name :
        {"peeradr", "peermode", "leap", "stratum", "precision", "rootdelay", "rootdisp", "rootdist",
            "refid", "reftime", "sys_jitter", "clk_jitter", "clk_wander", "authdelay"})
        CHECK(asked(report, name) != "(unknown)");
    STRCMP_EQUAL("192.0.2.1:123", asked(report, "peeradr").c_str());
    STRCMP_EQUAL("3", asked(report, "peermode").c_str());
    report.system.peer = {};
    STRCMP_EQUAL("0.0.0.0:0", asked(report, "peeradr").c_str());
    STRCMP_EQUAL("0", asked(report, "peermode").c_str());
}

TEST(Mode6Report, AnswersEveryNameThatSysstatsAsksFor)
{
    STRCMP_EQUAL("3600", asked(report, "ss_uptime").c_str());
    STRCMP_EQUAL("17", asked(report, "ss_numctlreq").c_str());
    for (const char* stem : {"ss_reset", "ss_received", "ss_thisver", "ss_oldver", "ss_ver1",
             "ss_ver1client", "ss_ver1zero", "ss_ver1symm", "ss_badformat", "ss_badauth",
             "ss_declined", "ss_restricted", "ss_limited", "ss_kodsent", "ss_processed"}) {
        const std::string name{stem};
        CHECK(control::to_integer(asked(report, name)).has_value());
        CHECK(control::to_integer(asked(report, name + "_r")).has_value());
    }
    report.system.counters.send_failed = 3;
    STRCMP_EQUAL("3", asked(report, "io_sendfailed").c_str());
    STRCMP_EQUAL("1000", asked(report, "io_received").c_str());
    STRCMP_EQUAL("3600", asked(report, "iostats_reset").c_str());
    STRCMP_EQUAL("100", asked(report, "ss_received").c_str());
    STRCMP_EQUAL("1000", asked(report, "ss_received_r").c_str());
}

TEST(Mode6Report, KnowsFiguresThatThereAreNotButInventsNone)
{
    for (const char* name :
        {"koffset", "kstflags", "mru_depth", "mru_mem", "io_wakeups", "timer_xmts", "authdelay"})
        STRCMP_EQUAL("(absent)", asked(report, name).c_str());
    report.system.kernel = KernelClock{.maximum_error = Seconds{0.0335}, .flags = "pll nano"};
    report.system.clients = ClientListState{.depth = 7, .memory = 2049};
    STRCMP_EQUAL("33.500000", asked(report, "kmaxerr").c_str());
    STRCMP_EQUAL("\"pll nano\"", asked(report, "kstflags").c_str());
    STRCMP_EQUAL("7", asked(report, "mru_depth").c_str());
    STRCMP_EQUAL("3", asked(report, "mru_mem").c_str());
    STRCMP_EQUAL("0x3", asked(report, "mru_enabled").c_str());
}

TEST(Mode6Report, AnswersNamesInTheOrderOfTheQuestionAndEachOnce)
{
    constexpr std::string_view question[] = {"stratum", "leap", "stratum"};
    STRCMP_EQUAL("stratum leap", names(*system_variables(report, question)).c_str());
}

TEST(Mode6Report, AnswersNothingWhenOneNameIsUnknown)
{
    constexpr std::string_view question[] = {"stratum", "nosuch"};
    CHECK_FALSE(system_variables(report, question).has_value());
    CHECK_FALSE(peer_variables(peer, question).has_value());
}

TEST(Mode6Report, AnswersPeerNamesInTheOrderOfTheTable)
{
    constexpr std::string_view question[] = {"offset", "srcadr"};
    STRCMP_EQUAL("srcadr offset", names(*peer_variables(peer, question)).c_str());
}

TEST(Mode6Report, ShowsWhatTheOperatorHasSet)
{
    report.system.variables = {{"policy", "public, \"really\""}, {"level", "3"}};
    report.system.other_variables = {{"secret", "0123"}};
    const auto all = system_variables(report);
    STRCMP_EQUAL("\"public, really\"", value(all, "policy").c_str());
    STRCMP_EQUAL("3", value(all, "level").c_str());
    STRCMP_EQUAL("(absent)", value(all, "secret").c_str());
    STRCMP_EQUAL("\"0123\"", asked(report, "secret").c_str());
    CHECK(asked(report, "sys_var_list").ends_with(",policy,level,secret\""));
}

TEST(Mode6Report, ListsPeerVariablesInTheCustomaryOrder)
{
    STRCMP_EQUAL(
        "srcadr srcport dstadr dstport leap hmode stratum ppoll hpoll precision rootdelay "
        "rootdisp refid reftime rec xmt reach unreach delay offset jitter dispersion keyid "
        "filtdelay filtoffset pmode filtdisp flash headway srchost ntscookies",
        names(peer_variables(peer)).c_str());
}

TEST(Mode6Report, GivesDelayAndItsLikeSixDecimals)
{
    const auto all = peer_variables(peer);
    STRCMP_EQUAL("12.345600", value(all, "delay").c_str());
    STRCMP_EQUAL("-0.123456", value(all, "offset").c_str());
    STRCMP_EQUAL("0.010000", value(all, "jitter").c_str());
    STRCMP_EQUAL("0.900000", value(all, "dispersion").c_str());
}

TEST(Mode6Report, QuotesAReferenceIdThatLooksLikeANumber)
{
    for (const char* letters : {"1588", "0x12", "INF", "nan", "NAN", "1e5", "1_0", "7"}) {
        peer.reference_id = ReferenceId::letters(letters);
        const std::string quoted = '"' + std::string{letters} + '"';
        STRCMP_EQUAL(quoted.c_str(), asked(peer, "refid").c_str());
    }
    for (const char* letters : {"GPS", "PPS", "INIT", "e5", "NaNo", "b.c"}) {
        peer.reference_id = ReferenceId::letters(letters);
        STRCMP_EQUAL(letters, asked(peer, "refid").c_str());
    }
    report.system.sync.stratum = Stratum{1};
    report.system.sync.reference_id = ReferenceId::letters("1588");
    STRCMP_EQUAL("\"1588\"", asked(report, "refid").c_str());
}

TEST(Mode6Report, GivesAReferenceIdOfNothingAsEmptyText)
{
    peer.reference_id = {};
    STRCMP_EQUAL("\"\"", asked(peer, "refid").c_str());
}

TEST(Mode6Report, ShowsUpstreamsOfHigherStrataAsAddresses)
{
    STRCMP_EQUAL("10.0.0.1", asked(report.associations[1], "refid").c_str());
}

TEST(Mode6Report, AlwaysHasASourceAddressEvenForAPool)
{
    STRCMP_EQUAL("0.0.0.0", asked(pool, "srcadr").c_str());
    STRCMP_EQUAL("POOL", asked(pool, "refid").c_str());
    STRCMP_EQUAL("\"pool.example.org\"", asked(pool, "srchost").c_str());
}

TEST(Mode6Report, GivesEightNumbersForEachRegisterOfTheFilter)
{
    STRCMP_EQUAL(" 12.35 12.90 0.00 0.00 0.00 0.00 0.00 0.00", asked(peer, "filtdelay").c_str());
    STRCMP_EQUAL(" -0.12 0.20 0.00 0.00 0.00 0.00 0.00 0.00", asked(peer, "filtoffset").c_str());
    STRCMP_EQUAL(" 0.10 1.10 16000.00 16000.00 16000.00 16000.00 16000.00 16000.00",
        asked(peer, "filtdisp").c_str());
    CHECK(asked(pool, "filtdelay").starts_with(" 0.00 0.00"));
}

TEST(Mode6Report, GivesReachAndFlashInHexadecimal)
{
    STRCMP_EQUAL("0xff", asked(peer, "reach").c_str());
    peer.reach = 0;
    STRCMP_EQUAL("0x0", asked(peer, "reach").c_str());
    pool.view.flash = sync::peer_distance;
    STRCMP_EQUAL("0x1600", asked(pool, "flash").c_str());
}

TEST(Mode6Report, NeverSendsWhatIsNoNumber)
{
    peer.view.jitter = Seconds{std::nan("")};
    peer.view.delay = Seconds{HUGE_VAL};
    const auto all = peer_variables(peer);
    STRCMP_EQUAL("(absent)", value(all, "jitter").c_str());
    STRCMP_EQUAL("(absent)", value(all, "delay").c_str());
    CHECK(to_text(all).find("nan") == std::string::npos);
    CHECK(to_text(all).find("inf") == std::string::npos);
}

TEST(Mode6Report, HasNoNegativeZero)
{
    peer.view.offset = Seconds{-1e-12};
    STRCMP_EQUAL("0.000000", asked(peer, "offset").c_str());
}

TEST(Mode6Report, SendsItsOwnPollWhenThePeersIsNotKnown)
{
    STRCMP_EQUAL("6", asked(peer, "ppoll").c_str());
    peer.peer_poll = Poll{99};
    STRCMP_EQUAL("7", asked(peer, "ppoll").c_str());
    peer.peer_poll = Poll{-3};
    STRCMP_EQUAL("7", asked(peer, "ppoll").c_str());
    STRCMP_EQUAL("6", asked(pool, "ppoll").c_str());
}

TEST(Mode6Report, TellsClocksFromServersByTheirName)
{
    STRCMP_EQUAL("\"PPS(0)\"", asked(pulse, "srchost").c_str());
    pulse.host_name = "PPS";
    STRCMP_EQUAL("\"PPS(0)\"", asked(pulse, "srchost").c_str());
    peer.host_name = "ntp(1).example";
    STRCMP_EQUAL("\"ntp1.example\"", asked(peer, "srchost").c_str());
    peer.host_name.clear();
    STRCMP_EQUAL("(absent)", asked(peer, "srchost").c_str());
}

TEST(Mode6Report, KeepsTheOriginTimestampToItself)
{
    STRCMP_EQUAL("(absent)", asked(peer, "org").c_str());
}

TEST(Mode6Report, AnswersEveryNameThatPstatsAsksFor)
{
    for (const char* name :
        {"srcadr", "dstadr", "timerec", "timer", "timereach", "sent", "received", "badauth",
            "bogusorg", "oldpkt", "seldisp", "selbroken", "candidate", "ntscookies", "src", "dst"})
        CHECK(asked(peer, name) != "(unknown)");
    STRCMP_EQUAL("40", asked(peer, "sent").c_str());
    STRCMP_EQUAL("(absent)", asked(pool, "timerec").c_str());
}

TEST(Mode6Report, DescribesAReferenceClock)
{
    const auto all = clock_variables(*pulse.clock);
    STRCMP_EQUAL("name timecode poll noreply badformat baddata fudgetime1 stratum refid flags "
                 "device pps.count",
        names(all).c_str());
    STRCMP_EQUAL("\"17 x\"", value(all, "timecode").c_str());
    STRCMP_EQUAL("1.500", value(all, "fudgetime1").c_str());
    STRCMP_EQUAL("8", value(all, "pps.count").c_str());
    constexpr std::string_view question[] = {"pps.count", "poll"};
    STRCMP_EQUAL("poll pps.count", names(*clock_variables(*pulse.clock, question)).c_str());
}

TEST(Mode6Report, BreaksLinesBeforeTheSeventySecondColumn)
{
    for (const auto& text : {to_text(system_variables(report)), to_text(peer_variables(peer))}) {
        std::size_t begin = 0;
        for (std::size_t end; (end = text.find("\r\n", begin)) != text.npos; begin = end + 2) {
            const auto line = text.substr(begin, end - begin);
            CHECK(line.size() <= 72 || line.find(", ") == line.npos); // one value may be longer
            CHECK_EQUAL(end + 2 < text.size(), text[end - 1] == ',');
        }
        LONGS_EQUAL(text.size(), begin);
    }
    STRCMP_EQUAL("", to_text({}).c_str());
}

TEST(Mode6Report, CanBeReadBackByTheOtherSide)
{
    const auto sent = peer_variables(peer);
    const auto seen = control::parse_variables(to_text(sent));
    LONGS_EQUAL(sent.size(), seen.size());
    STRCMP_EQUAL("ntp1.example.net", seen.get("srchost").c_str());
    LONGS_EQUAL(255, *seen.integer("reach"));
}

TEST_GROUP(StatusWord)
{
    Report report = sample_report();
};

TEST(StatusWord, OfASynchronizedSystemIs0615)
{
    LONGS_EQUAL(0x0615, system_status(report.system));
}

TEST(StatusWord, OfASystemThatHasJustStartedIsC016)
{
    System system;
    system.event_count = 1;
    system.event_code = static_cast<std::uint8_t>(sync::EventKind::restart);
    LONGS_EQUAL(0xc016, system_status(system));
}

TEST(StatusWord, CountsToFifteen)
{
    report.system.event_count = 200;
    LONGS_EQUAL(0x06f5, system_status(report.system));
}

TEST(StatusWord, OfAssociationsSaysWhatTheyAreAndHowTheyStand)
{
    LONGS_EQUAL(0x961a, peer_status(report.associations[0]));
    Association authentic = report.associations[1];
    authentic.wants_authentication = authentic.is_authenticated = true;
    LONGS_EQUAL(0xf414, peer_status(authentic));
    LONGS_EQUAL(0x8011, peer_status(report.associations[2]));
    LONGS_EQUAL(0x0021, clock_status(*report.associations[3].clock));
}
