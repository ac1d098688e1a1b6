// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Reading the list of clients from a server that keeps changing it.

#include "control/mru_query.h"
#include "control/variables.h"

#include <algorithm>
#include <deque>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::control;
using namespace std::chrono_literals;

namespace {

struct Client {
    std::string address;
    std::uint32_t last; // seconds
    int count = 1;
};

// A server that keeps the rules: oldest first, from the entry after the first place that still
// stands, at most so many rows at a time.
struct Server {
    std::deque<Client> clients; // oldest first
    std::size_t rows = 4;
    int resumptions_refused = 0;

    static std::string stamp(std::uint32_t seconds)
    {
        char text[32];
        std::snprintf(text, sizeof text, "0x%08x.00000000", seconds);
        return text;
    }

    void hear(const std::string& address, std::uint32_t when)
    {
        int count = 1;
        const auto known = std::find_if(
            clients.begin(), clients.end(), [&](const Client& c) { return c.address == address; });
        if (known != clients.end()) {
            count += known->count;
            clients.erase(known);
        }
        clients.push_back({address, when, count});
    }

    // Nothing: UNKNOWNVAR.
    std::optional<std::string> answer(const std::string& question)
    {
        const auto asked = parse_variables(question);
        std::size_t begin = 0;
        std::string text = "nonce=fresh, ";
        if (asked.find("addr.0")) {
            bool is_found = false;
            for (int i = 0; i < 16 && !is_found; ++i) {
                const auto address = asked.get("addr." + std::to_string(i));
                const auto last = asked.get("last." + std::to_string(i));
                for (std::size_t at = 0; at < clients.size() && !is_found; ++at) {
                    if (clients[at].address == address && stamp(clients[at].last) == last) {
                        begin = at + 1;
                        is_found = true;
                        text += "last.older=" + last + ", addr.older=" + address + ", ";
                    }
                }
            }
            if (!is_found) {
                ++resumptions_refused;
                return std::nullopt;
            }
        }
        std::size_t sent = 0;
        for (; begin < clients.size() && sent < rows; ++begin, ++sent) {
            const auto n = std::to_string(sent);
            const Client& c = clients[begin];
            text += "addr." + n + "=" + c.address + ", last." + n + "=" + stamp(c.last) + ", first."
                + n + "=0x00000064.00000000, ct." + n + "=" + std::to_string(c.count) + ", mv." + n
                + "=35, rs." + n + "=0x20, sc." + n + "=0.5, xyz.5=17, ";
        }
        if (begin == clients.size())
            text += "now=0x00010000.00000000, last.newest=" + stamp(clients.back().last) + "\r\n";
        return text;
    }
};

} // namespace

TEST_GROUP(MruQuery)
{
    Server server;
    Instant<Mono> now{100s};
    std::vector<std::string> asked;

    void setup() override
    {
        for (std::uint32_t i = 0; i < 40; ++i)
            server.hear("10.0.0." + std::to_string(i) + ":123", 1000 + i);
    }

    // Until it is over, or for so many questions; `between` happens after each answer.
    template <class Between>
    void run(MruQuery & query, Between between, int most = 1000)
    {
        while (most-- > 0) {
            const auto question = query.next(now);
            if (!question)
                return;
            asked.push_back(question->data);
            if (question->opcode == Opcode::request_nonce) {
                query.take({0, "nonce=0123\r\n"}, now);
                continue;
            }
            CHECK(question->opcode == Opcode::read_mru);
            CHECK(question->data.size() <= max_data);
            if (const auto text = server.answer(question->data))
                query.take({0, *text}, now);
            else
                query.refused(Error::unknown_variable);
            between();
        }
    }
    void run(MruQuery & query)
    {
        run(query, [] {});
    }
};

