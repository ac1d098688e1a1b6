// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The client lists of several workers read as one: completely, in order, from any place on, and
// with little work each time.

#include "serve/census.h"

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <random>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::serve;
using namespace std::chrono_literals;
using control::ClientMark;
using control::ClientQuestion;
using control::ClientRow;

TEST_GROUP(Census)
{
    static constexpr unsigned workers = 3;
    Instant<Mono> now{1000s};
    std::vector<std::unique_ptr<ClientList>> lists;
    std::vector<config::RestrictEntry> entries;
    std::unique_ptr<AccessList> access;
    RateLimiter limiter{config::LimitConfig{}};
    std::deque<std::function<void()>> mailbox;
    std::unique_ptr<Census> census;
    std::size_t pages = 0, visits = 0;

    void setup() override
    {
        config::MruConfig mru;
        mru.max_depth = 200'000;
        for (unsigned i = 0; i < workers; ++i)
            lists.push_back(
                std::make_unique<ClientList>(mru, ClientList::Prefixes{}, SipKey{i, 2}, now));
        access = std::make_unique<AccessList>(entries);
        census = std::make_unique<Census>([] { return workers; },
            [this](unsigned worker, PageRequest request, std::function<void(Page)> then) {
                mailbox.push_back([this, worker, request, then] {
                    Page page = page_of({*lists[worker], *access, limiter}, request, now);
                    ++pages;
                    visits += page.rows.size();
                    then(std::move(page));
                });
            });
    }

    static Endpoint client(std::uint32_t n)
    {
        return {Address::ipv4(0x0a000000 + n), static_cast<std::uint16_t>(1024 + n % 60000)};
    }
    void meet(std::uint32_t n)
    {
        lists[n % workers]->meet(client(n), ntp::Mode::client, 4, now);
    }
    void turn()
    {
        while (!mailbox.empty()) {
            const auto next = std::move(mailbox.front());
            mailbox.pop_front();
            next();
        }
    }
    Census::Part read(const ClientQuestion& question, std::size_t rows)
    {
        std::optional<Census::Part> got;
        CHECK(census->read(question, rows, [&](const Census::Part& part) { got = part; }));
        turn();
        CHECK(got.has_value());
        return *got;
    }
    // As ntpq goes about it.
    std::vector<ClientRow> read_all(
        ClientQuestion question, std::size_t rows, const std::function<void()>& meanwhile = [] {})
    {
        std::vector<ClientRow> all;
        for (int turns = 0; turns < 100'000; ++turns) {
            const auto part = read(question, rows);
            CHECK(part.rows.size() <= rows);
            all.insert(all.end(), part.rows.begin(), part.rows.end());
            if (part.has_newest)
                return all;
            CHECK_FALSE(part.rows.empty());
            question.behind.clear();
            for (std::size_t i = all.size(); i-- > 0 && question.behind.size() < 4;)
                question.behind.push_back({all[i].from, all[i].last});
            question.recent = 0;
            meanwhile();
        }
        FAIL("it does not end");
        return all;
    }
};

