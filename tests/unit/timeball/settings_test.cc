// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// console.conf, and what comes of its thresholds.

#include "scene.h"

#include "timeball/settings.h"
#include "timeball/update.h"
#include "timeball/watch_over.h"

#include <fstream>
#include <sstream>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::console;
using namespace std::chrono_literals;

namespace {

void check_fault(const char* fault, const char* text)
{
    const auto settings = parse_settings(text);
    CHECK_FALSE(settings.has_value());
    STRCMP_EQUAL(fault, settings.error().c_str());
}

} // namespace

TEST_GROUP(ConsoleSettings){};

TEST(ConsoleSettings, ComeFromAFile)
{
    const auto s = parse_settings("hosts = ( \"a\", \"b\" );\ninterval = 0.5;\nascii = true;\n"
                                  "bell = true;\ncommand = \"logger\";\n"
                                  "thresholds = { offset = { caution = 0.001; bad = 0.01; };\n"
                                  "  missed_polls = { bad = 4; }; };\n");
    CHECK(s.has_value());
    LONGS_EQUAL(2, s->hosts.size());
    CHECK(s->interval == 500ms);
    CHECK(s->is_ascii && !s->is_numeric && s->thresholds.rings_bell);
    STRCMP_EQUAL("logger", s->thresholds.command.c_str());
    CHECK(s->thresholds.offset.judge(0.0005) == Level::fine);
    CHECK(s->thresholds.offset.judge(-0.001) == Level::caution);
    CHECK(s->thresholds.offset.judge(-0.5) == Level::bad);
    CHECK(s->thresholds.missed.judge(3) == Level::fine);
    CHECK(s->thresholds.missed.judge(4) == Level::bad);
    CHECK(s->thresholds.jitter.judge(1e9) == Level::fine);
}

TEST(ConsoleSettings, SayWhatIsWrongAndWhere)
{
    check_fault("1: 'hots' is not a setting", "hots = ();");
    check_fault("1: 'hosts' wants a list of names, ( \"a\", \"b\" )", "hosts = \"a\";");
    check_fault("2: 'interval' wants 0.1 to 3600 seconds", "bell = true;\ninterval = 0;");
    check_fault("1: 'bell' wants true or false", "bell = 1;");
    check_fault("1: 'command' wants text in quotes", "command = 1;");
    check_fault("1: 'thresholds' wants a group, { ... }", "thresholds = 1;");
    check_fault("1: 'ofset' is not a threshold", "thresholds = { ofset = { bad = 1; }; };");
    check_fault("1: 'offset' wants a group, { caution = ...; bad = ...; }",
        "thresholds = { offset = 1; };");
    check_fault("1: 'worse' is not a level; caution and bad are",
        "thresholds = { offset = { worse = 1; }; };");
    check_fault(
        "1: 'bad' wants a number greater than 0", "thresholds = { offset = { bad = -1; }; };");
    check_fault("1: caution of 'offset' comes after bad",
        "thresholds = { offset = { caution = 2; bad = 1; }; };");
    check_fault("1: syntax error", "hosts = (;");
}

TEST(ConsoleSettings, AreRightInTheExample)
{
    std::ifstream file{std::string{TEST_DATA} + "/../../etc/console.conf"};
    std::ostringstream text;
    text << file.rdbuf();
    const auto settings = parse_settings(text.str());
    if (!settings)
        FAIL(settings.error().c_str());
    CHECK(settings->thresholds.offset.bad.has_value());
}

TEST_GROUP(ConsoleThresholds)
{
    Model model = watching({80, 24});

    void answer(double offset_ms)
    {
        Answers next = *model.server().answers;
        next.system.offset = Seconds{offset_ms / 1e3};
        model = update(std::move(model), {model.now + 2s, Answered{next}});
    }
    int commands() const
    {
        return static_cast<int>(model.errands.size());
    }
};

TEST(ConsoleThresholds, RingAndRunACommandOnceWhenAFigureGetsWorse)
{
    model.thresholds.offset = {0.001, 0.010};
    model.thresholds.rings_bell = true;
    model.thresholds.command = "page";
    answer(0.5);
    LONGS_EQUAL(0, model.bells);
    answer(-2);
    LONGS_EQUAL(1, model.bells);
    LONGS_EQUAL(1, commands());
    answer(-3);
    LONGS_EQUAL(1, model.bells);
    answer(50);
    LONGS_EQUAL(2, model.bells);
    const auto& command = std::get<RunCommand>(model.errands.back());
    STRCMP_EQUAL("page", command.command.c_str());
    STRCMP_EQUAL("ntp.example.org", command.environment[0].second.c_str());
    STRCMP_EQUAL("offset", command.environment[1].second.c_str());
    STRCMP_EQUAL("50.0 ms", command.environment[2].second.c_str());
    STRCMP_EQUAL("bad", command.environment[3].second.c_str());
    STRCMP_EQUAL("offset 50.0 ms: bad", model.server().journal.front().words.c_str());

    answer(0);
    LONGS_EQUAL(2, model.bells); // that it is well again is no reason to ring
    LONGS_EQUAL(3, commands());
    STRCMP_EQUAL(
        "offset: within its threshold again", model.server().journal.front().words.c_str());
}

TEST(ConsoleThresholds, RunTheCommandWhenAServerFallsSilentWhateverTheyAre)
{
    model.thresholds.command = "page";
    model = update(std::move(model), {model.now + 5s, Unanswered{"timed out"}});
    LONGS_EQUAL(1, commands());
    STRCMP_EQUAL(
        "silence", std::get<RunCommand>(model.errands.back()).environment[1].second.c_str());
    model = update(std::move(model), {model.now + 5s, Unanswered{"timed out"}});
    LONGS_EQUAL(1, commands());
}

TEST(ConsoleThresholds, DoNotTakeAYoungReachRegisterForMissedPolls)
{
    LONGS_EQUAL(0, missed_polls(0x1));
    LONGS_EQUAL(0, missed_polls(0x07));
    LONGS_EQUAL(0, missed_polls(0xff));
    LONGS_EQUAL(2, missed_polls(0xfc));
    LONGS_EQUAL(1, missed_polls(0xfd));
    LONGS_EQUAL(8, missed_polls(0));
}
