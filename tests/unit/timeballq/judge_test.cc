// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The commands that judge: why, check, wait, watch, monitor, poll.

#include "unit/report/sample_report.h"
#include "unit/timeballq/replayed.h"

#include "timeballq/health.h"
#include "timeballq/interpreter.h"
#include "timeballq/pool_monitor.h"
#include "timeballq/why.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::query;
using namespace std::chrono_literals;

namespace {

// A candidate with this selection and these variables.
Candidate candidate(unsigned selection, const std::string& variables)
{
    return {
        static_cast<std::uint16_t>(0x9000 | selection << 8), control::parse_variables(variables)};
}

TimeAnswer answer(Seconds offset, Seconds delay = 20ms, std::uint8_t stratum = 2)
{
    return {{.leap = Leap::none, .mode = ntp::Mode::server, .stratum = stratum}, offset, delay};
}

TimeAnswer kiss(std::string_view code)
{
    TimeAnswer kissed = answer({}, {}, 0);
    kissed.header.reference_id = ReferenceId::letters(code);
    return kissed;
}

std::string all(const Reasons& reasons)
{
    std::string text = reasons.verdict;
    for (const auto& reason : reasons.because)
        text += "; " + reason;
    return text;
}

} // namespace

// --- why -----------------------------------------------------------------------

TEST_GROUP(Why)
{
    Candidate chosen
        = candidate(6, "offset=0.5, delay=10, jitter=0.1, reach=0xff, rootdisp=4, rootdelay=2");
};

TEST(Why, TellsByHowMuchAFalsetickerIsWrong)
{
    const auto liar = candidate(1, "offset=250.5, delay=20, jitter=1, rootdisp=3, reach=0xff");
    STRCMP_EQUAL(
        "a falseticker: it disagrees with the majority; its offset 250 ms is 250 ms from that "
        "of the system peer (0.5 ms); their error bounds of 14 ms and 10.1 ms explain only "
        "24.1 ms of that: 226 ms are too much",
        all(reasons_for(liar, &chosen, 4)).c_str());
}

TEST(Why, SaysThatNobodyAgreesWhenNobodyIsFollowed)
{
    STRCMP_CONTAINS("no majority agrees with its offset 1 ms +/- ",
        all(reasons_for(candidate(1, "offset=1, delay=2"), nullptr, 2)).c_str());
}

TEST(Why, TellsWhichTestFailedAndByHowMuch)
{
    const auto far
        = candidate(0, "flash=0x400, rootdelay=1000, rootdisp=1600, reach=0xff, stratum=3");
    STRCMP_CONTAINS(
        "it may be too far from true time (peer_dist): 2.1 s = 500 ms half the root delay + "
        "1.6 s root dispersion + 0 us half the delay",
        all(reasons_for(far, &chosen, 4)).c_str());
    STRCMP_CONTAINS(", 600 ms more than the 1.5 s that are taken by default",
        all(reasons_for(far, &chosen, 4)).c_str());
}

TEST(Why, SaysWhenASourceIsSilent)
{
    STRCMP_CONTAINS("not fit to be followed; none of the last 12 polls was answered (peer_unreach)",
        all(reasons_for(candidate(0, "flash=0x1000, reach=0, unreach=12"), &chosen, 4)).c_str());
    STRCMP_CONTAINS("no poll has been answered yet (peer_unreach)",
        all(reasons_for(candidate(0, "flash=0x1000, reach=0"), &chosen, 4)).c_str());
}

TEST(Why, HasASentenceForEachTest)
{
    for (unsigned bit = 0; bit < 13; ++bit) {
        const auto failed = candidate(0, "stratum=16, flash=" + std::to_string(1u << bit));
        const auto reasons = reasons_for(failed, &chosen, 4);
        LONGS_EQUAL(1, reasons.because.size());
        STRCMP_CONTAINS("(p", reasons.because[0].c_str());
    }
}

