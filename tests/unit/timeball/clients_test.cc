// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Who asks a server, gathered over many rounds.

#include "timeball/clients.h"

#include <cmath>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::console;

namespace {

ntp::Timestamp at(double seconds)
{
    return {
        static_cast<std::uint64_t>(std::ldexp(seconds, 32)) + (std::uint64_t{4'000'000'000} << 32)};
}

control::MruEntry entry(const char* address, double first, double last, std::uint64_t count,
    std::uint8_t mode = 3, std::uint32_t restrictions = 0)
{
    control::MruEntry e;
    e.address = address;
    e.first = at(first);
    e.last = at(last);
    e.count = count;
    e.mode_and_version = static_cast<std::uint8_t>(4u << 3 | mode);
    e.restrictions = restrictions;
    return e;
}

Client client(const control::MruEntry& e)
{
    const auto made = client_of(e);
    CHECK(made.has_value());
    return *made;
}

} // namespace

TEST_GROUP(ConsoleClients)
{
    Clients clients;
};

TEST(ConsoleClients, AreRowsWithTheirPortApart)
{
    const Client one = client(entry("192.0.2.1:4711", 0, 90, 10, 3, 0x420));
    STRCMP_EQUAL("192.0.2.1", one.address.c_str());
    LONGS_EQUAL(4711, one.port);
    LONGS_EQUAL(3, one.mode);
    LONGS_EQUAL(4, one.version);
    CHECK(one.is_limited() && one.is_kissed());
    DOUBLES_EQUAL(10, one.interval()->count(), 1e-9);
    STRCMP_EQUAL("2001:db8::1", client(entry("[2001:db8::1]:123", 0, 0, 1)).address.c_str());
    CHECK_FALSE(client(entry("192.0.2.1:1", 0, 0, 1)).interval().has_value());
}

TEST(ConsoleClients, AreNotMadeOfGarbage)
{
    for (const char* garbage : {"", "192.0.2.1", ":123", "192.0.2.1:", "192.0.2.1:x", "a:65536"})
        CHECK_FALSE(client_of(entry(garbage, 0, 0, 1)).has_value());
}

TEST(ConsoleClients, HaveTheRateOfLateNotThatOfAllTime)
{
    clients.take({client(entry("192.0.2.1:1", 0, 1000, 100))}, at(1000));
    DOUBLES_EQUAL(0.099, clients.rate(clients.known().at("192.0.2.1")), 1e-3);
    clients.take({client(entry("192.0.2.1:1", 0, 1001, 150))}, at(1001));
    DOUBLES_EQUAL(50, clients.rate(clients.known().at("192.0.2.1")), 1e-6);
}

TEST(ConsoleClients, AreNotBusyAnyMoreWhenTheyFallSilent)
{
    clients.take({client(entry("192.0.2.1:1", 0, 10, 1000))}, at(10));
    STRCMP_EQUAL("192.0.2.1", clients.busiest()->address.c_str());
    clients.take({}, at(1010));
    POINTERS_EQUAL(nullptr, clients.busiest());
}

TEST(ConsoleClients, KnowWhoIsBusiestAmongThoseWhoAskTheTime)
{
    clients.take({client(entry("192.0.2.1:1", 0, 10, 50)), client(entry("192.0.2.2:1", 0, 10, 90)),
                     client(entry("192.0.2.3:1", 0, 10, 1000, 6)),
                     client(entry("192.0.2.4:1", 0, 10, 1000, 4))},
        at(10));
    STRCMP_EQUAL("192.0.2.2", clients.busiest()->address.c_str());
}

TEST(ConsoleClients, ForgetThoseUnheardForLongestWhenThereAreTooMany)
{
    std::vector<Client> many;
    for (int i = 0; i < 5100; ++i)
        many.push_back(client(entry(
            ("10.0." + std::to_string(i / 256) + '.' + std::to_string(i % 256) + ":1").c_str(), 0,
            i, 2)));
    clients.take(std::move(many), at(5100));
    LONGS_EQUAL(Clients::most * 9 / 10, clients.known().size());
    CHECK_FALSE(clients.known().contains("10.0.0.0"));
    CHECK(clients.known().contains("10.0.19.235"));
}

TEST(ConsoleClients, GetAHintWhereOneIsDue)
{
    const auto hint_of = [](std::uint32_t restrictions, std::uint8_t mode, double rate, int ports) {
        Client one = client(entry("192.0.2.1:1", 0, 10, 50, mode, restrictions));
        one.ports = ports;
        return hint(one, rate);
    };
    STRCMP_EQUAL("", hint_of(0, 3, 0.01, 1).c_str());
    STRCMP_EQUAL("asks too often", hint_of(0, 3, 0.5, 1).c_str());
    STRCMP_EQUAL("many behind it?", hint_of(0, 3, 0.5, 9).c_str());
    STRCMP_EQUAL("flooder", hint_of(0, 3, 20, 1).c_str());
    STRCMP_EQUAL("flooder, limited", hint_of(0x20, 3, 20, 1).c_str());
    STRCMP_EQUAL("kissed", hint_of(0x420, 3, 0.5, 1).c_str());
    STRCMP_EQUAL("not served", hint_of(0x2, 3, 20, 1).c_str());
    STRCMP_EQUAL("asks questions", hint_of(0, 6, 20, 1).c_str());
    STRCMP_EQUAL("a source of it", hint_of(0, 4, 20, 1).c_str());
}

TEST(ConsoleClients, AreSuspectedOfBeingManyWhenTheirPortChangesAllTheTime)
{
    for (int round = 0; round < 6; ++round) {
        const std::string address = "192.0.2.1:" + std::to_string(1000 + round);
        clients.take({client(entry(address.c_str(), 0, round, 10u + static_cast<unsigned>(round)))},
            at(round));
    }
    LONGS_EQUAL(6, clients.known().at("192.0.2.1").ports);
}
