// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What is kept of what was learned.

#include "daemon/learned_file.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::daemon;
using namespace std::chrono_literals;

TEST_GROUP(LearnedFile){};

TEST(LearnedFile, IsReadAsItWasWritten)
{
    const sync::Learned learned{{-3.5, 0, -1.25, -12},
        {{ReferenceId{0xc0000201}, 40ms, 1ms}, {ReferenceId{7}, 100us, 0ms}}};
    const auto read = parse_learned(format_learned(learned));
    CHECK(read.has_value());
    CHECK(*read == learned);
}

TEST(LearnedFile, IsRefusedWhenItIsNotOurs)
{
    for (const char* text : {"", "-12.5\n", "timeball learned 2\nwander 0\n",
             "timeball learned 1\nwander x\n", "timeball learned 1\nwander nan\n",
             "timeball learned 1\nwander 1e99\n", "timeball learned 1\npath c0000201 -1 0\n",
             "timeball learned 1\npath c0000201 0.04 99\n", "timeball learned 1\npath c0000201\n",
             "timeball learned 1\npath c0000201 0.04 0.001 5\n", "timeball learned 1\nleast 5\n"})
        CHECK_FALSE(parse_learned(text).has_value());
}

TEST(LearnedFile, StandsBesideTheDriftFile)
{
    STRCMP_EQUAL("/var/lib/drift.learned", learned_path("/var/lib/drift").c_str());
    STRCMP_EQUAL("", learned_path("").c_str());
}
