// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The fast path's clients as a list: filled when it is read, in order, in short turns.

#include "serve/census.h"
#include "serve/fast_book.h"
#include "unit/serve/fakes.h"

#include <map>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::serve;
using namespace timeball::serve::test;
using namespace std::chrono_literals;

TEST_GROUP(FastBook)
{
    FakeFastPath path;
    FakeLoop loop;
    config::LiveConfig live;
    AccessList access{std::vector<config::RestrictEntry>{}};
    std::unique_ptr<FastBook> book;
    std::unique_ptr<ClientList> worker; // one that answers what is not plain
    RateLimiter limiter{config::LimitConfig{}};

    void setup() override
    {
        book = std::make_unique<FastBook>(path, loop, SipKey{1, 2}, live);
        worker = std::make_unique<ClientList>(
            live.mru, ClientList::Prefixes{}, SipKey{3, 4}, loop.time);
    }

    static Endpoint client(std::uint32_t n)
    {
        return {Address::ipv4(0x0a000000 + n), 1234};
    }
    // Asks the fast path, now.
    void ask(std::uint32_t n, std::uint32_t times = 1)
    {
        auto record = std::find_if(path.present.begin(), path.present.end(),
            [&](const FastClient& c) { return c.from == client(n); });
        if (record == path.present.end())
            record = path.present.insert(
                path.present.end(), {.from = client(n), .first = loop.time, .version = 4});
        record->last = loop.time;
        record->packets += times;
    }
    void turn_until(const bool& is_done)
    {
        for (int turns = 0; turns < 100'000 && !is_done; ++turns)
            loop.pass(0ns);
        CHECK(is_done);
    }
    Page read(const PageRequest& request = {.rows = 1000})
    {
        bool is_read = false;
        book->read([&] { is_read = true; });
        turn_until(is_read);
        return book->page(access, request);
    }
    static std::vector<std::uint32_t> numbers(const std::vector<control::ClientRow>& rows)
    {
        std::vector<std::uint32_t> all;
        for (const auto& row : rows)
            all.push_back(row.from.address.to_ipv4() - 0x0a000000);
        return all;
    }

    std::unique_ptr<Census> census = std::make_unique<Census>([] { return 2; },
        [this](unsigned list, PageRequest request, std::function<void(Page)> then) {
            if (list == 0)
                book->read([this, request, then] { then(book->page(access, request)); },
                    request.behind.empty() ? Instant<Mono>::min() : request.behind.front().last);
            else
                loop.post([this, request, then] {
                    then(page_of({*worker, access, limiter}, request, loop.time));
                });
        });
    Census::Part list(const control::ClientQuestion& question, std::size_t rows)
    {
        Census::Part got;
        bool is_read = false;
        CHECK(census->read(question, rows, [&](const Census::Part& part) {
            got = part;
            is_read = true;
        }));
        turn_until(is_read);
        return got;
    }
};

TEST(FastBook, IsInOrderOfTheLastPacket)
{
    // The table has no order: whoever asked longest ago stands anywhere.
    for (const std::uint32_t n : {5, 1, 4, 2, 9, 3, 8, 7})
        ask(n);
    for (std::uint32_t n = 1; n <= 9; ++n) {
        loop.time += 1s;
        ask(n);
    }
    const auto page = read();
    CHECK((numbers(page.rows) == std::vector<std::uint32_t>{1, 2, 3, 4, 5, 6, 7, 8, 9}));
    CHECK(page.has_newest);
    LONGS_EQUAL(3, path.pages); // of three each
}

TEST(FastBook, TellsWhatTheFastPathCounted)
{
    path.present.push_back({.from = client(1),
        .first = loop.time + 10s,
        .last = loop.time + 25s,
        .packets = 70'000,
        .dropped = 20'000,
        .version = 3,
        .was_limited = true,
        .score = 0.75});
    loop.time += 30s;
    const auto row = read().rows.at(0);
    CHECK(row.from == client(1));
    CHECK(row.first == loop.time - 20s);
    CHECK(row.last == loop.time - 5s);
    LONGS_EQUAL(70'000, row.packets);
    LONGS_EQUAL(20'000, row.dropped);
    LONGS_EQUAL(3, row.mode);
    LONGS_EQUAL(3, row.version);
    DOUBLES_EQUAL(0.75, row.score, 1e-4);
}

TEST(FastBook, TellsTheScoreOfTheClassicRuleToo)
{
    live.limit.rule = config::LimitRule::classic;
    book->configure(live);
    ask(1);
    path.present[0].score = 2.5;
    DOUBLES_EQUAL(2.5, read().rows.at(0).score, 0.1);
}

TEST(FastBook, LooksOnlyWhenWhatItHasIsOld)
{
    ask(1);
    LONGS_EQUAL(0, path.pages);
    static_cast<void>(read());
    LONGS_EQUAL(1, path.pages);
    ask(2);
    loop.time += 900ms;
    LONGS_EQUAL(1, read().rows.size());
    LONGS_EQUAL(1, path.pages);
    loop.time += 200ms;
    LONGS_EQUAL(2, read().rows.size());
    LONGS_EQUAL(2, path.pages);
}

TEST(FastBook, LooksOnceForAllWhoWait)
{
    for (std::uint32_t n = 0; n < 30; ++n)
        ask(n);
    int told = 0;
    for (int i = 0; i < 5; ++i)
        book->read([&] { ++told; });
    LONGS_EQUAL(0, told);
    for (int turns = 0; turns < 50; ++turns)
        loop.pass(0ns);
    LONGS_EQUAL(5, told);
    LONGS_EQUAL(10, path.pages);
}

TEST(FastBook, PutsThoseWhoCameAgainBehindAllOthers)
{
    for (std::uint32_t n = 0; n < 6; ++n) {
        loop.time += 1s;
        ask(n);
    }
    loop.time += 1s;
    static_cast<void>(read());
    loop.time += 2s;
    ask(4);
    ask(0);
    loop.time += 1s;
    const auto page = read();
    CHECK((numbers(page.rows) == std::vector<std::uint32_t>{1, 2, 3, 5, 4, 0})
        || (numbers(page.rows) == std::vector<std::uint32_t>{1, 2, 3, 5, 0, 4}));
    LONGS_EQUAL(2, page.rows.back().packets);
}

// Who asks all the time was heard of after we began to look, whenever it is.
TEST(FastBook, SeesThoseWhoAskWhileItLooks)
{
    for (std::uint32_t n = 0; n < 12; ++n)
        ask(n);
    path.on_page = [&] {
        loop.time += 15ms;
        ask(11);
    };
    const auto first = read();
    LONGS_EQUAL(12, first.rows.size());
    path.on_page = nullptr;
    loop.time += 2s;
    const auto second = read();
    LONGS_EQUAL(11, second.rows.back().from.address.to_ipv4() - 0x0a000000);
    LONGS_EQUAL(5, second.rows.back().packets);
}

// The two clocks are compared anew each time, and not to the nanosecond.
TEST(FastBook, MissesNobodyByAClockThatIsSeenOtherwise)
{
    ask(1);
    static_cast<void>(read());
    ask(2);
    path.present.back().last -= 3ms; // heard of since, by a clock that seems to lag
    path.present.front().last += 2ms; // and one that seems to have come again, but has not
    loop.time += 2s;
    const auto page = read();
    CHECK((numbers(page.rows) == std::vector<std::uint32_t>{1, 2}));
    LONGS_EQUAL(1, page.rows[0].packets);
}

TEST(FastBook, DoesLittleInATurn)
{
    path.page_size = 4096;
    for (std::uint32_t n = 0; n < 20'000; ++n)
        path.present.push_back({.from = client(n),
            .first = loop.time,
            .last = loop.time + 1us * (n * 7919 % 20'000),
            .packets = 1});
    loop.time += 1s;
    bool is_read = false;
    book->read([&] { is_read = true; });
    int turns = 0;
    for (; !is_read; ++turns)
        loop.pass(0ns);
    CHECK(turns >= 5 + 10); // pages, then some thousand clients at a time
    CHECK(turns <= 5 + 12);
    LONGS_EQUAL(20'000, book->figures().clients.present);
}

TEST(FastBook, CountsAsTheListOfAWorkerDoes)
{
    ask(1, 3);
    ask(2);
    loop.time += 1s;
    static_cast<void>(read());
    loop.time += 2s;
    ask(2, 5);
    loop.time += 1s;
    static_cast<void>(read());
    const auto figures = book->figures();
    LONGS_EQUAL(2, figures.clients.present);
    LONGS_EQUAL(2, figures.clients.added);
    LONGS_EQUAL(2 + 5, figures.clients.met_again);
    DOUBLES_EQUAL(4, figures.oldest_age.count(), 0.01);
}

TEST(FastBook, CountsOnWhenTheFastPathForgotSomebody)
{
    ask(1, 9);
    static_cast<void>(read());
    loop.time += 2s;
    path.present.clear();
    ask(1, 2);
    const auto page = read();
    LONGS_EQUAL(2, page.rows.at(0).packets);
    LONGS_EQUAL(8 + 2, book->figures().clients.met_again);
}

TEST(FastBook, StandsAmongTheListsOfWorkers)
{
    for (std::uint32_t n = 0; n < 40; ++n) {
        loop.time += 1s;
        if (n % 2 == 0)
            ask(n);
        else
            worker->meet(client(n), ntp::Mode::client, 4, loop.time);
    }
    const auto part = list({}, 100);
    CHECK(part.has_newest);
    LONGS_EQUAL(40, part.rows.size());
    const auto all = numbers(part.rows);
    CHECK(std::is_sorted(all.begin(), all.end()));
}

TEST(FastBook, MakesOneRowOfAClientWhomAWorkerKnowsToo)
{
    ask(1, 10);
    ask(2);
    loop.time += 5s;
    worker->meet(client(1), ntp::Mode::symmetric_active, 3, loop.time);
    const auto part = list({}, 100);
    CHECK((numbers(part.rows) == std::vector<std::uint32_t>{2, 1}));
    LONGS_EQUAL(11, part.rows[1].packets);
    LONGS_EQUAL(3, part.rows[1].version);
    CHECK(part.rows[1].first < part.rows[1].last);
}

// The worker's list is of this moment, the fast path's up to a second old. Nobody is missed whom
// the fast path has heard of in between.
TEST(FastBook, MissesNobodyBetweenThePartsOfAList)
{
    for (std::uint32_t n = 0; n < 50; ++n) {
        loop.time += 100ms;
        ask(n);
    }
    std::vector<control::ClientRow> all;
    control::ClientQuestion question;
    std::uint32_t fast = 50, slow = 1000;
    for (bool is_done = false; !is_done;) {
        CHECK(all.size() < 10'000);
        const auto part = list(question, 20);
        CHECK_FALSE(part.rows.empty());
        all.insert(all.end(), part.rows.begin(), part.rows.end());
        question.behind.clear();
        for (std::size_t i = all.size(); i-- > 0 && question.behind.size() < 4;)
            question.behind.push_back({all[i].from, all[i].last});
        is_done = part.has_newest;
        for (int i = 0; i < 12 && !is_done && fast < 300; ++i) {
            loop.time += 10ms;
            ask(fast++);
            worker->meet(client(slow++), ntp::Mode::client, 4, loop.time);
        }
    }
    std::map<Endpoint, int> seen;
    for (const auto& row : all)
        ++seen[row.from];
    LONGS_EQUAL(300, fast);
    for (std::uint32_t n = 0; n < 300; ++n)
        LONGS_EQUAL(1, seen[client(n)]);
    for (std::uint32_t n = 1000; n < slow; ++n)
        LONGS_EQUAL(1, seen[client(n)]);
}
