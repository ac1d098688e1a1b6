// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The client list: finding, order, recycling, and what a client costs.

#include "serve/client_list.h"

#include <chrono>
#include <cstdio>
#include <list>
#include <map>
#include <random>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::serve;
using namespace std::chrono_literals;

TEST_GROUP(ClientList)
{
    const SipKey key{1, 2};
    const Instant<Mono> start{500s};
    Instant<Mono> now = start;
    config::MruConfig mru;

    ClientList list_of(std::uint64_t most, int v6_prefix = 64)
    {
        mru.max_depth = most;
        return ClientList{mru, {.v6 = v6_prefix}, key, now};
    }
    static Endpoint at(std::string_view address, std::uint16_t port = 40000)
    {
        return {*parse_address(address), port};
    }
    ClientList::Meeting meet(ClientList & list, const Endpoint& from,
        ntp::Mode mode = ntp::Mode::client, unsigned version = 4)
    {
        return list.meet(from, mode, version, now);
    }
    static std::vector<std::uint32_t> order(const ClientList& list) // IPv4, oldest first
    {
        std::vector<std::uint32_t> seen;
        for (const Client* c = list.oldest(); c != nullptr; c = list.newer(*c))
            seen.push_back(list.view(*c).from.address.to_ipv4());
        std::vector<std::uint32_t> back;
        for (const Client* c = list.newest(); c != nullptr; c = list.older(*c))
            back.insert(back.begin(), list.view(*c).from.address.to_ipv4());
        CHECK(seen == back);
        return seen;
    }
};

TEST(ClientList, RemembersWhoAskedWhenAndHow)
{
    auto list = list_of(10);
    CHECK(meet(list, at("192.0.2.1", 1111)).is_new);
    now += 10s;
    const auto again = meet(list, at("192.0.2.1", 2222), ntp::Mode::symmetric_active, 3);
    CHECK_FALSE(again.is_new);
    CHECK(again.since == 10s);
    CHECK(again.before == ntp::Mode::client);
    ClientList::note_drop(*again.client);
    ClientList::note_limit(*again.client, true);

    const ClientView view = list.view(*list.find(*parse_address("192.0.2.1")));
    CHECK((view
        == ClientView{.from = at("192.0.2.1", 2222),
            .first = start,
            .last = start + 10s,
            .packets = 2,
            .dropped = 1,
            .mode = ntp::Mode::symmetric_active,
            .version = 3,
            .was_limited = true,
            .was_kissed = true}));

    now += 1s;
    meet(list, at("192.0.2.1"));
    const ClientView fresh = list.view(*list.find(*parse_address("192.0.2.1")));
    CHECK_FALSE(fresh.was_limited || fresh.was_kissed);
    UNSIGNED_LONGS_EQUAL(1, fresh.dropped);
    POINTERS_EQUAL(nullptr, list.find(*parse_address("192.0.2.2")));
}

TEST(ClientList, TakesAnIpv6PrefixForOneClient)
{
    auto list = list_of(10);
    CHECK(meet(list, at("2001:db8:1:2::5")).is_new);
    CHECK_FALSE(meet(list, at("2001:db8:1:2:ffff::9")).is_new);
    CHECK(meet(list, at("2001:db8:1:3::5")).is_new);
    const ClientView view = list.view(*list.find(*parse_address("2001:db8:1:2::5")));
    CHECK(view.from.address == *parse_address("2001:db8:1:2:ffff::9")); // the last one seen
    UNSIGNED_LONGS_EQUAL(2, view.packets);

    auto exact = list_of(10, 128);
    CHECK(meet(exact, at("2001:db8:1:2::5")).is_new);
    CHECK(meet(exact, at("2001:db8:1:2::6")).is_new);
    auto wide = list_of(10, 48);
    CHECK(meet(wide, at("2001:db8:1:2::5")).is_new);
    CHECK_FALSE(meet(wide, at("2001:db8:1:3::5")).is_new);
}

TEST(ClientList, DoesNotMixFamilies)
{
    auto list = list_of(10);
    CHECK(meet(list, at("::1")).is_new);
    CHECK(meet(list, at("0.0.0.1")).is_new);
    CHECK_FALSE(meet(list, at("::2")).is_new); // of the same /64
    UNSIGNED_LONGS_EQUAL(2, list.counts().present);
}

