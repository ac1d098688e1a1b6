// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What servers tell, and the words we have for it.

#include "scene.h"

#include "timeball/glyphs.h"
#include "timeball/plot.h"
#include "timeball/words.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::console;
using namespace std::chrono_literals;

namespace {

void check_text(const char* expected, const std::string& seen)
{
    STRCMP_EQUAL(expected, seen.c_str());
}

} // namespace

TEST_GROUP(ConsoleFigures){};

TEST(ConsoleFigures, AreNothingWhenNotTold)
{
    const SystemFigures s = system_figures(told(""));
    CHECK_FALSE(s.is_synchronized());
    CHECK_FALSE(s.offset.has_value());
    CHECK_FALSE(s.error_bound().has_value());
    const PeerFigures p = peer_figures(told(""));
    CHECK_FALSE(p.offset.has_value());
    CHECK_FALSE(p.root_distance().has_value());
    CHECK(p.filter.empty());
}

TEST(ConsoleFigures, AreNothingWhenGarbled)
{
    const SystemFigures s = system_figures(
        told("leap=4, stratum=x, offset=nan, clock=0x12, reftime=, frequency=1e999"));
    CHECK_FALSE(s.leap.has_value());
    CHECK_FALSE(s.stratum.has_value());
    CHECK_FALSE(s.offset.has_value());
    CHECK_FALSE(s.clock.has_value());
    CHECK_FALSE(s.frequency.has_value());
}

TEST(ConsoleFigures, HaveUnits)
{
    const SystemFigures s = scene().system;
    CHECK(s.is_synchronized());
    DOUBLES_EQUAL(-12.345e-6, s.offset->count(), 1e-15);
    DOUBLES_EQUAL(-12.345678, s.frequency->ppm(), 1e-9);
    DOUBLES_EQUAL(0.001965, s.error_bound()->count(), 1e-12);
    DOUBLES_EQUAL(22.5, s.since_update()->count(), 0.01);
    LONGS_EQUAL(17764, s.peer.value);
}

// NTPsec 1.2.2 sends octets of earlier packets before the eight figures of a register.
// Who looks asks a dozen questions a second himself.
TEST(ConsoleFigures, LeaveTheConsolesOwnQuestionsOutOfTheRequests)
{
    const auto with
        = [](const char* text) { return served_figures(told(text)).received.value_or(0); };
    LONGS_EQUAL(100, with("ss_received=100"));
    LONGS_EQUAL(70, with("ss_received=100, ss_numctlreq=30"));
    LONGS_EQUAL(0, with("ss_received=10, ss_numctlreq=30"));
}

TEST(ConsoleFigures, FindTheFilterRegisterBehindGarbage)
{
    const auto filter = [](const char* delay) {
        return peer_figures(told(std::string{"filtdelay="} + delay
                                + ", filtoffset= 1 2 3 4 5 6 7 8, filtdisp= 1 2 3 4 5 6 7 8"))
            .filter;
    };
    LONGS_EQUAL(8, filter(" 1 2 3 4 5 6 7 8").size());
    DOUBLES_EQUAL(0.002, filter(" 1 2 3 4 5 6 7 8")[1].offset.count(), 1e-12);
    LONGS_EQUAL(8, filter("@z{ 0 0.11 0.22 0.33 0.44 0.55 0.66 0.77 0.88").size());
    DOUBLES_EQUAL(
        0.00011, filter("@z\" 0 0.11 0.22 0.33 0.44 0.55 0.66 0.77 0.88")[0].delay.count(), 1e-12);
    LONGS_EQUAL(0, filter(" 1 2 3 4 5 6 7").size());
    LONGS_EQUAL(0, filter(" 1 2 3 4 z 5 6 7").size());
}