TEST(Why, HasAVerdictForEachSelection)
{
    const char* verdicts[]{"not fit to be followed",
        "a falseticker: it disagrees with the majority", "not looked at", "good, but an outlier",
        "a good source, which has a share in the result", "good, but only a reserve",
        "the system peer", "the system peer, by its pulses"};
    for (unsigned selection = 0; selection < 8; ++selection)
        STRCMP_EQUAL(verdicts[selection],
            reasons_for(candidate(selection, "offset=1"), &chosen, 4).verdict.c_str());
    STRCMP_EQUAL(
        "not a source itself", reasons_for(candidate(0, "refid=POOL"), &chosen, 4).verdict.c_str());
}

// --- check ---------------------------------------------------------------------

TEST_GROUP(PoolMonitor){
    static double step(Seconds offset){return pool::check_of({{answer(offset), ""}}).step;
}
}
;

TEST(PoolMonitor, ScoresOffsetsAsThePoolDoes)
{
    DOUBLES_EQUAL(1.0, step(0ms), 0);
    DOUBLES_EQUAL(1.0, step(-25ms), 0);
    DOUBLES_EQUAL(0.833, step(50ms), 0.001);
    DOUBLES_EQUAL(0.5, step(-100ms), 0.001);
    DOUBLES_EQUAL(-0.423, step(500ms), 0.001);
    DOUBLES_EQUAL(-2.0, step(800ms), 0);
    DOUBLES_EQUAL(-4.0, step(-4s), 0);
    DOUBLES_EQUAL(-20.0, *pool::check_of({{answer(4s), ""}}).cap, 0);
}

TEST(PoolMonitor, UsesTheAnswerWithTheLeastDelay)
{
    const auto check
        = pool::check_of({{answer(80ms, 200ms), ""}, {std::nullopt, ""}, {answer(1ms, 20ms), ""}});
    DOUBLES_EQUAL(0.001, check.best->offset.count(), 1e-12);
    DOUBLES_EQUAL(1.0, check.step, 0);
}

TEST(PoolMonitor, ScoresWhatIsNoAnswer)
{
    DOUBLES_EQUAL(-5, pool::check_of({{std::nullopt, ""}, {std::nullopt, ""}}).step, 0);
    DOUBLES_EQUAL(-4, pool::check_of({{std::nullopt, "wrong mode"}}).step, 0);
    DOUBLES_EQUAL(-3.5, pool::check_of({{kiss("RATE"), ""}}).step, 0);
    DOUBLES_EQUAL(-10, pool::check_of({{answer(1ms), ""}, {kiss("DENY"), ""}}).step, 0);
    DOUBLES_EQUAL(-50, *pool::check_of({{kiss("RSTR"), ""}}).cap, 0);
    DOUBLES_EQUAL(5, *pool::check_of({{kiss(""), ""}}).cap, 0);
    DOUBLES_EQUAL(-4, pool::check_of({{answer(0ms, 1ms, 16), ""}}).step, 0);
    DOUBLES_EQUAL(-4, pool::check_of({{answer(0ms, 1ms, 9), ""}}).step, 0);
    CHECK(pool::ends_check({kiss("RATE"), ""}));
    CHECK(pool::ends_check({answer(0ms, 1ms, 16), ""}));
    CHECK_FALSE(pool::ends_check({answer(0ms), ""}));
    CHECK_FALSE(pool::ends_check({std::nullopt, ""}));
}

TEST(PoolMonitor, KnowsWhenAServerIsUsed)
{
    LONGS_EQUAL(14, *pool::checks_until_used(pool::check_of({{answer(0ms), ""}})));
    CHECK_FALSE(pool::checks_until_used(pool::check_of({{answer(110ms), ""}})).has_value());
    DOUBLES_EQUAL(20, pool::final_score(pool::check_of({{answer(0ms), ""}})), 1e-9);
}

// --- wait and monitor ----------------------------------------------------------

TEST_GROUP(Health)
{
    Health health
        = health_of(control::parse_variables("leap=0, stratum=2, refid=10.0.0.1, offset=-2.5, "
                                             "rootdelay=4, rootdisp=3, sys_jitter=0.25, "
                                             "frequency=-12.5"),
            {{{1}, 0x961a}, {{2}, 0x941a}, {{3}, 0x9114}, {{4}, 0x8011}});
};

