// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The judges of the accuracy benchmark are judged themselves: the floor must be one, the reference
// algorithm must work, the figures must be right.

#include "bench/accuracy/normal.h"
#include "bench/accuracy/oracle.h"
#include "bench/accuracy/rfc5905.h"
#include "bench/accuracy/track.h"

#include <cmath>
#include <functional>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::bench;
using namespace std::chrono_literals;

TEST_GROUP(Figures)
{
    Situation situation;
    Track track{.grid = 1s};
    void passes(Nanoseconds span, Seconds error)
    {
        for (Nanoseconds t = 0s; t < span; t += 1s)
            note(track, error, std::nullopt);
    }
};

TEST(Figures, CountAsRecoveredFromTheFirstCalmHalfHourOn)
{
    passes(100s, 0s);
    passes(50s, -2ms);
    passes(1700s, 500us); // not long enough
    passes(10s, 2ms);
    passes(1h, -900us);
    const auto span = recovery(track, 100s, 1ms);
    CHECK(span.has_value());
    DOUBLES_EQUAL(50 + 1700 + 10, span->count(), 1);
    CHECK_FALSE(recovery(track, 100s, 100us).has_value());
}

TEST(Figures, CountNoRecoveryWhereNothingWentWrong)
{
    passes(1h, 10us);
    DOUBLES_EQUAL(0, recovery(track, 0s, 1ms)->count(), 0);
}

TEST(Figures, LeaveOutWhatWasBeforeSettling)
{
    situation.settled = 10s;
    situation.span = 30s;
    passes(10s, 1s);
    passes(10s, 3us);
    passes(10s, -4us);
    const Figures f = figures_of(situation, {track});
    DOUBLES_EQUAL(std::sqrt(12.5) * 1e-6, f.rms.count(), 1e-12);
    DOUBLES_EQUAL(4e-6, f.max.count(), 1e-12);
}

TEST(Figures, CountClaimsThatWereNotTrue)
{
    note(track, -2us, 3us);
    note(track, -4us, 3us);
    note(track, 0us, std::nullopt);
    LONGS_EQUAL(2, track.claims_checked);
    LONGS_EQUAL(1, track.claims_broken);
}

TEST_GROUP(Normal){};

TEST(Normal, IsExactInTheMiddleAndInTheTails)
{
    DOUBLES_EQUAL(0.6826894921, normal_mass(-1, 1), 1e-9);
    DOUBLES_EQUAL(1, normal_mass(8, 9) / 6.2198e-16, 1e-3);
    DOUBLES_EQUAL(normal_mass(8, 9), normal_mass(-9, -8), 0);
    DOUBLES_EQUAL(0.6744897502, normal_within(0, 40, 0.5), 1e-8);
    DOUBLES_EQUAL(-0.6744897502, normal_within(-40, 0, 0.5), 1e-8);
    for (const double low : {-20.0, -3.0, 0.0, 5.0, 20.0})
        for (const double u : {0.001, 0.3, 0.999}) {
            const double x = normal_within(low, low + 1, u);
            CHECK(x >= low && x <= low + 1);
            DOUBLES_EQUAL(u, normal_mass(low, x) / normal_mass(low, low + 1), 1e-6);
        }
}

namespace {

// A clock whose frequency walks, and exchanges with a server every 64 s.
struct Walk {
    sim::Chance chance{17};
    double x = 0, y = 0; // offset and frequency
    double t = 0;