TEST(Census, ReadsEverybodyOnceInOrder)
{
    for (std::uint32_t n = 0; n < 10'000; ++n) {
        now += 1ms; // less than a tick of the list: many have the same instant
        meet(n);
    }
    const auto all = read_all({}, 100);
    LONGS_EQUAL(10'000, all.size());
    std::map<Endpoint, int> seen;
    for (std::size_t i = 0; i < all.size(); ++i) {
        CHECK(i == 0 || all[i - 1].last <= all[i].last);
        ++seen[all[i].from];
    }
    LONGS_EQUAL(10'000, seen.size());
}

TEST(Census, DoesNoMoreWorkAtTheEndThanAtTheBeginning)
{
    for (std::uint32_t n = 0; n < 30'000; ++n) {
        now += 5ms;
        meet(n);
    }
    static_cast<void>(read_all({}, 100));
    LONGS_EQUAL(300 * workers, pages); // one of each worker for a hundred rows
}

TEST(Census, MissesNobodyWhoComesAgainMeanwhile)
{
    std::mt19937_64 random{1};
    for (std::uint32_t n = 0; n < 5000; ++n) {
        now += 3ms;
        meet(n);
    }
    const auto all = read_all({}, 100, [&] {
        for (int i = 0; i < 20; ++i) {
            now += 1ms;
            meet(static_cast<std::uint32_t>(random() % 5000));
        }
    });
    std::map<Endpoint, Instant<Mono>> last;
    for (const ClientRow& row : all)
        last[row.from] = row.last;
    LONGS_EQUAL(5000, last.size());
}

TEST(Census, GoesOnInTimeWhenEveryKnownClientHasComeAgain)
{
    for (std::uint32_t n = 0; n < 3000; ++n) {
        now += 5ms;
        meet(n);
    }
    const auto first = read({}, 100);
    ClientQuestion question;
    for (std::size_t i = 100; i-- > 90;)
        question.behind.push_back({first.rows[i].from, first.rows[i].last});
    now += 1s;
    for (std::uint32_t n = 0; n < 100; ++n)
        meet(n);
    const auto second = read(question, 100);
    CHECK(second.resumed.has_value());
    CHECK(second.rows.front().from == client(100));
}

TEST(Census, TellsBehindWhomItGoesOn)
{
    for (std::uint32_t n = 0; n < 300; ++n) {
        now += 5ms;
        meet(n);
    }
    const auto first = read({}, 10);
    ClientQuestion question;
    question.behind = {{first.rows[9].from, first.rows[9].last}};
    const auto second = read(question, 10);
    CHECK(second.resumed->from == first.rows[9].from);
    CHECK(second.rows.front().from == client(10));
}

// One in ten thousand passes the filter: thousands are looked at for each row, in turns that stay
// short.
TEST(Census, FiltersLongListsInShortTurns)
{
    for (std::uint32_t n = 0; n < 60'000; ++n) {
        now += 1ms;
        meet(n);
        if (n % 10'000 == 0)
            meet(n);
    }
    ClientQuestion question;
    question.filter.least_packets = 2;
    LONGS_EQUAL(6, read_all(question, 100).size());
    CHECK(pages >= 60'000 / most_visits);
}

TEST(Census, ShowsTheNewest)
{
    for (std::uint32_t n = 0; n < 30'000; ++n) {
        now += 5ms;
        meet(n);
    }
    ClientQuestion question;
    question.recent = 30;
    const auto part = read(question, 100);
    LONGS_EQUAL(30, part.rows.size());
    CHECK(part.has_newest);
    CHECK(part.rows.back().from == client(29'999));
    question.recent = 29'000; // further back than one turn goes
    LONGS_EQUAL(29'001, read_all(question, 250).size());
}

TEST(Census, ShowsThoseAskedForByName)
{
    for (std::uint32_t n = 0; n < 100; ++n)
        meet(n);
    ClientQuestion question;
    question.rows = 1;
    question.behind = {{client(7), now - 500s}};
    const auto part = read(question, 1);
    LONGS_EQUAL(1, part.rows.size());
    CHECK(part.rows[0].from == client(7));
}

TEST(Census, ShowsLimitsOnlyIfTheLastPacketMetThem)
{
    entries = {{.address = Address::any(Family::ipv4),
        .mask = Address::any(Family::ipv4),
        .flags = config::restrict_limited | config::restrict_kod | config::restrict_nomodify,
        .line = 1}};
    access = std::make_unique<AccessList>(entries);
    meet(0);
    const auto met = lists[0]->meet(client(3), ntp::Mode::client, 4, now);
    ClientList::note_limit(*met.client, false);
    ClientList::note_drop(*met.client);
    const auto part = read({}, 10);
    LONGS_EQUAL(config::restrict_nomodify, part.rows[0].flags);
    LONGS_EQUAL(config::restrict_nomodify | config::restrict_limited, part.rows[1].flags);
    LONGS_EQUAL(1, part.rows[1].dropped);
}

TEST(Census, ReadsForAFewAtATime)
{
    int told = 0, begun = 0;
    for (int i = 0; i < 100; ++i)
        begun += census->read({}, 10, [&](const Census::Part&) { ++told; });
    CHECK(begun >= 8 && begun < 100);
    turn();
    LONGS_EQUAL(begun, told);
    CHECK(census->read({}, 10, [&](const Census::Part&) { ++told; })); // and then again
    turn();
}

// A worker whose mailbox is full says nothing; that must not keep others out for good.
TEST(Census, ForgetsWhoGetsNoAnswer)
{
    for (int i = 0; i < 100; ++i) {
        static_cast<void>(census->read({}, 10, [](const Census::Part&) {}));
        mailbox.clear();
    }
    bool is_told = false;
    CHECK(census->read({}, 10, [&](const Census::Part&) { is_told = true; }));
    turn();
    CHECK(is_told);
}