TEST(Health, IsReadFromVariables)
{
    CHECK(health.is_synchronized);
    DOUBLES_EQUAL(-0.0025, health.offset.count(), 1e-12);
    DOUBLES_EQUAL(0.005, health.bound.count(), 1e-12);
    LONGS_EQUAL(2, health.usable);
    LONGS_EQUAL(4, health.sources);
    CHECK_FALSE(health_of(control::parse_variables("leap=3, stratum=2"), {}).is_synchronized);
    CHECK_FALSE(health_of(control::parse_variables("leap=0, stratum=16"), {}).is_synchronized);
    CHECK_FALSE(health_of({}, {}).is_synchronized);
}

TEST(Health, IsToldInOneLineWithPerformanceData)
{
    const auto judged = judge(health, {});
    CHECK(judged.level == Level::ok);
    STRCMP_EQUAL(
        "NTP OK: follows 10.0.0.1, stratum 2, offset -2.5 ms, error bound 5 ms, 2 of 4 sources "
        "usable | offset=-0.002500000s;-0.01:0.01;-0.1:0.1 bound=0.005000000s;0.01;0.1;0 "
        "jitter=0.000250000s;;;0 frequency=-12.500 stratum=2;;;0;16 sources=2;1:;;0\n",
        judged.line.c_str());
}

TEST(Health, HasLevels)
{
    CHECK(judge(health, {.warning = 2ms, .critical = 10ms}).level == Level::warning);
    CHECK(judge(health, {.warning = 1ms, .critical = 2ms}).level == Level::critical);
    CHECK(judge(health, {.warning = 3ms, .critical = 4ms}).level == Level::critical); // the bound
    CHECK(judge(health, {.sources = 3}).level == Level::warning);
    health.is_synchronized = false;
    CHECK(judge(health, {}).level == Level::critical);
    CHECK(judge_silence("x").level == Level::unknown);
}

TEST(Health, ReadsSpansWithAndWithoutUnits)
{
    DOUBLES_EQUAL(0.010, parse_span("10", 1ms)->count(), 1e-12);
    DOUBLES_EQUAL(10, parse_span("10", 1s)->count(), 1e-12);
    DOUBLES_EQUAL(0.0005, parse_span("500us", 1s)->count(), 1e-12);
    DOUBLES_EQUAL(0.2, parse_span("0.2s", 1ms)->count(), 1e-12);
    DOUBLES_EQUAL(300, parse_span("5m", 1ms)->count(), 1e-12);
    DOUBLES_EQUAL(3e-9, parse_span("3ns", 1ms)->count(), 1e-18);
    for (const char* wrong : {"", "x", "0", "-1", "ms", "1e300", "1 s"})
        CHECK_FALSE(parse_span(wrong, 1s).has_value());
    STRCMP_EQUAL("1.5 s", span_in_words(1500ms).c_str());
    STRCMP_EQUAL("-0.25 ms", span_in_words(-250us).c_str());
    STRCMP_EQUAL("12.3 us", span_in_words(12345ns).c_str());
    STRCMP_EQUAL("5 ns", span_in_words(5ns).c_str());
}

TEST_GROUP(Judge)
{
    report::Report report = report::sample_report();
    OurServer server{report};
    Settings wanted = [] {
        Settings s;
        s.shows_names = false;
        s.width = 80;
        return s;
    }();

    Interpreter::Outcome run(const std::string& command)
    {
        Interpreter interpreter{server, wanted};
        interpreter.connect("ntp.example");
        return interpreter.run(command);
    }
};

