// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The cluster algorithm, the system peer and the weighted mean.

#include "sync/cluster.h"

#include <cmath>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::sync;
using namespace std::chrono_literals;

namespace {

constexpr Seconds any{0}; // every difference counts

Candidate candidate(
    std::uint32_t id, Seconds offset, Seconds jitter = 100us, Seconds distance = 10ms)
{
    return {{id}, Stratum{2}, offset, jitter, distance};
}

} // namespace

TEST_GROUP(Cluster){};

TEST(Cluster, OfNobodyIsNobody)
{
    CHECK(cluster({}, 3, any).survivors.empty());
    CHECK(!choose_peer({}, std::nullopt, 1ms).has_value());
}

TEST(Cluster, DropsWhoIsFarthestFromTheRest)
{
    const auto c = cluster({candidate(1, 0ms), candidate(2, 1ms), candidate(3, 9ms),
                               candidate(4, -1ms), candidate(5, 500us)},
        3, any);
    LONGS_EQUAL(3, c.outliers.front().id.value);
    for (const Candidate& s : c.survivors)
        CHECK(s.id.value != 3);
    LONGS_EQUAL(3, c.survivors.size());
}

TEST(Cluster, KeepsAtLeastMinclock)
{
    const auto c = cluster({candidate(1, 0ms), candidate(2, 5ms), candidate(3, 9ms)}, 3, any);
    LONGS_EQUAL(3, c.survivors.size());
    LONGS_EQUAL(1, cluster({candidate(1, 0ms), candidate(2, 5ms)}, 1, any).survivors.size());
}

TEST(Cluster, StopsWhenDroppingWouldNotHelp)
{
    // They differ by less than each of them by itself: nothing is gained.
    const auto c = cluster({candidate(1, 0ms, 1ms), candidate(2, 100us, 1ms),
                               candidate(3, 200us, 1ms), candidate(4, 300us, 1ms)},
        1, any);
    LONGS_EQUAL(4, c.survivors.size());
    CHECK(c.outliers.empty());
}

TEST(Cluster, StopsWhereTheyDifferByLessThanMindist)
{
    const std::vector<Candidate> all{
        candidate(1, 0ms), candidate(2, 0ms), candidate(3, 0ms), candidate(4, 900us)};
    LONGS_EQUAL(4, cluster(all, 3, 1ms).survivors.size());
    LONGS_EQUAL(3, cluster(all, 3, 800us).survivors.size());
}

TEST(Cluster, WeighsByDistance)
{
    // The near one disagrees with three far ones: a far one goes.
    const auto c = cluster({candidate(1, 0ms, 10us, 200us), candidate(2, 3ms, 10us, 50ms),
                               candidate(3, 4ms, 10us, 50ms), candidate(4, 5ms, 10us, 50ms)},
        3, any);
    LONGS_EQUAL(4, c.outliers.front().id.value);
}

TEST(Cluster, NeverDropsThePreferredNorTheTrue)
{
    auto preferred = candidate(3, 9ms);
    preferred.is_preferred = true;
    const auto c
        = cluster({candidate(1, 0ms), candidate(2, 1ms), preferred, candidate(4, -1ms)}, 1, any);
    LONGS_EQUAL(4, c.survivors.size());
    auto loyal = candidate(3, 9ms);
    loyal.is_true = true;
    const auto two = cluster({candidate(1, 0ms), loyal}, 1, any);
    LONGS_EQUAL(1, two.survivors.size());
    LONGS_EQUAL(3, two.survivors.front().id.value);
}

TEST_GROUP(SystemPeer){};

TEST(SystemPeer, IsTheNearest)
{
    const std::vector<Candidate> all{
        candidate(1, 0ms, 100us, 20ms), candidate(2, 0ms, 100us, 5ms), candidate(3, 0ms)};
    LONGS_EQUAL(2, choose_peer(all, std::nullopt, 1ms)->value);
}

TEST(SystemPeer, CountsAStratumAsMindist)
{
    std::vector<Candidate> all{candidate(1, 0ms, 100us, 5ms), candidate(2, 0ms, 100us, 4500us)};
    all[1].stratum = Stratum{3};
    LONGS_EQUAL(1, choose_peer(all, std::nullopt, 1ms)->value);
    LONGS_EQUAL(2, choose_peer(all, std::nullopt, 100us)->value);
}

TEST(SystemPeer, DoesNotHopForALittle)
{
    const std::vector<Candidate> all{candidate(1, 0ms, 100us, 10ms), candidate(2, 0ms, 100us, 9ms)};
    LONGS_EQUAL(1, choose_peer(all, SourceId{1}, 1ms)->value);
    LONGS_EQUAL(2, choose_peer(all, std::nullopt, 1ms)->value);
    const std::vector<Candidate> much{
        candidate(1, 0ms, 100us, 10ms), candidate(2, 0ms, 100us, 3ms)};
    LONGS_EQUAL(2, choose_peer(much, SourceId{1}, 1ms)->value);
}

TEST(SystemPeer, LeavesOneThatIsNoSurvivorAnyMore)
{
    const std::vector<Candidate> all{candidate(1, 0ms)};
    LONGS_EQUAL(1, choose_peer(all, SourceId{7}, 1ms)->value);
}

TEST(SystemPeer, IsThePreferredOneHoweverFar)
{
    std::vector<Candidate> all{candidate(1, 0ms, 100us, 1ms), candidate(2, 0ms, 100us, 40ms)};
    all[1].is_preferred = true;
    LONGS_EQUAL(2, choose_peer(all, SourceId{1}, 1ms)->value);
}

TEST_GROUP(Combine){};

TEST(Combine, WeighsByTheInverseOfDistance)
{
    const std::vector<Candidate> all{
        candidate(1, 0ms, 100us, 10ms), candidate(2, 6ms, 100us, 20ms)};
    const Combined c = combine(all, {1});
    DOUBLES_EQUAL(0.002, c.offset.count(), 1e-12);
    // Spread about the peer: (2/3 * 0 + 1/3 * 36) mm squared; and its own jitter.
    DOUBLES_EQUAL(std::sqrt(12e-6 + 1e-8), c.jitter.count(), 1e-12);
}

TEST(Combine, UsesThePreferredAlone)
{
    std::vector<Candidate> all{candidate(1, 0ms), candidate(2, 6ms, 300us)};
    all[1].is_preferred = true;
    const Combined c = combine(all, {2});
    DOUBLES_EQUAL(0.006, c.offset.count(), 1e-12);
    DOUBLES_EQUAL(0.0003, c.jitter.count(), 1e-12);
}