TEST(ConsoleFigures, TellTheKindOfAnAssociation)
{
    const auto type = [](const char* text) { return peer_figures(told(text)).type; };
    CHECK_EQUAL('u', type("hmode=3, srcadr=192.0.2.1"));
    CHECK_EQUAL('8', type("hmode=3, srcadr=192.0.2.1, ntscookies=8"));
    CHECK_EQUAL('l', type("hmode=3, srcadr=127.127.22.0"));
    CHECK_EQUAL('l', type("hmode=3, srchost=\"PPS(0)\""));
    CHECK_EQUAL('p', type("hmode=3, refid=POOL"));
    CHECK_EQUAL('p', type("hmode=3, refid=\"POOL\""));
    CHECK_EQUAL('s', type("hmode=1"));
    CHECK_EQUAL('S', type("hmode=2"));
    CHECK_EQUAL('B', type("hmode=5, srcadr=192.0.2.255"));
    CHECK_EQUAL('M', type("hmode=5, srcadr=224.0.1.1"));
    CHECK_EQUAL('b', type("hmode=6"));
    CHECK_EQUAL('-', type(""));
}

TEST(ConsoleFigures, NameAnAssociationAsConfiguredOrByAddress)
{
    const auto name = [](const char* text, bool is_numeric) {
        return peer_figures(told(text)).name(is_numeric);
    };
    check_text("a.example", name("srchost=a.example, srcadr=192.0.2.1", false));
    check_text("192.0.2.1", name("srchost=a.example, srcadr=192.0.2.1", true));
    check_text("192.0.2.1", name("srcadr=192.0.2.1", false));
    check_text("a.example", name("srchost=a.example, srcadr=0.0.0.0", true));
    check_text("PPS(0)", name("srchost=PPS(0), srcadr=127.127.22.0", true));
}

TEST(ConsoleFigures, ReadTheStatusWord)
{
    const PeerStatus s = peer_status(0xf61a);
    CHECK(s.is_configured && s.wants_authentication && s.is_authentic && s.is_reachable);
    CHECK_FALSE(s.is_broadcast);
    CHECK(s.select == sync::Select::system_peer);
    LONGS_EQUAL(1, s.event_count);
    check_text("became system peer", std::string{event_in_words(s.event_code)});
    CHECK_EQUAL('*', tally(s.select));
}

TEST(ConsoleFigures, NameEveryTestThatFailed)
{
    LONGS_EQUAL(0, flash_in_words(0).size());
    LONGS_EQUAL(14, flash_in_words(0x3fff).size());
    const auto words = flash_in_words(0x1400);
    LONGS_EQUAL(2, words.size());
    check_text("peer_dist: root distance too large", words[0]);
}

TEST_GROUP(ConsoleWords){};

TEST(ConsoleWords, FitMillisecondsIntoTheirColumn)
{
    check_text("0.012", milliseconds(Seconds{12.3e-6}, 7));
    check_text("+12.345", signed_milliseconds(Seconds{12.345e-3}, 7));
    check_text("+247.68", signed_milliseconds(Seconds{247.6774e-3}, 7));
    check_text("-123457", signed_milliseconds(Seconds{-123.4567}, 7));
    check_text("-", signed_milliseconds(Seconds{-12345.6}, 7));
    check_text("+0.000", signed_milliseconds(Seconds{-1e-9}, 7));
    check_text("0.000001", milliseconds(Seconds{1e-9}, 10, 6));
}

TEST(ConsoleWords, ChooseTheUnitThatSuits)
{
    check_text("1.50 s", with_unit(Seconds{1.5}));
    check_text("12.3 ms", with_unit(Seconds{0.01234}));
    check_text("999 us", with_unit(Seconds{0.000999}));
    check_text("1.00 ms", with_unit(Seconds{0.0009996}));
    check_text("-5 ns", signed_with_unit(Seconds{-5e-9}));
    check_text("+0 ns", signed_with_unit(Seconds{0}));
}

TEST(ConsoleWords, SayAgesAsNtpqDoes)
{
    check_text("64", short_age(Seconds{64}));
    check_text("2048", short_age(Seconds{2048}));
    check_text("35m", short_age(Seconds{2100}));
    check_text("36h", short_age(Seconds{131072}));
    check_text("12d", short_age(Seconds{12 * 86400}));
    check_text("-", short_age(Seconds{-1}));
    check_text("59 s", long_age(Seconds{59}));
    check_text("4 min 10 s", long_age(Seconds{250}));
    check_text("3 h 12 min", long_age(Seconds{3 * 3600 + 12 * 60}));
    check_text("4 d 3 h", long_age(Seconds{4 * 86400 + 3 * 3600}));
}

