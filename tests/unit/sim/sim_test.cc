// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The simulated edges keep what the real ones promise.

#include "sim/sim_clock.h"
#include "sim/sim_edges.h"
#include "sim/sim_loop.h"
#include "sim/sim_net.h"
#include "sim/sim_server.h"

#include <algorithm>
#include <array>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::sim;
using namespace std::chrono_literals;

namespace {

constexpr Instant<Truth> start{1'800'000'000s};

void pass(Timeline& timeline, Nanoseconds span)
{
    const auto end = timeline.now() + span;
    while (timeline.step(end)) { }
}

struct Inbox final : SocketUser {
    std::vector<std::pair<Instant<Utc>, Endpoint>> came;
    std::vector<std::uint32_t> went;
    int refusals = 0;
    void received(const Datagram& d) override { came.emplace_back(d.received, d.from); }
    void transmitted(std::uint32_t token, Instant<Utc>, StampKind) override
    {
        went.push_back(token);
    }
    void refused(const Endpoint&, std::error_code) override { ++refusals; }
};

} // namespace

TEST_GROUP(SimClock)
{
    Timeline timeline{start};
};

TEST(SimClock, DriftsByItsFrequencyAndObeysItsCorrection)
{
    SimClock clock{timeline, {.offset = 2s, .frequency = Frequency::ppm(50)}, Chance{1}};
    pass(timeline, 1000s);
    LONGS_EQUAL(2'050'000'000, clock.error().count());
    CHECK(clock.set_frequency(Frequency::ratio(-50e-6 / (1 + 50e-6))).has_value());
    pass(timeline, 1000s);
    CHECK(std::llabs(clock.error().count() - 2'050'000'000) <= 1);
    CHECK(clock.step(-2s).has_value());
    CHECK(std::llabs(clock.error().count() - 50'000'000) <= 1);
    CHECK_FALSE(clock.set_frequency(Frequency::ratio(0.11)).has_value());
}

TEST(SimClock, ShowsTheSameHoweverOftenItIsRead)
{
    const OscillatorTraits traits{
        .frequency = Frequency::ppm(-20), .wander = 1e-8, .swing = Frequency::ppm(1)};
    SimClock seldom{timeline, traits, Chance{7}};
    SimClock often{timeline, traits, Chance{7}};
    for (int i = 0; i < 5000; ++i) {
        pass(timeline, 13ms);
        (void)often.now();
    }
    CHECK(seldom.now() == often.now());
}

TEST(SimClock, NeverRunsBackwardWithoutAStep)
{
    SimClock clock{timeline, {.frequency = Frequency::ppm(-100), .wander = 1e-7}, Chance{3}};
    auto last = clock.now();
    for (int i = 0; i < 20000; ++i) {
        pass(timeline, 777us);
        const auto now = clock.now();
        CHECK(now >= last);
        last = now;
    }
}

TEST_GROUP(SimLoop)
{
    Timeline timeline{start};
    Oscillator oscillator{start, {.frequency = Frequency::ppm(100)}, Chance{1}};
    SimLoop loop{timeline, oscillator};
};

TEST(SimLoop, RingsOnceOrAgainAndAgain)
{
    int once = 0, often = 0;
    auto a = loop.after(5s, [&] { ++once; });
    auto b = loop.every(1s, [&] { ++often; });
    pass(timeline, 10s);
    LONGS_EQUAL(1, once);
    LONGS_EQUAL(10, often); // its second is a little shorter than the true one
    b.reset();
    pass(timeline, 10s);
    LONGS_EQUAL(10, often);
}

TEST(SimLoop, AllowsATimerToEndItself)
{
    int rings = 0;
    EventLoop::Owned timer;
    timer = loop.every(1s, [&] {
        ++rings;
        timer.reset();
    });
    pass(timeline, 10s);
    LONGS_EQUAL(1, rings);
}

TEST_GROUP(SimNet)
{
    Timeline timeline{start};
    SimNet net{timeline, Chance{5}};
    SimClock clock{timeline, {}, Chance{6}};
    SimLoop loop{timeline, clock.oscillator()};
    SimNetwork here{net, timeline, clock, Chance{8}};
    Inbox inbox;
    const Address us = *parse_address("198.51.100.1");
    const Address them = *parse_address("192.0.2.1");
    const std::array<std::byte, 48> bytes{};

    void setup() override
    {
        here.add_address(us);
    }

    std::unique_ptr<DatagramSocket> socket()
    {
        auto opened = here.open(loop, {.bind = {Address::any(Family::ipv4), 0}}, inbox);
        CHECK(opened.has_value());
        return std::move(*opened);
    }
};

TEST(SimNet, CarriesThereAndBackInTheTimeOfThePath)
{
    SimServer server{timeline, net, "ntp1", them};
    net.path(us, them) = {.delay = 10ms};
    net.path(them, us) = {.delay = 30ms};
    auto s = socket();
    std::array<std::byte, 48> request{};
    request[0] = std::byte{0x23};
    CHECK(s->send(request, {them, 123}, nullptr, 9).has_value());
    pass(timeline, 1s);
    LONGS_EQUAL(1, inbox.came.size());
    LONGS_EQUAL(9, inbox.went.at(0));
    CHECK(inbox.came[0].first.time_since_epoch() == start.time_since_epoch() + 40ms);
    LONGS_EQUAL(1, server.requests());
}

TEST(SimNet, LosesAboutAsManyAsItIsTold)
{
    SimNetwork there{net, timeline, clock, Chance{9}};
    there.add_address(them);
    Inbox their;
    auto target = there.open(loop, {.bind = {them, 123}}, their);
    net.path(us, them).loss = 0.1;
    auto s = socket();
    for (int i = 0; i < 10000; ++i)
        CHECK(s->send(bytes, {them, 123}).has_value());
    pass(timeline, 1s);
    CHECK(their.came.size() > 8800 && their.came.size() < 9200);
}

TEST(SimNet, IsSlowerInItsRushHourAndOnlyThen)
{
    SimNetwork there{net, timeline, clock, Chance{9}};
    there.add_address(them);
    Inbox their;
    auto target = there.open(loop, {.bind = {them, 123}}, their);
    net.path(us, them) = {.delay = 20ms, .rush_hour = {50ms, 1h, 10min}};
    auto s = socket();
    std::vector<Nanoseconds> delays;
    for (int minute = 0; minute < 120; ++minute) {
        const auto sent = timeline.now().time_since_epoch();
        CHECK(s->send(bytes, {them, 123}).has_value());
        pass(timeline, 1min);
        delays.push_back(their.came.back().first.time_since_epoch() - sent);
    }
    for (std::size_t minute = 0; minute < delays.size(); ++minute)
        CHECK(delays[minute] == (minute % 60 < 10 ? 70ms : 20ms));
}

TEST(SimNet, QueuesByTheLawItIsTold)
{
    struct Moments {
        double mean, square, least;
    };
    SimNetwork there{net, timeline, clock, Chance{9}};
    there.add_address(them);
    auto s = socket();
    const auto moments = [&](Queue queue) {
        Inbox their;
        auto target = there.open(loop, {.bind = {them, 123}}, their);
        net.path(us, them) = {.delay = 20ms, .jitter = 1ms, .queue = queue};
        const auto sent = timeline.now().time_since_epoch();
        const int n = 50000;
        for (int i = 0; i < n; ++i)
            CHECK(s->send(bytes, {them, 123}).has_value());
        pass(timeline, 1min);
        Moments m{0, 0, 1e9};
        for (const auto& [when, from] : their.came) {
            const double ms = Seconds{when.time_since_epoch() - sent - 20ms}.count() * 1e3;
            m.mean += ms / n;
            m.square += ms * ms / n;
            m.least = std::min(m.least, ms);
        }
        return m;
    };
    const Moments exponential = moments(Queue::exponential);
    DOUBLES_EQUAL(1, exponential.mean, 0.03);
    DOUBLES_EQUAL(2, exponential.square, 0.1);
    CHECK(exponential.least >= 0);
    const Moments uneven = moments(Queue::uneven);
    DOUBLES_EQUAL(1, uneven.mean, 0.03);
    DOUBLES_EQUAL(4, uneven.square, 0.5);
    CHECK(uneven.least >= 0);
    const Moments normal = moments(Queue::normal);
    DOUBLES_EQUAL(0, normal.mean, 0.02);
    DOUBLES_EQUAL(1, normal.square, 0.03);
    CHECK(normal.least < -3);
}

TEST(SimNet, SaysWhenAPortIsClosedAndNothingWhenNobodyIsThere)
{
    auto opened = here.open(loop, {.bind = {us, 0}, .hears_refusals = true}, inbox);
    auto& s = *opened;
    CHECK(s->send(bytes, {them, 123}).has_value());
    pass(timeline, 1s);
    LONGS_EQUAL(0, inbox.refusals);
    net.add_host(them);
    CHECK(s->send(bytes, {them, 123}).has_value());
    pass(timeline, 1s);
    LONGS_EQUAL(1, inbox.refusals);

    auto deaf = socket();
    CHECK(deaf->send(bytes, {them, 123}).has_value());
    pass(timeline, 1s);
    LONGS_EQUAL(1, inbox.refusals);
}

TEST(SimNet, RefusesAPortThatIsTaken)
{
    auto first = here.open(loop, {.bind = {us, 123}}, inbox);
    auto second = here.open(loop, {.bind = {us, 123}}, inbox);
    CHECK(first.has_value());
    CHECK_FALSE(second.has_value());
    CHECK(second.error() == std::errc::address_in_use);
}

TEST_GROUP(Chance){};

TEST(Chance, HasTheMeansItPromises)
{
    Chance chance{11};
    double exponential = 0, heavy = 0, square = 0;
    const int n = 200000;
    for (int i = 0; i < n; ++i) {
        exponential += chance.exponential(Seconds{3}).count();
        heavy += chance.heavy_tailed(Seconds{3}, 3.5).count();
        const double x = chance.normal();
        square += x * x;
    }
    DOUBLES_EQUAL(3, exponential / n, 0.05);
    DOUBLES_EQUAL(3, heavy / n, 0.1);
    DOUBLES_EQUAL(1, square / n, 0.02);
}
