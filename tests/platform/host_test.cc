// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What else a host offers: random numbers, logs, threads, names, interfaces.

#include "platform/disk_files.h"
#include "platform/hosts_file.h"
#include "platform/interfaces.h"
#include "platform/kernel_random.h"
#include "platform/logs.h"
#include "platform/none_clock.h"
#include "platform/platform.h"
#include "platform/thread_resolver.h"
#include "platform/turn_resolver.h"
#include "platform/turning.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::platform;
using namespace std::chrono_literals;

TEST_GROUP(KernelRandom){};

TEST(KernelRandom, DoesNotRepeatItself)
{
    KernelRandom random;
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 10000; ++i)
        seen.insert(random.bits64());
    LONGS_EQUAL(10000, seen.size());
}

TEST(KernelRandom, FillsRoomsOfEverySize)
{
    KernelRandom random;
    for (const std::size_t size : {1u, 7u, 63u, 64u, 65u, 5000u}) {
        std::vector<std::byte> room(size + 1, std::byte{0});
        std::vector<bool> is_touched(size);
        for (int tries = 0; tries < 20; ++tries) {
            random.fill(std::span{room}.first(size));
            for (std::size_t i = 0; i < size; ++i)
                is_touched[i] = is_touched[i] || room[i] != std::byte{0};
        }
        CHECK(std::ranges::all_of(is_touched, [](bool touched) { return touched; }));
        CHECK(room.back() == std::byte{0});
    }
}

// --- logs --------------------------------------------------------------------

TEST_GROUP(Logs)
{
    std::string path;
    DiskFiles files;
    void setup() override
    {
        std::string name = std::filesystem::temp_directory_path() / "timeball-XXXXXX";
        CHECK(mkdtemp(name.data()));
        path = name + "/log";
    }
    void teardown() override
    {
        std::filesystem::remove_all(std::filesystem::path{path}.parent_path());
    }
};

TEST(Logs, SayWhenWhoAndHowBad)
{
    const Instant<Utc> when{1795200453123456789ns};
    STRCMP_EQUAL("2026-11-20T18:47:33.123Z timeballd[42] warning: the clock was stepped\n",
        log_line(when, "timeballd", 42, Severity::warning, "the clock was stepped").c_str());
}

TEST(Logs, KeepASentenceOnItsLine)
{
    const auto line = log_line({}, "x", 1, Severity::info, "a\nb\x1b[2Jc");
    CHECK(line.find('\n') == line.size() - 1);
    CHECK(line.find('\x1b') == line.npos);
}

TEST(Logs, FollowARotation)
{
    FileLog log{path, "timeballd"};
    log.write(Severity::notice, "before");
    std::filesystem::rename(path, path + ".1");
    log.write(Severity::notice, "still before");
    log.reopen();
    log.write(Severity::error, "after");

    CHECK(files.read(path + ".1").value().find("still before") != std::string::npos);
    const auto now = files.read(path).value();
    CHECK(now.find("error: after\n") != std::string::npos);
    CHECK(now.find("before") == std::string::npos);
    CHECK_FALSE(log.problem());
}

TEST(Logs, SayThatAFileCannotBeHad)
{
    FileLog log{path + "/beneath/a/file", "timeballd"};
    CHECK(log.problem() == std::errc::no_such_file_or_directory);
}

TEST(Logs, GoToAllFromASeverityOn)
{
    Logs logs{Severity::notice};
    logs.add(std::make_unique<FileLog>(path, "one"));
    logs.add(std::make_unique<FileLog>(path, "two"));
    logs.write(Severity::info, "quiet");
    logs.write(Severity::notice, "loud");
    const auto content = files.read(path).value();
    CHECK(content.find("quiet") == content.npos);
    LONGS_EQUAL(2, std::ranges::count(content, '\n'));
}

// --- threads -----------------------------------------------------------------

TEST_GROUP(LoopThreads)
{
    LoopThreads threads;
};

TEST(LoopThreads, RunALoopFromBeginningToEnd)
{
    std::string story;
    {
        const auto thread = threads.start(
            "worker",
            [&](EventLoop&) {
                std::array<char, 16> name{};
                pthread_getname_np(pthread_self(), name.data(), name.size());
                story += name.data();
            },
            [&] { story += " end"; });
        std::atomic<bool> done{false};
        CHECK(thread->loop().post([&] {
            story += " mail";
            done = true;
        }));
        while (!done)
            std::this_thread::yield();
    }
    STRCMP_EQUAL("worker mail end", story.c_str());
    CHECK(threads.cores() >= 1);
}

