// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A day of a simulated machine, recorded, and lived through once more from the recording.

#include "record/recorder.h"
#include "record/replay.h"
#include "sim/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::sim;
using namespace std::chrono_literals;

namespace {

const char* const four_servers = "driftfile /var/lib/drift\nserver ntp1 iburst\n"
                                 "server ntp2 iburst\nserver ntp3 iburst\nserver ntp4 iburst\n";

constexpr OscillatorTraits usual{.offset = 12s, .frequency = Frequency::ppm(50), .wander = 1e-9};

struct Recorded {
    explicit Recorded(std::uint64_t seed, Instant<Truth> start = World::usual_start)
        : world{seed, start}
    {
        world.net().all_paths() = {.delay = 20ms, .jitter = 1ms, .loss = 0.01};
        for (const char* name : {"ntp1", "ntp2", "ntp3", "ntp4"})
            world.server(name);
    }
    Node& machine(const char* conf = four_servers)
    {
        return world.node(NodeTraits{.conf = conf,
            .address = *parse_address("198.51.100.1"),
            .oscillator = usual,
            .record = [this](std::string_view lines) {
                if (tape.size() + lines.size() > room)
                    return std::make_error_code(std::errc::no_space_on_device);
                tape += lines;
                return std::error_code{};
            }});
    }

    std::string tape;
    std::size_t room = std::size_t{1} << 30;
    World world;
};

// From 1, as people count.
std::size_t line_at(const std::string& text, std::size_t position)
{
    return 1
        + static_cast<std::size_t>(
            std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(position), '\n'));
}

void check_same(const record::Replayed& result)
{
    if (!result.is_same())
        FAIL(record::to_string(result).c_str());
}

} // namespace

TEST_GROUP(Recording){};

TEST(Recording, OfADayGivesTheSameDayAgain)
{
    Recorded recorded{21};
    recorded.machine();
    recorded.world.run_for(24h);
    const std::clock_t began = std::clock();
    const auto result = record::replay(recorded.tape);
    std::printf("\na day recorded: %.1f MB, %zu turns, replayed in %.1f s\n",
        static_cast<double>(recorded.tape.size()) / 1e6, result.turns,
        static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC);
    check_same(result);
    CHECK(result.turns > 86400);
    CHECK(result.span > 23h);
    CHECK(recorded.tape.size() < 20'000'000);
}

