// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The event loop: timers, mail from other threads, signals.

#include "platform/turning.h"

#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::platform;
using namespace std::chrono_literals;

TEST_GROUP(LibeventLoop)
{
    Turning turning;
    LibeventLoop& loop = turning.loop;
};

TEST(LibeventLoop, RunsATimerWhenItsTimeHasCome)
{
    const auto when = loop.now() + 20ms;
    Instant<Mono> came{};
    const auto timer = loop.at(when, [&] { came = loop.now(); });

    CHECK(turning.until([&] { return came != Instant<Mono>{}; }));

    CHECK(came >= when);
    CHECK(came - when < 15ms); // 1 ms on an idle machine
}

TEST(LibeventLoop, RunsTimersInTheOrderOfTheirTimes)
{
    std::string order;
    const auto now = loop.now();
    const auto c = loop.at(now + 30ms, [&] { order += 'c'; });
    const auto a = loop.at(now + 10ms, [&] { order += 'a'; });
    const auto b = loop.at(now + 20ms, [&] { order += 'b'; });
    const auto past = loop.at(now - 1s, [&] { order += '0'; });

    CHECK(turning.until([&] { return order.size() == 4; }));

    STRCMP_EQUAL("0abc", order.c_str());
}

TEST(LibeventLoop, RepeatsAtAnEvenPace)
{
    std::vector<Instant<Mono>> turns;
    const auto start = loop.now();
    const auto timer = loop.every(10ms, [&] { turns.push_back(loop.now()); });

    CHECK(turning.until([&] { return turns.size() == 10; }));

    CHECK(turns.front() >= start + 10ms);
    CHECK(turns.back() >= start + 100ms); // ten intervals, none of them short
}

TEST(LibeventLoop, ForgetsATimerWhoseOwnerIsGone)
{
    bool came = false;
    auto timer = loop.after(5ms, [&] { came = true; });
    timer.reset();

    turning.during(20ms);

    CHECK_FALSE(came);
}

TEST(LibeventLoop, LetsACallbackEndItsOwnRegistration)
{
    EventLoop::Owned once, often;
    int turns = 0;
    const std::string captured(100, 'x'); // freed too early, the sanitizer would see it
    once = loop.after(1ms, [&, captured] {
        once.reset();
        turns += static_cast<int>(captured.size());
    });
    often = loop.every(1ms, [&, captured] {
        often.reset();
        turns += static_cast<int>(captured.size());
    });

    turning.during(20ms);

    LONGS_EQUAL(200, turns);
}

TEST(LibeventLoop, WorksWithPollAlone)
{
    const auto epolls = [] {
        int count = 0;
        for (const auto& fd : std::filesystem::directory_iterator{"/proc/self/fd"}) {
            std::error_code gone; // the directory's own descriptor is among them
            if (std::filesystem::read_symlink(fd, gone) == "anon_inode:[eventpoll]")
                ++count;
        }
        return count;
    };
    const int epolls_before = epolls();
    Turning other{LibeventLoop{LibeventLoop::Waiting::poll}};
    bool came = false, told = false;
    const auto timer = other.loop.after(2ms, [&] { came = true; });
    std::thread elsewhere{[&] { other.loop.post([&] { told = true; }); }};

    CHECK(other.until([&] { return came && told; }));

    elsewhere.join();
    LONGS_EQUAL(epolls_before, epolls());
}

TEST(LibeventLoop, DoesWhatIsPostedFromItsOwnThreadAndFromOthers)
{
    int own = 0, others = 0;
    CHECK(loop.post([&] {
        ++own;
        loop.post([&] { ++own; });
    }));
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 500; ++i)
                while (!loop.post([&] { ++others; }))
                    std::this_thread::yield();
        });

    CHECK(turning.until([&] { return own == 2 && others == 2000; }));

    for (auto& thread : threads)
        thread.join();
}

TEST(LibeventLoop, DropsAndCountsWhatItsMailboxCannotHold)
{
    std::size_t done = 0;
    for (std::size_t i = 0; i < LibeventLoop::mailbox_size; ++i)
        CHECK(loop.post([&] { ++done; }));

    CHECK_FALSE(loop.post([&] { ++done; }));
    CHECK_FALSE(loop.post([&] { ++done; }));

    LONGS_EQUAL(2, loop.lost_posts());
    CHECK(turning.until([&] { return done == LibeventLoop::mailbox_size; }));
    CHECK(loop.post([] {}));
}

TEST(LibeventLoop, CanBeStoppedFromAnotherThread)
{
    std::thread elsewhere{[&] { loop.stop(); }};
    loop.run(); // or the test hangs
    elsewhere.join();
    loop.stop();
    loop.run(); // a stop that came before counts
}

TEST(LibeventLoop, TellsSignals)
{
    int hangups = 0, others = 0;
    const auto hangup = loop.on_signal(SIGHUP, [&] { ++hangups; });
    const auto other = loop.on_signal(SIGUSR2, [&] { ++others; });

    raise(SIGHUP); // before the loop runs
    const auto later = loop.after(2ms, [&] { raise(SIGUSR2); });
    CHECK(turning.until([&] { return hangups == 1 && others == 1; }));
}

TEST(LibeventLoop, IsInterruptedByASignalWhileItWaits)
{
    bool told = false;
    const auto listening = loop.on_signal(SIGUSR1, [&] {
        told = true;
        loop.stop();
    });
    const auto far = loop.after(1h, [] {});
    std::thread elsewhere{[&] {
        std::this_thread::sleep_for(10ms);
        kill(getpid(), SIGUSR1);
    }};

    loop.run();

    CHECK(told);
    elsewhere.join();
}

TEST(LibeventLoop, GivesASignalItsFormerMeaningBack)
{
    struct sigaction before = {}, after = {};
    sigaction(SIGHUP, nullptr, &before);
    loop.on_signal(SIGHUP, [] {}).reset();
    sigaction(SIGHUP, nullptr, &after);
    CHECK(before.sa_handler == after.sa_handler);
}

TEST(LibeventLoop, SeesADescriptorBecomeReadable)
{
    int ends[2];
    CHECK(pipe(ends) == 0);
    std::string heard;
    const auto reading = loop.on_readable(ends[0], [&] {
        char c = 0;
        if (read(ends[0], &c, 1) == 1)
            heard += c;
    });
    CHECK(write(ends[1], "ab", 2) == 2);

    CHECK(turning.until([&] { return heard == "ab"; }));

    close(ends[0]);
    close(ends[1]);
}

TEST(LibeventLoop, PullsATriggerOnceATurn)
{
    int turns = 0;
    const auto trigger = loop.trigger([&] { ++turns; });
    trigger->pull();
    trigger->pull();
    CHECK(turning.until([&] { return turns > 0; }));
    LONGS_EQUAL(1, turns);
}