TEST(ConsoleWords, SayDatesAndIntervals)
{
    const Instant<Utc> t{1709210096s};
    check_text("2024-02-29", date(t));
    check_text("12:34:56", time_of_day(t));
    check_text("0.5 s", interval_in_words(500ms));
    check_text("2 s", interval_in_words(2s));
    check_text("15 min", interval_in_words(900s));
    check_text("24 h", interval_in_words(24h));
    check_text("0.25/s", rate(0.25));
    check_text("1250/s", rate(1250));
}

TEST_GROUP(ConsoleGlyphs){};

TEST(ConsoleGlyphs, LetNothingThroughThatDisturbsATerminal)
{
    const auto shown = [](const char* text) { return to_utf8(to_glyphs(text)); };
    check_text("a?[31mb", shown("a\x1b[31mb"));
    check_text("??", shown("\x9b\xff"));
    check_text("zürich", shown("zürich"));
    check_text("?", shown("時")); // two columns wide
    check_text("?", shown("\xe2\x80\xae")); // turns the direction of writing
    check_text("??", shown("\xe2\x82")); // cut off in the middle
}

TEST(ConsoleGlyphs, SayWhereTheyWereCut)
{
    const Glyphs& ascii = glyphs_of(Alphabet::ascii);
    check_text("abc", to_utf8(fit("abc", 3, ascii)));
    check_text("ab~", to_utf8(fit("abcd", 3, ascii)));
    check_text("", to_utf8(fit("abcd", 0, ascii)));
}

TEST_GROUP(ConsolePlot){};

TEST(ConsolePlot, DrawsADiagonal)
{
    const std::vector<PlotPoint> curve{{0, 0.0}, {1, 1.0}};
    const auto rows = plot(curve, {0, 1}, 4, 2, glyphs_of(Alphabet::unicode));
    check_text("  ⡠⠊", to_utf8(rows[0]));
    check_text("⡠⠊  ", to_utf8(rows[1]));
    const auto ascii = plot(curve, {0, 1}, 6, 2, glyphs_of(Alphabet::ascii));
    check_text("   .-'", to_utf8(ascii[0]));
    check_text(".-'   ", to_utf8(ascii[1]));
}

TEST(ConsolePlot, LeavesAGapWhereNobodyKnows)
{
    const std::vector<PlotPoint> curve{
        {0, 1.0}, {0.2, 1.0}, {0.2, std::nullopt}, {0.8, 1.0}, {1, 1.0}};
    const auto rows = plot(curve, {0, 1}, 6, 1, glyphs_of(Alphabet::ascii));
    check_text("''  ''", to_utf8(rows[0]));
}

TEST(ConsolePlot, KeepsPointsFarOutsideAtItsEdge)
{
    const std::vector<PlotPoint> curve{{-1e9, 1e300}, {0.5, -1e300}, {1e9, 0.5}};
    const auto rows = plot(curve, {0, 1}, 5, 2, glyphs_of(Alphabet::ascii));
    LONGS_EQUAL(2, rows.size());
    CHECK(rows[1][2] != U' ');
}

// A clock that was 400 ms off when the server started flattened the curve for a quarter of an hour.
TEST(ConsolePlot, IsNotFlattenedByARareExtreme)
{
    std::vector<PlotPoint> curve;
    for (int i = 0; i < 100; ++i)
        curve.push_back({i / 100.0, i < 5 ? 400.0 : i % 2});
    const Scale scale = scale_of(curve, 1e-3);
    CHECK(scale.low <= 0 && scale.low >= -1);
    CHECK(scale.high >= 1 && scale.high <= 2);
    for (int i = 0; i < 40; ++i) // no longer rare
        curve.push_back({1, 400.0});
    CHECK(scale_of(curve, 1e-3).high >= 400);
}

TEST(ConsolePlot, DoesNotMagnifyNoise)
{
    const Scale flat = scale_of({{0, 5.0}, {1, 5.0}}, 1.0);
    DOUBLES_EQUAL(4.5, flat.low, 1e-12);
    DOUBLES_EQUAL(5.5, flat.high, 1e-12);
    const Scale wide = scale_of({{0, 0.0}, {1, 100.0}}, 1.0);
    DOUBLES_EQUAL(-5, wide.low, 1e-12);
    DOUBLES_EQUAL(105, wide.high, 1e-12);
}
