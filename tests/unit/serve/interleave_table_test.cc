// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// When answers left, for those who ask.

#include "serve/interleave_table.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::serve;
using namespace std::chrono_literals;

TEST_GROUP(InterleaveTable)
{
    InterleaveTable table{{1, 2}};
    const Address client = *parse_address("198.51.100.7"), other = *parse_address("2001:db8::7");
    const Instant<Utc> when{1'700'000'000s};
};

TEST(InterleaveTable, TellsWhenAnAnswerLeft)
{
    CHECK_FALSE(table.find(client, {5}));
    const auto token = table.expect(client, {5});
    CHECK(token != 0);
    CHECK_FALSE(table.find(client, {5})); // not yet
    table.departed(token, when);
    CHECK(table.find(client, {5}) == when);
    CHECK(table.find(client, {5}) == when); // it may have to ask again
    CHECK_FALSE(table.find(other, {5}));
    CHECK_FALSE(table.find(client, {7}));
}

TEST(InterleaveTable, IgnoresAStampWhoseAnswerIsForgotten)
{
    table.departed(77, when); // before anything
    const auto first = table.expect(client, {5});
    const auto second = table.expect(client, {5}); // takes the same place
    CHECK(first != second);
    table.departed(first, when);
    CHECK_FALSE(table.find(client, {5}));
    table.departed(second, when + 1s);
    CHECK(table.find(client, {5}) == when + 1s);
}

TEST(InterleaveTable, KeepsTheNewestWithinItsBound)
{
    constexpr unsigned many = 10 * InterleaveTable::size;
    for (unsigned i = 1; i <= many; ++i)
        table.departed(table.expect(client, {i}), when + Nanoseconds{i});
    unsigned kept = 0, late = 0;
    for (unsigned i = 1; i <= many; ++i)
        if (const auto found = table.find(client, {i})) {
            CHECK(*found == when + Nanoseconds{i});
            ++kept;
            late += i > many / 2;
        }
    CHECK(kept > InterleaveTable::size * 9 / 10 && kept <= InterleaveTable::size);
    CHECK(late > kept * 9 / 10);
}