TEST(ClientList, KeepsTheOrderOfTheLastPackets)
{
    auto list = list_of(10);
    for (const char* a : {"0.0.0.1", "0.0.0.2", "0.0.0.3", "0.0.0.1", "0.0.0.4", "0.0.0.2"}) {
        now += 1s;
        meet(list, at(a));
    }
    CHECK((order(list) == std::vector<std::uint32_t>{3, 1, 4, 2}));
}

TEST(ClientList, RecyclesTheOldestByTheRulesOfMru)
{
    mru.min_depth = 2;
    mru.max_age = Seconds{100};
    mru.min_age = Seconds{10};
    auto list = list_of(3);
    meet(list, at("0.0.0.1"));
    now += 200s;
    meet(list, at("0.0.0.2")); // below the minimum depth: added, however old the first
    UNSIGNED_LONGS_EQUAL(2, list.counts().present);
    meet(list, at("0.0.0.3")); // at it: the first is older than the maximum
    CHECK((order(list) == std::vector<std::uint32_t>{2, 3}));
    UNSIGNED_LONGS_EQUAL(1, list.counts().recycled_old);
    now += 5s;
    meet(list, at("0.0.0.4")); // memory is left
    CHECK((order(list) == std::vector<std::uint32_t>{2, 3, 4}));
    const auto refused = meet(list, at("0.0.0.5")); // full, and nobody is old enough
    POINTERS_EQUAL(nullptr, refused.client);
    UNSIGNED_LONGS_EQUAL(1, list.counts().no_room);
    now += 6s;
    meet(list, at("0.0.0.5")); // now the oldest is
    CHECK((order(list) == std::vector<std::uint32_t>{3, 4, 5}));
    UNSIGNED_LONGS_EQUAL(1, list.counts().recycled_full);
    POINTERS_EQUAL(nullptr, list.find(*parse_address("0.0.0.2")));
}

TEST(ClientList, LetsCountsStandAtTheirHighest)
{
    auto list = list_of(1);
    Client& c = *meet(list, at("0.0.0.1")).client;
    c.counts.set(c.counts.max);
    ClientList::note_drop(c);
    const ClientView view = list.view(*meet(list, at("0.0.0.1")).client);
    UNSIGNED_LONGS_EQUAL((1u << 27) - 1, view.packets);
    UNSIGNED_LONGS_EQUAL((1u << 20) - 1, view.dropped);
}

TEST(ClientList, AgreesWithASimpleOneOverManyPackets)
{
    mru.min_age = Seconds{0};
    mru.max_age = Seconds{1e9};
    constexpr std::size_t most = 97;
    auto list = list_of(most);
    std::list<std::uint32_t> simple; // oldest first
    std::map<std::uint32_t, std::list<std::uint32_t>::iterator> places;
    std::mt19937 random{7};
    int differences = 0;
    for (int i = 0; i < 200'000; ++i) {
        now += 10ms;
        const std::uint32_t who = random() % 300;
        const bool is_new = list.meet({Address::ipv4(who), 1}, ntp::Mode::client, 4, now).is_new;
        const auto known = places.find(who);
        differences += is_new != (known == places.end());
        if (known != places.end())
            simple.erase(known->second);
        else if (simple.size() == most) {
            places.erase(simple.front());
            simple.pop_front();
        }
        places[who] = simple.insert(simple.end(), who);
        if (i % 1000 == 0)
            CHECK((order(list) == std::vector<std::uint32_t>{simple.begin(), simple.end()}));
    }
    LONGS_EQUAL(0, differences);
    UNSIGNED_LONGS_EQUAL(most, list.counts().present);
}

TEST(ClientList, KeepsTheNewestWhenItGetsSmallerAndAllWhenItGrows)
{
    auto list = list_of(100);
    for (std::uint32_t i = 1; i <= 50; ++i)
        list.meet({Address::ipv4(i), 1}, ntp::Mode::client, 4, now += 1s);
    mru.max_depth = 3;
    list.resize(mru, {});
    CHECK((order(list) == std::vector<std::uint32_t>{48, 49, 50}));
    mru.max_depth = 1000;
    list.resize(mru, {});
    CHECK((order(list) == std::vector<std::uint32_t>{48, 49, 50}));
    list.meet({Address::ipv4(49), 1}, ntp::Mode::client, 4, now += 1s);
    list.meet({Address::ipv4(51), 1}, ntp::Mode::client, 4, now += 1s);
    CHECK((order(list) == std::vector<std::uint32_t>{48, 50, 49, 51}));
    UNSIGNED_LONGS_EQUAL(2, list.view(*list.find(Address::ipv4(49))).packets);
}