TEST(LoopThreads, HearNoSignals)
{
    std::atomic<int> is_blocked{-1};
    const auto thread = threads.start("a-name-longer-than-fifteen-characters",
        [&](EventLoop&) {
            sigset_t set;
            pthread_sigmask(SIG_BLOCK, nullptr, &set);
            is_blocked = sigismember(&set, SIGTERM);
        },
        {});
    while (is_blocked < 0)
        std::this_thread::yield();
    LONGS_EQUAL(1, is_blocked.load());
    sigset_t ours;
    pthread_sigmask(SIG_BLOCK, nullptr, &ours);
    LONGS_EQUAL(0, sigismember(&ours, SIGTERM));
}

// --- names -------------------------------------------------------------------

TEST_GROUP(ThreadResolver)
{
    Turning turning;
};

TEST(ThreadResolver, KnowsLocalhostAndWhatIsANumber)
{
    if (!knows_localhost())
        return;
    ThreadResolver resolver{turning.loop};
    std::vector<Address> found;
    int answers = 0;
    const auto name
        = resolver.resolve("localhost", Family::ipv4, [&](const Resolver::Answer& answer) {
              ++answers;
              found = answer.value_or(std::vector<Address>{});
          });
    LONGS_EQUAL(0, answers); // in a later turn
    CHECK(turning.until([&] { return answers == 1; }));
    LONGS_EQUAL(1, found.size());
    CHECK(found[0] == Address::loopback(Family::ipv4));

    CHECK(look_up("2001:db8::1", std::nullopt).value().at(0) == *parse_address("2001:db8::1"));
    CHECK(look_up("192.0.2.1", Family::ipv6).error() == ResolveError::not_found);
}

TEST(ThreadResolver, TellsNotFoundFromUnavailable)
{
    ThreadResolver resolver{
        turning.loop, [](const std::string& name, std::optional<Family>) {
            return Resolver::Answer{
                unexpected(name == "nobody" ? ResolveError::not_found : ResolveError::unavailable)};
        }};
    std::vector<ResolveError> errors;
    const auto keep = [&](const Resolver::Answer& answer) { errors.push_back(answer.error()); };
    const auto first = resolver.resolve("nobody", std::nullopt, keep);
    CHECK(turning.until([&] { return errors.size() == 1; }));
    const auto second = resolver.resolve("later", std::nullopt, keep);
    CHECK(turning.until([&] { return errors.size() == 2; }));
    CHECK(errors[0] == ResolveError::not_found);
    CHECK(errors[1] == ResolveError::unavailable);
}

TEST(ThreadResolver, AnswersOthersWhileOneNameIsSlow)
{
    std::mutex slow;
    slow.lock();
    ThreadResolver resolver{turning.loop, [&](const std::string& name, std::optional<Family>) {
                                if (name == "slow")
                                    const std::lock_guard wait{slow};
                                return Resolver::Answer{
                                    std::vector{Address::loopback(Family::ipv4)}};
                            }};
    std::string order;
    const auto a = resolver.resolve("slow", {}, [&](const auto&) { order += "slow"; });
    const auto b = resolver.resolve("quick", {}, [&](const auto&) { order += "quick "; });
    CHECK(turning.until([&] { return order == "quick "; }));
    slow.unlock();
    CHECK(turning.until([&] { return order == "quick slow"; }));
}

TEST(ThreadResolver, ForgetsAQuestionThatIsNoLongerAsked)
{
    std::atomic<int> looked_up{0};
    int answers = 0;
    ThreadResolver resolver{turning.loop, [&](const std::string&, std::optional<Family>) {
                                ++looked_up;
                                return Resolver::Answer{
                                    std::vector{Address::loopback(Family::ipv4)}};
                            }};
    auto question = resolver.resolve("x", {}, [&](const auto&) { ++answers; });
    while (looked_up == 0)
        std::this_thread::yield();
    question.reset();
    const auto other = resolver.resolve("y", {}, [&](const auto&) { ++answers; });
    CHECK(turning.until([&] { return answers == 1; }));
    turning.during(5ms);
    LONGS_EQUAL(1, answers);
}

