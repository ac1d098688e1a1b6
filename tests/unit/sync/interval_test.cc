// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Where correctness intervals agree: the cases of RFC 5905, section 11.2.1, and some of their own.

#include "sync/interval.h"

#include <vector>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::sync;

namespace {

std::vector<Interval> intervals(std::initializer_list<std::pair<double, double>> ends)
{
    std::vector<Interval> list;
    for (const auto& [lower, upper] : ends)
        list.push_back({Seconds{lower}, Seconds{upper}});
    return list;
}

void check(const std::optional<Interval>& found, double lower, double upper)
{
    CHECK(found.has_value());
    DOUBLES_EQUAL(lower, found->lower.count(), 1e-12);
    DOUBLES_EQUAL(upper, found->upper.count(), 1e-12);
}

} // namespace

TEST_GROUP(Intersection){};

TEST(Intersection, OfNobodyIsNothing)
{
    CHECK(!agreement({}).has_value());
    CHECK(!majority({}).has_value());
}

TEST(Intersection, OfOneIsThatOne)
{
    check(agreement(intervals({{-1, 2}})), -1, 2);
    check(majority(intervals({{-1, 2}})), -1, 2);
}

TEST(Intersection, OfAllWhoAgreeIsWhatTheyShare)
{
    check(agreement(intervals({{-3, 1}, {-1, 4}, {-2, 2}})), -1, 1);
}

TEST(Intersection, CountsOneWithinAnother)
{
    check(agreement(intervals({{-10, 10}, {-1, 1}, {-5, 0}})), -1, 0);
}

TEST(Intersection, LeavesOutOneFalsetickerOfThree)
{
    check(agreement(intervals({{-1, 1}, {-0.5, 1.5}, {7, 8}})), -0.5, 1);
    check(agreement(intervals({{-9, -8}, {-1, 1}, {-0.5, 1.5}})), -0.5, 1);
}

TEST(Intersection, LeavesOutTwoOfFiveThatDoNotEvenAgreeWithEachOther)
{
    check(agreement(intervals({{-1, 1}, {5, 6}, {-2, 0.5}, {-9, -8}, {0, 3}})), 0, 0.5);
}

TEST(Intersection, FindsNoMajorityAmongTwoWhoDiffer)
{
    CHECK(!agreement(intervals({{0, 1}, {2, 3}})).has_value());
    CHECK(!majority(intervals({{0, 1}, {2, 3}})).has_value());
}

TEST(Intersection, FindsNoMajorityWhereHalfAgainstHalfStand)
{
    CHECK(!agreement(intervals({{0, 1}, {0, 1}, {2, 3}, {2, 3}})).has_value());
}

TEST(Intersection, CountsIntervalsThatOnlyTouch)
{
    check(agreement(intervals({{0, 1}, {1, 2}})), 1, 1);
}

TEST(Intersection, SpansTheTwoPlacesWhereEquallyManyAgree)
{
    // One of four lies; which, nobody can tell. Both places belong to the answer.
    check(agreement(intervals({{0, 10}, {1, 9}, {2, 3}, {7, 8}})), 2, 8);
}

TEST(Intersection, OfTheMajorityHoldsTheTruthWhateverALiarSays)
{
    // Two honest servers, and a liar who agrees with both but shifts what all three share. The
    // truth is 0.
    const auto told = intervals({{-1, 5}, {-2, 4}, {3, 7}});
    check(agreement(told), 3, 4);
    const auto sure = majority(told);
    check(sure, -1, 5);
}

TEST(Intersection, OfTheMajorityHoldsTheTruthForManyLies)
{
    // Three honest of five, two liars anywhere: 0 stays inside.
    const auto honest = intervals({{-2, 0.1}, {-0.1, 3}, {-1, 1}});
    for (double a = -6; a <= 6; a += 0.37)
        for (double b = -6; b <= 6; b += 0.41) {
            auto told = honest;
            told.push_back({Seconds{a}, Seconds{a + 1.3}});
            told.push_back({Seconds{b}, Seconds{b + 0.7}});
            const auto sure = majority(told);
            CHECK(sure.has_value());
            CHECK(sure->lower <= Seconds{0});
            CHECK(sure->upper >= Seconds{0});
        }
}

TEST(Intersection, OfTwoIntervals)
{
    check(intersection({Seconds{0}, Seconds{2}}, {Seconds{1}, Seconds{3}}), 1, 2);
    CHECK(!intersection({Seconds{0}, Seconds{1}}, {Seconds{2}, Seconds{3}}).has_value());
    DOUBLES_EQUAL(1, gap({Seconds{0}, Seconds{1}}, {Seconds{2}, Seconds{3}}).count(), 1e-12);
    DOUBLES_EQUAL(1, gap({Seconds{2}, Seconds{3}}, {Seconds{0}, Seconds{1}}).count(), 1e-12);
    DOUBLES_EQUAL(0, gap({Seconds{0}, Seconds{2}}, {Seconds{1}, Seconds{3}}).count(), 1e-12);
}