TEST(ClientList, MakesOneOfClientsWhosePrefixGetsShorter)
{
    auto list = list_of(10, 64);
    meet(list, at("2001:db8:1:1::1"));
    now += 1s;
    meet(list, at("2001:db8:1:2::1"));
    list.resize(mru, {.v6 = 48});
    UNSIGNED_LONGS_EQUAL(1, list.counts().present);
    CHECK_FALSE(meet(list, at("2001:db8:1:1::1")).is_new);
}

TEST(ClientList, CostsLessThan48OctetsForEachOfAMillionClients)
{
    constexpr std::uint32_t million = 1'000'000;
    mru.max_memory = 48ull * million;
    auto list = list_of(0);
    UNSIGNED_LONGS_EQUAL(million, list.counts().capacity);
    for (std::uint32_t i = 0; i < million; ++i) {
        now += 1us;
        list.meet({Address::ipv4(i * 2654435761u), 123}, ntp::Mode::client, 4, now);
    }
    UNSIGNED_LONGS_EQUAL(million, list.counts().present);
    std::uint32_t found = 0;
    for (std::uint32_t i = 0; i < million; ++i)
        found += list.find(Address::ipv4(i * 2654435761u)) != nullptr;
    UNSIGNED_LONGS_EQUAL(million, found);
    const double each = static_cast<double>(list.octets()) / million;
    std::printf("\n1,000,000 clients: %.2f octets for each\n", each);
    CHECK(each <= 48);
}

// --- another list goes on ----------------------------------------------------

TEST(ClientList, GoesOnWithWhatAnotherOneLeft)
{
    auto old = list_of(1000);
    for (std::uint32_t i = 0; i < 500; ++i)
        meet(old, {Address::ipv4(0xc0000000 + i), 123});
    now += 5s;
    meet(old, {Address::ipv4(0xc0000007), 4711});
    const auto seen = order(old);

    ClientList list{mru, {}, SipKey{77, 78}, now}; // a key of its own is of no use then
    CHECK(list.take_over(old.leave()));

    CHECK(order(list) == seen);
    LONGS_EQUAL(500, list.counts().present);
    const auto again = meet(list, {Address::ipv4(0xc0000008), 123});
    CHECK_FALSE(again.is_new);
    CHECK(again.since == 5s);
    CHECK(list.view(*list.find(Address::ipv4(0xc0000007))).packets == 2);
    CHECK(meet(list, at("198.51.100.1")).is_new);
    LONGS_EQUAL(501, list.counts().present);
}

TEST(ClientList, TakesNothingOverThatCannotBe)
{
    auto list = list_of(10);
    meet(list, at("192.0.2.1"));
    CHECK_FALSE(list.take_over({}));
    auto small = list_of(10);
    auto estate = small.leave();
    estate.counts.capacity = 11; // more than its memory holds
    CHECK_FALSE(list.take_over(estate));
    estate.counts = {.present = 11, .capacity = 10};
    CHECK_FALSE(list.take_over(estate));
    LONGS_EQUAL(1, list.counts().present);
    CHECK_FALSE(meet(list, at("192.0.2.1")).is_new);
}

TEST(ClientList, TakesOtherBoundsAfterATakeover)
{
    auto old = list_of(1000);
    for (std::uint32_t i = 0; i < 500; ++i)
        meet(old, {Address::ipv4(0xc0000000 + i), 123});
    auto list = list_of(100);
    const auto bounds = mru;
    CHECK(list.take_over(old.leave()));
    list.resize(bounds, {});
    LONGS_EQUAL(100, list.counts().present);
    CHECK(list.find(Address::ipv4(0xc0000000 + 499)));
    CHECK_FALSE(list.find(Address::ipv4(0xc0000000)));
}