TEST(Judge, SaysWhyOfEverySource)
{
    const auto outcome = run("why");
    STRCMP_EQUAL("", outcome.err.c_str());
    STRCMP_CONTAINS("*192.0.2.1 (4711): the system peer\n    offset -0.1", outcome.out.c_str());
    STRCMP_CONTAINS("+2001:db8::2 (4712): a good source", outcome.out.c_str());
    STRCMP_CONTAINS(" pool.example.org (4713): not a source itself\n", outcome.out.c_str());
    STRCMP_CONTAINS("It follows 192.0.2.1 at stratum 2, within ", outcome.out.c_str());
    const auto one = run("why &2").out;
    CHECK(one.starts_with("+2001:db8::2 (4712): "));
    CHECK(one.find("192.0.2.1 (") == one.npos);
    STRCMP_EQUAL("ntp.example: there is no association 9\n", run("why 9").err.c_str());
}

TEST(Judge, WaitsUntilItIsSynchronized)
{
    const auto ready = run("wait");
    STRCMP_CONTAINS("synchronized to 192.0.2.1, stratum 2, within ", ready.out.c_str());
    LONGS_EQUAL(0, *ready.status);

    const auto never = run("wait -t 5 -b 1ns");
    STRCMP_CONTAINS("ntp.example: synchronized within ", never.err.c_str());
    STRCMP_CONTAINS(", not 1 ns, after 5 s\n", never.err.c_str());
    LONGS_EQUAL(1, *never.status);
    CHECK(server.time - Instant<Mono>{1000s} == 5s);

    server.is_silent = true; // as before the daemon has started
    const auto silent = run("wait -t 2s");
    STRCMP_EQUAL("ntp.example: timed out, nothing received, after 2 s\n", silent.err.c_str());
    LONGS_EQUAL(1, *silent.status);
    STRCMP_EQUAL("usage: wait [-t SPAN] [-b BOUND]\n", run("wait 5").err.c_str());
}

TEST(Judge, WaitIsOverWhenInterrupted)
{
    server.pauses_until_interrupt = 2;
    const auto outcome = run("wait -b 1ns");
    STRCMP_EQUAL("ntp.example: interrupted\n", outcome.err.c_str());
    LONGS_EQUAL(1, *outcome.status);
}

TEST(Judge, MonitorHasTheStatusesOfPlugIns)
{
    auto outcome = run("monitor -w 1s -c 2s");
    LONGS_EQUAL(0, *outcome.status);
    CHECK(outcome.out.starts_with("NTP OK: follows 192.0.2.1, stratum 2, "));
    LONGS_EQUAL(2, *run("monitor -w 1ns -c 2ns").status);
    LONGS_EQUAL(1, *run("monitor -w 1s -c 2s -s 9").status);
    for (const char* wrong : {"monitor -w", "monitor -w x", "monitor 5", "monitor -w 2 -c 1"})
        LONGS_EQUAL(3, *run(wrong).status);
    server.is_silent = true;
    outcome = run("monitor");
    STRCMP_EQUAL("NTP UNKNOWN: ntp.example: timed out, nothing received\n", outcome.out.c_str());
    LONGS_EQUAL(3, *outcome.status);
}

TEST(Judge, ChecksAsThePoolDoes)
{
    server.times = {answer(1ms)};
    auto outcome = run("check");
    STRCMP_EQUAL("request 1: offset 1 ms, delay 20 ms, stratum 2\n"
                 "request 2: offset 1 ms, delay 20 ms, stratum 2\n"
                 "request 3: offset 1 ms, delay 20 ms, stratum 2\n"
                 "the monitor would use the answer with the least delay: offset 1 ms\n"
                 "step +1.00 for this check; a score of 20.0 when every check ends so\n"
                 "in the pool: yes, after 14 such checks, with a score of 10\n",
        outcome.out.c_str());
    LONGS_EQUAL(0, *outcome.status);
    CHECK(server.time - Instant<Mono>{1000s} == 4s); // two seconds apart

    server.times = {kiss("RATE")};
    outcome = run("check");
    CHECK(outcome.out.starts_with("request 1: kiss code RATE\nthe monitor would count an error: "));
    STRCMP_CONTAINS("advice: allow at least 8 requests in a burst", outcome.out.c_str());
    LONGS_EQUAL(2, *outcome.status);

    server.times = {answer(60ms)};
    LONGS_EQUAL(1, *run("check").status);
    server.times.clear();
    outcome = run("check other.example");
    STRCMP_CONTAINS("request 3: no answer within 3 s\n", outcome.out.c_str());
    STRCMP_CONTAINS("step -5.00", outcome.out.c_str());
    STRCMP_EQUAL("other.example 123", server.host.c_str());
}