TEST(Recording, HasALeapSecondInIt)
{
    Recorded recorded{5, Instant<Truth>{1'798'761'600s - 2h}}; // before 2027
    recorded.world.leaps(-1s);
    Node& n = recorded.machine(
        "leapfile /leap\nserver ntp1 iburst\nserver ntp2 iburst\nserver ntp3 iburst\n");
    n.files().content["/leap"] = "#@ 4020000000\n3692217600 37\n4007750400 38\n";
    recorded.world.run_for(4h);
    LONGS_EQUAL(1, n.log().count("a leap second was inserted"));
    check_same(record::replay(recorded.tape));
}

TEST(Recording, ChangesNothing)
{
    const auto error_after_an_hour = [](bool is_recorded) {
        Recorded recorded{22};
        Node& node = is_recorded ? recorded.machine() : recorded.world.node(four_servers, usual);
        recorded.world.run_for(1h);
        return node.clock_error().count();
    };
    LONGS_EQUAL(error_after_an_hour(false), error_after_an_hour(true));
}

TEST(Recording, HoldsWhatHappensToADaemonInItsLife)
{
    Recorded recorded{23};
    Node& node = recorded.machine();
    recorded.world.server("ntp5");
    recorded.world.run_for(20min);
    node.off_by(5s);
    recorded.world.run_for(20min);
    CHECK(node.report().associations.size() == 4); // asked by somebody else, and so no part of it
    recorded.world.net().cut(Address::ipv4(0xc0000201u), true);
    node.reloads(std::string{four_servers} + "server ntp5 iburst\nserver nobody\n");
    recorded.world.run_for(1h);
    node.drifting(Frequency::ppm(3));
    recorded.world.run_for(1h);
    node.stops();
    node.restarts();
    recorded.world.run_for(10min);
    CHECK(recorded.tape.find("by%20somebody%20else") != std::string::npos);
    check_same(record::replay(recorded.tape));
}

TEST(Recording, ThatDiffersByItsLastBitsIsAlikeAndNotTheSame)
{
    Recorded recorded{30};
    recorded.machine();
    recorded.world.run_for(30min);
    std::string& tape = recorded.tape;
    const auto last = tape.rfind("\nsteer ") + 1;
    char& bits = tape[tape.find(' ', last) + 16];
    bits = bits == '0' ? '1' : '0';
    const auto result = record::replay(tape);
    CHECK(result.is_alike());
    CHECK_FALSE(result.is_same());
    LONGS_EQUAL(1, result.rounded);
    LONGS_EQUAL(line_at(tape, last), result.first_rounded->line);
}

TEST(Recording, ThatWasTamperedWithIsNoticedAtThePlace)
{
    Recorded recorded{24};
    recorded.machine();
    recorded.world.run_for(30min);
    std::string& tape = recorded.tape;
    const auto last = tape.rfind("\nsteer ") + 1;
    const auto digit = tape.find(' ', last) + 5;
    tape[digit] = tape[digit] == '0' ? '1' : '0';
    const auto result = record::replay(tape);
    CHECK(result.difference.has_value());
    LONGS_EQUAL(line_at(tape, last), result.difference->line);
    CHECK(result.difference->now.starts_with("steer "));
    CHECK(result.difference->now != result.difference->recorded);
}

TEST(Recording, WithAnotherReadingOfTheClockGivesOtherDecisions)
{
    Recorded recorded{25};
    recorded.machine();
    recorded.world.run_for(30min);
    std::string& tape = recorded.tape;
    // The stamp of a reply comes a millisecond sooner.
    const auto last = tape.rfind("\n> datagram ", tape.size() / 2) + 1;
    const auto end = tape.find('\n', last);
    std::vector<std::string> words;
    for (std::size_t at = last; at < end;) {
        const auto next = std::min(tape.find(' ', at), end);
        words.push_back(tape.substr(at, next - at));
        at = next + 1;
    }
    std::string& stamp = words[words.size() - 3];
    stamp = std::to_string(std::stoll(stamp) - 1'000'000);
    std::string changed;
    for (const std::string& word : words)
        changed += (changed.empty() ? "" : " ") + word;
    tape.replace(last, end - last, changed);
    const auto result = record::replay(tape);
    CHECK(result.difference.has_value());
    CHECK(result.difference->line > line_at(tape, last));
    CHECK(result.difference->line < line_at(tape, last) + 2000);
}

TEST(Recording, OfACrashEndsWhereItWasCut)
{
    Recorded recorded{26};
    recorded.machine();
    recorded.world.run_for(10min);
    const auto whole = record::replay(recorded.tape);
    CHECK_FALSE(whole.is_cut);
    const std::string cut = recorded.tape.substr(0, recorded.tape.rfind("\n> timer ") + 20);
    const auto result = record::replay(cut);
    check_same(result);
    CHECK(result.is_cut);
    CHECK(result.turns > 500);
}

TEST(Recording, EndsWithOneLineWhenTheDiskIsFullAndTheClockIsKeptOn)
{
    Recorded recorded{27};
    recorded.room = 100'000;
    Node& node = recorded.machine();
    recorded.world.run_for(2h);
    LONGS_EQUAL(1, node.log().count("the recording has ended: No space left on device"));
    CHECK(node.is_synchronized());
    CHECK(abs(Seconds{node.clock_error()}) < 3ms);
    CHECK(recorded.tape.size() <= recorded.room);
    check_same(record::replay(recorded.tape)); // what there is of it
}

TEST(Recording, HasNoSecretsAndIsReplayedAllTheSame)
{
    Recorded recorded{28};
    Node& node = recorded.machine("keys /etc/ntp.keys\ntrustedkey 5\nserver ntp1 key 5\n"
                                  "server ntp2 iburst\n");
    node.files().content["/etc/ntp.keys"] = "5 SHA1 CorrectHorse # the battery\n9 MD5 staple\n";
    node.restarts(); // now there is such a file
    recorded.world.run_for(1h);
    for (const char* secret : {"CorrectHorse", "staple", "battery"})
        CHECK(recorded.tape.find(secret) == std::string::npos);
    CHECK(recorded.tape.find("\nread /etc/ntp.keys = is ") != std::string::npos);
    check_same(record::replay(recorded.tape));
}