TEST(ThreadResolver, EndsWhileAQuestionIsUnderWay)
{
    // Shared with a thread that outlives the resolver.
    const auto slow = std::make_shared<std::mutex>();
    const auto ended = std::make_shared<std::atomic<bool>>(false);
    slow->lock();
    EventLoop::Owned question;
    {
        ThreadResolver resolver{
            turning.loop, [slow, ended](const std::string&, std::optional<Family>) {
                const std::lock_guard wait{*slow};
                *ended = true;
                return Resolver::Answer{unexpected(ResolveError::unavailable)};
            }};
        question = resolver.resolve("x", {}, [&](const auto&) { FAIL("nobody asks any more"); });
    }
    slow->unlock();
    turning.during(5ms);
}

TEST_GROUP(TurnResolver)
{
    Turning turning;
};

TEST(TurnResolver, AnswersInALaterTurnOfTheSameThread)
{
    std::thread::id looker, asker;
    TurnResolver resolver{turning.loop, [&](const std::string& name, std::optional<Family>) {
                              looker = std::this_thread::get_id();
                              return Resolver::Answer{std::vector{*parse_address(name)}};
                          }};
    std::vector<Address> found;
    const auto question = resolver.resolve("192.0.2.7", {}, [&](const Resolver::Answer& answer) {
        asker = std::this_thread::get_id();
        found = answer.value();
    });
    CHECK(found.empty());

    CHECK(turning.until([&] { return !found.empty(); }));

    CHECK(found[0] == *parse_address("192.0.2.7"));
    CHECK(looker == std::this_thread::get_id());
    CHECK(asker == looker);
}

TEST(TurnResolver, ForgetsAQuestionThatIsNoLongerAsked)
{
    int looked_up = 0, answers = 0;
    TurnResolver resolver{turning.loop, [&](const std::string&, std::optional<Family>) {
                              ++looked_up;
                              return Resolver::Answer{unexpected(ResolveError::unavailable)};
                          }};
    auto question = resolver.resolve("x", {}, [&](const auto&) { ++answers; });
    question.reset();
    // A question may be dropped by its own answer.
    auto other = std::make_shared<EventLoop::Owned>();
    *other = resolver.resolve("y", {}, [&, other](const auto&) {
        other->reset();
        ++answers;
    });

    turning.during(5ms);

    LONGS_EQUAL(1, looked_up);
    LONGS_EQUAL(1, answers);
}

// --- interfaces --------------------------------------------------------------

TEST_GROUP(Interfaces){};

TEST(Interfaces, IncludeLoopback)
{
    const auto all = present_interfaces();
    const auto lo = std::ranges::find_if(
        all, [](const auto& i) { return i.address == Address::loopback(Family::ipv4); });
    CHECK(lo != all.end());
    CHECK(lo->is_loopback && lo->is_up && lo->index != 0);
    LONGS_EQUAL(8, lo->prefix_length);
}

// In a network namespace of its own, so in a process of its own.
TEST(Interfaces, SayWhenTheyChange)
{
    constexpr int not_permitted = 99;
    const pid_t child = fork();
    if (child == 0) {
        if (unshare(CLONE_NEWNET) != 0)
            _exit(not_permitted);
        Turning turning;
        int changes = 0;
        const auto watching = watch_interfaces(turning.loop, [&] { ++changes; });
        turning.during(300ms);
        if (changes != 0)
            _exit(1);
        if (system("ip link set lo up && ip addr add 192.0.2.7/25 dev lo") != 0)
            _exit(not_permitted);
        if (!turning.until([&] { return changes > 0; }))
            _exit(2);
        turning.during(400ms);
        if (changes != 1) // several changes at once are one
            _exit(3);
        const auto all = present_interfaces();
        const bool is_there = std::ranges::any_of(all, [](const auto& i) {
            return i.address == *parse_address("192.0.2.7") && i.prefix_length == 25;
        });
        _exit(is_there ? 0 : 4);
    }
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(WIFEXITED(status));
    if (WEXITSTATUS(status) != not_permitted)
        LONGS_EQUAL(0, WEXITSTATUS(status));
}

// --- together ----------------------------------------------------------------

TEST_GROUP(RealPlatform){};

TEST(RealPlatform, IsAWorldForADaemon)
{
    RealPlatform real{std::make_unique<NoneClock>(), std::make_unique<Logs>(Severity::error)};
    Platform& world = real.world();
    bool answered = false;
    const auto question = world.resolver.resolve("127.0.0.1", {}, [&](const auto&) {
        answered = true;
        real.loop().stop();
    });
    real.loop().run();
    CHECK(answered);
    CHECK(world.clock.name() == "none");
    CHECK(world.random.bits64() != world.random.bits64());
}