TEST(Judge, WatchAsksToBeRunAgain)
{
    auto outcome = run("watch rv 0 stratum");
    STRCMP_EQUAL("stratum=2\n", outcome.out.c_str());
    STRCMP_EQUAL("watch rv 0 stratum", outcome.again->line.c_str());
    CHECK(outcome.again->after == 2s);
    outcome = run("watch -n 0.5 rv 0 stratum");
    STRCMP_EQUAL("watch -n 0.5 rv 0 stratum", outcome.again->line.c_str());
    CHECK(outcome.again->after == 500ms);
    CHECK_FALSE(run("watch nonsense").again.has_value());
    CHECK_FALSE(run("watch").again.has_value());
    CHECK_FALSE(run("watch watch rv").again.has_value());
    CHECK_FALSE(run("watch -n 0 rv").again.has_value());
}

TEST(Judge, PollAsksForTheTime)
{
    server.times = {answer(1ms),
        unexpected(Problem{.text = "no answer to a request for the time", .is_silence = true}),
        kiss("RATE")};
    const auto outcome = run("poll 3 verbose");
    STRCMP_CONTAINS("ntp.example: stratum 2, offset 1 ms, delay 20 ms\n    version 4, leap 0, ",
        outcome.out.c_str());
    STRCMP_EQUAL("ntp.example: no answer to a request for the time\nntp.example: kiss code RATE\n",
        outcome.err.c_str());
    CHECK(outcome.got_no_answer);
}

// --- one request for the time --------------------------------------------------

TEST_GROUP(TimeProbe)
{
    Instant<Utc> sent{std::chrono::seconds{1'790'000'000}};
    ntp::Timestamp cookie{0x1234'5678'9abc'def1};

    std::vector<std::byte> reply(Nanoseconds receive, Nanoseconds transmit)
    {
        std::vector<std::byte> datagram(ntp::header_size);
        ntp::encode({.leap = Leap::none,
                        .mode = ntp::Mode::server,
                        .stratum = 1,
                        .origin = cookie,
                        .receive = ntp::to_timestamp(sent + receive),
                        .transmit = ntp::to_timestamp(sent + transmit)},
            datagram);
        return datagram;
    }
};

TEST(TimeProbe, SendsNoReadingOfItsClock)
{
    const auto request = ntp::decode(time_request(4, cookie));
    CHECK(request->mode == ntp::Mode::client);
    CHECK(request->transmit == cookie);
    CHECK(request->origin.is_zero());
    CHECK(request->reference.is_zero());
}

TEST(TimeProbe, ReckonsOffsetAndDelay)
{
    const auto result = read_time_answer(reply(15ms, 16ms), cookie, sent, sent + 11ms);
    CHECK(result && *result);
    DOUBLES_EQUAL(0.010, (**result).offset.count(), 1e-8);
    DOUBLES_EQUAL(0.010, (**result).delay.count(), 1e-8);
}

TEST(TimeProbe, TakesNoOtherAnswerAndToldWhatIsWrong)
{
    CHECK_FALSE(read_time_answer(reply(1ms, 2ms), {7}, sent, sent + 3ms).has_value());
    CHECK_FALSE(read_time_answer({}, cookie, sent, sent).has_value());
    const auto backwards = read_time_answer(reply(2ms, 1ms), cookie, sent, sent + 3ms);
    STRCMP_EQUAL("the answer was sent before the request came", backwards->error().c_str());
    auto broadcast = reply(1ms, 2ms);
    broadcast[0] = std::byte{0x25};
    CHECK_FALSE(read_time_answer(broadcast, cookie, sent, sent)->has_value());
}