    static constexpr double interval = 64, wander = 1e-9;
    void step()
    {
        for (int i = 0; i < 64; ++i) {
            x += y;
            y += wander * chance.normal();
        }
        t += interval;
    }
};

// RMS of an estimate about the offset.
double rms_over(int steps, const std::function<double()>& error)
{
    double square = 0;
    for (int i = 0; i < steps; ++i)
        square += std::pow(error(), 2);
    return std::sqrt(square / steps);
}

// The textbook filter of two states for measurements of variance r every interval.
struct Kalman {
    double r;
    double x = 0, y = 0, xx = 1e-6, xy = 0, yy = 1e-16;
    double update(double z)
    {
        const double t = Walk::interval, q = Walk::wander * Walk::wander;
        x += y * t;
        xx += 2 * t * xy + t * t * yy + q * t * t * t / 3;
        xy += t * yy + q * t * t / 2;
        yy += q * t;
        const double s = xx + r, kx = xx / s, ky = xy / s, innovation = z - x;
        x += kx * innovation;
        y += ky * innovation;
        yy -= ky * xy;
        xy *= 1 - kx;
        xx *= 1 - kx;
        return x;
    }
};

// RMS of the oracle, and of a Kalman filter that gets the middle of the same exchanges.
std::pair<double, double> floor_and_kalman(const sim::Path& path, double variance_of_one_way)
{
    Walk walk;
    Oracle oracle{{}, sim::Chance{5}, 500};
    Kalman kalman{variance_of_one_way / 2};
    const auto draw = [&]() -> double {
        return path.queue == sim::Queue::normal ? path.jitter.count() * walk.chance.normal()
                                                : walk.chance.exponential(path.jitter).count();
    };
    double of_kalman = 0;
    const int steps = 3000;
    const double of_oracle = rms_over(steps, [&] {
        walk.step();
        const double high = walk.x + draw(), low = walk.x - draw();
        oracle.take(Seconds{walk.t}, {{&path, Seconds{high}, true}, {&path, Seconds{low}, false}});
        of_kalman += std::pow(kalman.update((high + low) / 2) - walk.x, 2);
        return oracle.offset(Seconds{walk.t}).count() - walk.x;
    });
    return {of_oracle, std::sqrt(of_kalman / steps)};
}

} // namespace

TEST_GROUP(Oracle){};

TEST(Oracle, IsTheKalmanFilterWhereNoiseIsNormal)
{
    const sim::Path path{.delay = 0s, .jitter = 1ms, .queue = sim::Queue::normal};
    const auto [oracle, kalman] = floor_and_kalman(path, 1e-6);
    DOUBLES_EQUAL(1, oracle / kalman, 0.05);
}

TEST(Oracle, IsFarBetterWhereQueuesHaveAnEdge)
{
    const sim::Path path{.delay = 0s, .jitter = 1ms};
    const auto [oracle, kalman] = floor_and_kalman(path, 1e-6);
    CHECK(oracle < 0.4 * kalman);
}

TEST_GROUP(Rfc5905)
{
    sim::Chance chance{3};
    double clock = 0.05, t = 0; // ahead of the truth; process time
    int steps = 0;

    void run(Rfc5905 & algorithm, double span, const std::vector<double>& lies)
    {
        for (const double end = t + span; t < end; t += 1) {
            clock += 20e-6 + algorithm.adjust().ratio();
            if (std::fmod(t, std::ldexp(1.0, algorithm.poll())) >= 1)
                continue;
            for (std::size_t i = 0; i < lies.size(); ++i) {
                const double there = chance.exponential(1ms).count();
                const double back = chance.exponential(1ms).count();
                (void)algorithm.polled(i, Seconds{t});
                const auto step = algorithm.take(i,
                    {.t = Seconds{t},
                        .offset = Seconds{lies[i] - clock + (there - back) / 2},
                        .delay = Seconds{0.040 + there + back},
                        .dispersion = 1us},
                    Seconds{t});
                if (step) {
                    clock += step->count();
                    ++steps;
                }
            }
        }
    }
};

TEST(Rfc5905, FindsOffsetAndFrequencyOfAClock)
{
    Rfc5905 algorithm{1, 4, 6};
    run(algorithm, 20000, {0});
    CHECK(std::fabs(clock) < 1e-3);
    DOUBLES_EQUAL(-20, algorithm.adjust().ppm(), 1);
    CHECK(algorithm.root_distance(Seconds{t})->count() > 0.020);
    LONGS_EQUAL(6, algorithm.poll());
    LONGS_EQUAL(0, steps);
}

TEST(Rfc5905, StepsWhatIsTooFarToSlew)
{
    Rfc5905 algorithm{1, 4, 6};
    clock = 5;
    run(algorithm, 20000, {0});
    CHECK(std::fabs(clock) < 1e-3);
    LONGS_EQUAL(1, steps);
}

TEST(Rfc5905, OutvotesTwoLiarsOfFive)
{
    Rfc5905 algorithm{5, 4, 6};
    run(algorithm, 20000, {0, 0.2, 0, -0.15, 0});
    CHECK(std::fabs(clock) < 1e-3);
}