TEST(MruQuery, ReadsTheListToItsEnd)
{
    MruQuery query;
    run(query);
    CHECK(query.is_complete());
    CHECK_FALSE(query.has_failed());
    const auto entries = query.entries();
    LONGS_EQUAL(40, entries.size());
    STRCMP_EQUAL("10.0.0.39:123", entries[0].address.c_str());
    STRCMP_EQUAL("10.0.0.0:123", entries[39].address.c_str());
    LONGS_EQUAL(1, entries[0].count);
    LONGS_EQUAL(3, entries[0].mode());
    LONGS_EQUAL(4, entries[0].version());
    LONGS_EQUAL(MruEntry::limited, entries[0].restrictions);
    DOUBLES_EQUAL(0.5, *entries[0].score, 0);
    CHECK_FALSE(entries[0].dropped.has_value());
    CHECK(query.now() == ntp::Timestamp{0x00010000'00000000});
}

TEST(MruQuery, AsksForANonceFirstAndSendsItBack)
{
    MruQuery query;
    run(query);
    STRCMP_EQUAL("", asked[0].c_str());
    STRCMP_EQUAL("nonce=0123, frags=32", asked[1].c_str());
    STRCMP_CONTAINS("nonce=fresh, frags=32, addr.0=10.0.0.3:123, last.0=0x000003eb.00000000, "
                    "addr.1=10.0.0.2:123, ",
        asked[2].c_str());
}

TEST(MruQuery, AsksForANonceAgainWhenItsOwnIsOld)
{
    MruQuery query;
    run(
        query, [] {}, 3);
    now += 13s;
    CHECK(query.next(now)->opcode == Opcode::request_nonce);
}

TEST(MruQuery, SendsFiltersAlwaysAndRecentOnce)
{
    MruQuery query{{.filters = {{"mincount", "2"}}, .recent = 7}};
    run(query);
    STRCMP_EQUAL("nonce=0123, frags=32, recent=7, mincount=2", asked[1].c_str());
    STRCMP_CONTAINS("nonce=fresh, frags=32, mincount=2, addr.0=", asked[2].c_str());
}

TEST(MruQuery, KeepsEachAddressOnceWithItsNewestFigures)
{
    MruQuery query;
    std::uint32_t later = 2000;
    int turns = 0;
    run(query, [&] {
        if (++turns < 5)
            server.hear("10.0.0.1:123", later++);
        if (turns == 5) // the same client by another port
            server.clients.back() = {"10.0.0.1:40000", later, 5};
    });
    CHECK(query.is_complete());
    const auto entries = query.entries();
    LONGS_EQUAL(40, entries.size());
    STRCMP_EQUAL("10.0.0.1:40000", entries[0].address.c_str());
    LONGS_EQUAL(5, entries[0].count);
    CHECK(query.received() > 40);
}

TEST(MruQuery, GoesOnFromAnOlderPlaceWhenTheNewestHasMoved)
{
    MruQuery query;
    std::uint32_t later = 2000;
    int turns = 0;
    run(query, [&] {
        // The last one sent is heard at once, every time: ntpq's first place never stands.
        if (++turns <= 8)
            server.hear("10.0.0." + std::to_string(4 * turns - 1) + ":123", later++);
    });
    CHECK(query.is_complete());
    LONGS_EQUAL(0, server.resumptions_refused);
    LONGS_EQUAL(40, query.entries().size());
}

TEST(MruQuery, BeginsAnewWhenNoPlaceStands)
{
    MruQuery query;
    std::uint32_t later = 2000;
    bool is_first = true;
    run(query, [&] {
        for (int i = 0; is_first && i < 4; ++i)
            server.hear("10.0.0." + std::to_string(i) + ":123", later++);
        is_first = false;
    });
    LONGS_EQUAL(1, server.resumptions_refused);
    CHECK(query.is_complete());
    LONGS_EQUAL(40, query.entries().size());
}

TEST(MruQuery, GivesUpWhenItAlwaysBeginsAnew)
{
    MruQuery query;
    std::uint32_t later = 2000;
    run(query, [&] {
        const auto all = server.clients;
        for (const auto& client : all)
            server.hear(client.address, later++);
    });
    CHECK(query.has_failed());
    CHECK_FALSE(query.is_complete());
    CHECK(query.failure() == (Failure{Failure::Kind::refused, Error::unknown_variable}));
    CHECK(query.entries().size() > 0);
}

TEST(MruQuery, AsksForLessWhenAnswersAreLost)
{
    MruQuery query;
    run(
        query, [] {}, 3);
    query.lost();
    CHECK(query.next(now)->opcode == Opcode::request_nonce);
    query.take({0, "nonce=new"}, now);
    STRCMP_CONTAINS("nonce=new, frags=16, addr.0=", query.next(now)->data.c_str());
    for (int i = 0; i < 4; ++i)
        query.lost();
    CHECK_FALSE(query.has_failed());
    query.lost();
    CHECK(query.has_failed());
    CHECK_FALSE(query.next(now).has_value());
    LONGS_EQUAL(8, query.entries().size());
}

TEST(MruQuery, CountsRowsForServersThatDoNotKnowFragments)
{
    MruQuery query;
    query.take({0, "nonce=1"}, now);
    query.next(now);
    query.take({0, "nonce=1"}, now);
    query.refused(Error::bad_value);
    STRCMP_EQUAL("nonce=1, limit=96", query.next(now)->data.c_str());
    query.refused(Error::bad_value);
    STRCMP_EQUAL("nonce=1, limit=48", query.next(now)->data.c_str());
}

TEST(MruQuery, FailsWhenItIsRefused)
{
    MruQuery query;
    query.next(now);
    query.refused(Error::permission);
    CHECK(query.has_failed());
    CHECK(query.failure().error == Error::permission);
}

TEST(MruQuery, TakesGarbageForNothing)
{
    MruQuery query;
    query.next(now);
    query.take({0, "nonce=1"}, now);
    query.next(now);
    query.take(
        {0, "addr.0=x, addr.99999999=y, last.-1=z, .=, =., addr.1=1.2.3.4:5, last.1=9, now=x"},
        now);
    CHECK_FALSE(query.is_complete());
    LONGS_EQUAL(0, query.received());
    for (int i = 0; i < 8; ++i)
        query.take({0, "nonsense"}, now);
    CHECK(query.has_failed()); // it would be so for ever
}
