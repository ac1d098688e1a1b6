// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What is no recording, or none of ours, is said to be so; and a recording does not grow beyond
// what it may take of a disk.

#include "record/replay.h"

#include "record/quiet.h"
#include "record/recorder.h"
#include "sim/chance.h"

#include <fstream>
#include <iterator>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::record;
using namespace std::chrono_literals;

namespace {

const std::string head = "timeball-recording 1\nby ntpd%20timeball-1\n"
                         "clock simulated 3f40624dd2f1a9fc -24 1 0\n";

void check_fault(const char* expected, const std::string& recording)
{
    const auto result = replay(recording);
    STRCMP_EQUAL(expected, result.fault.c_str());
    CHECK_FALSE(result.is_same());
}

struct CountingLog final : Log {
    void write(Severity, std::string_view sentence) override
    {
        ++lines;
        last = sentence;
    }
    void reopen() override { }
    int lines = 0;
    std::string last;
};

} // namespace

TEST_GROUP(Replay){};

TEST(Replay, RefusesWhatIsNoRecording)
{
    check_fault("this is not a recording of timeballd", "");
    check_fault("this is not a recording of timeballd", "timeball-recording 1");
    check_fault("this is not a recording of timeballd", "server ntp1\n");
}

TEST(Replay, RefusesAForeignVersion)
{
    check_fault("a recording in format 2, and this reads format 1", "timeball-recording 2\n");
}

TEST(Replay, SaysWhichLineIsDamaged)
{
    check_fault("its head is damaged", "timeball-recording 1\nby a\n");
    check_fault("line 4 makes no sense here: > dance", head + "> dance\n");
    check_fault("line 4 makes no sense here: > reload", head + "> reload\n");
}

TEST(Replay, OfNothingButAHeadIsNoTurn)
{
    const auto result = replay(head);
    CHECK(result.is_same());
    LONGS_EQUAL(0, result.turns);
    STRCMP_EQUAL("ntpd timeball-1", result.by.c_str());
}

TEST(Replay, NoticesAnAnswerToWhatWasNotAsked)
{
    const auto timer = replay(head + "> timer 3\n");
    LONGS_EQUAL(4, timer.difference->line);
    STRCMP_EQUAL("the daemon does not wait for that", timer.difference->now.c_str());
    CHECK(replay(head + "> datagram 1 00\n").difference.has_value());
    const auto stray = replay(head + "utc 5\n");
    LONGS_EQUAL(4, stray.difference->line);
    STRCMP_EQUAL("utc 5", stray.difference->recorded.c_str());
}

TEST(Replay, FollowsTheConfigurationThatWasRead)
{
    const auto other = replay(head
        + "> configure -c /a.conf -g\nread /a.conf = is includefile%20/b.conf%0a\n"
          "read /c.conf = is %\n");
    CHECK(other.difference.has_value());
    LONGS_EQUAL(6, other.difference->line);
    STRCMP_EQUAL("is-directory /b.conf", other.difference->now.c_str());
}

TEST(Replay, OfADamagedRecordingIsADifferenceAtWorst)
{
    std::ifstream file{TEST_DATA "/recordings/loopback", std::ios::binary};
    const std::string whole{std::istreambuf_iterator<char>{file}, {}};
    CHECK(replay(whole).turns > 100);
    const std::string_view odd[] = {"", "%", "0", "-1", "99999999999999999999",
        "9223372036854775807", "-9223372036854775808", "7ff8000000000000", "fff0000000000000", "="};
    sim::Chance chance{3};
    const auto below = [&](std::size_t limit) { return chance.bits64() % limit; };
    int differences = 0;
    for (int i = 0; i < 300; ++i) {
        std::string damaged = whole;
        for (auto count = 1 + below(4); count > 0; --count) {
            const auto begin = damaged.find_last_of(" \n", below(damaged.size()));
            const auto end = damaged.find_first_of(" \n", begin + 1);
            if (begin != damaged.npos && end != damaged.npos)
                damaged.replace(begin + 1, end - begin - 1, odd[below(std::size(odd))]);
        }
        const auto result = replay(damaged);
        CHECK_FALSE(to_string(result).empty());
        differences += !result.is_same();
    }
    CHECK(differences > 200);
}

TEST_GROUP(Recorder)
{
    QuietWorld quiet;
    CountingLog log;
    Platform world{quiet.loop, quiet.clock, quiet.network, quiet.resolver, quiet.random,
        quiet.files, log, quiet.threads};
    std::string tape;
    Recorder::Write write = [this](std::string_view lines) {
        tape += lines;
        return std::error_code{};
    };
};

TEST(Recorder, WritesTheFirstLineOfATurnBeforeIt)
{
    Recorder recorder{world, "v", write};
    recorder.during(Call::start, [&] {
        CHECK(tape.ends_with("\n> start\n"));
        static_cast<void>(recorder.platform().clock.now());
        CHECK(tape.ends_with("\n> start\n"));
    });
    CHECK(tape.ends_with("\n> start\nutc = 0\n"));
}

TEST(Recorder, LeavesAloneWhatIsAskedBetweenTurns)
{
    Recorder recorder{world, "v", write};
    const std::string before = tape;
    static_cast<void>(recorder.platform().clock.now());
    recorder.platform().log.write(Severity::info, "said to the world");
    CHECK(tape == before);
    LONGS_EQUAL(1, log.lines);
}

TEST(Recorder, EndsWhenADayTakesTooMuch)
{
    Recorder recorder{world, "v", write, 1000};
    for (int i = 0; i < 200; ++i)
        recorder.during(Call::reload, [] {});
    CHECK(recorder.has_ended());
    CHECK(tape.size() <= 1000);
    LONGS_EQUAL(1, log.lines);
    STRCMP_EQUAL("the recording has ended: it took more than 1000 octets a day", log.last.c_str());
}
