// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The arithmetic of the serving benchmark.

#include "bench/serving/figures.h"

#include <CppUTest/TestHarness.h>

using namespace timeball::bench::serving;

TEST_GROUP(ServingFigures)
{
    // In the second round the machine was busy with something else.
    Figures figures{"part,round,contestant,figure,value\n"
                    "closed,1,ours,rate,100\n"
                    "closed,1,theirs,rate,80\n"
                    "closed,2,ours,rate,50\n"
                    "closed,2,theirs,rate,40\n"
                    "closed,3,ours,rate,110\n"
                    "closed,3,theirs,rate,80\n"
                    "crowded,1,ours,rate,90\n"
                    "crowded,3,ours,rate,99\n"
                    "a line that is none\n"
                    "closed,4,ours,rate,\n"};
};

TEST(ServingFigures, MedianIsInTheMiddle)
{
    DOUBLES_EQUAL(2, median({3, 1, 2}), 0);
    DOUBLES_EQUAL(2.5, median({4, 1, 2, 3}), 0);
    DOUBLES_EQUAL(100, *figures.median_of({"closed", "ours", "rate"}), 0);
}

TEST(ServingFigures, ARatioIsOfOneRound)
{
    DOUBLES_EQUAL(1.25, *figures.ratio({"closed", "ours", "rate"}, "theirs"), 1e-9);
    DOUBLES_EQUAL(0.9, *figures.ratio_between({"crowded", "ours", "rate"}, "closed"), 1e-9);
}

TEST(ServingFigures, WhatWasNotMeasuredIsNothing)
{
    CHECK(!figures.median_of({"closed", "ours", "speed"}));
    CHECK(!figures.ratio({"closed", "ours", "rate"}, "nobody"));
    CHECK(!figures.ratio({"crowded", "ours", "rate"}, "theirs"));
}

TEST(ServingFigures, PartsAndContestantsAreListed)
{
    LONGS_EQUAL(2, figures.parts().size());
    LONGS_EQUAL(2, figures.contestants("closed").size());
    STRCMP_EQUAL("ours", figures.contestants("closed")[0].c_str());
}
