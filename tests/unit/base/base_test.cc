// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Addresses, prefixes, wire order and the snapshot.

#include "base/address.h"
#include "base/result.h"
#include "base/snapshot.h"
#include "base/wire.h"

#include <array>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;

TEST_GROUP(Address){};

TEST(Address, ReadsAndWritesBothFamilies)
{
    for (const char* text : {"192.0.2.1", "0.0.0.0", "2001:db8::1", "::", "::1", "fe80::1%7"})
        STRCMP_EQUAL(text, to_string(parse_address(text).value()).c_str());
    STRCMP_EQUAL("2001:db8::5", to_string(parse_address("[2001:db8::5]").value()).c_str());
}

TEST(Address, RefusesWhatIsNone)
{
    for (const char* text :
        {"", "192.0.2", "192.0.2.256", "host", "1.2.3.4%2", "::%x", "::1%", "[]"})
        CHECK_FALSE(parse_address(text).has_value());
}

TEST(Address, KnowsItsKind)
{
    CHECK(parse_address("127.9.9.9")->is_loopback());
    CHECK(parse_address("::1")->is_loopback());
    CHECK(parse_address("224.0.1.1")->is_multicast());
    CHECK(parse_address("ff02::101")->is_multicast());
    CHECK(parse_address("255.255.255.255")->is_broadcast());
    CHECK(parse_address("fe80::1")->is_link_local());
    CHECK_FALSE(parse_address("fec0::1")->is_link_local());
}

TEST(Address, PrefixHoldsItsAddressesOnly)
{
    const auto prefix = parse_prefix("192.0.2.77/25").value();
    STRCMP_EQUAL("192.0.2.0/25", to_string(prefix).c_str());
    CHECK(prefix.contains(*parse_address("192.0.2.127")));
    CHECK_FALSE(prefix.contains(*parse_address("192.0.2.128")));
    CHECK_FALSE(prefix.contains(*parse_address("::1")));
    CHECK(parse_prefix("2001:db8::/33")->contains(*parse_address("2001:db8:7fff::1")));
    CHECK_FALSE(parse_prefix("2001:db8::/33")->contains(*parse_address("2001:db8:8000::1")));
    CHECK(parse_prefix("0.0.0.0/0")->contains(*parse_address("203.0.113.9")));
    CHECK_FALSE(parse_prefix("10.0.0.0/33").has_value());
}

TEST(Address, EndpointKeepsItsPort)
{
    for (const char* text : {"192.0.2.1:123", "[2001:db8::1]:65535"})
        STRCMP_EQUAL(text, to_string(parse_endpoint(text).value()).c_str());
    for (const char* text : {"192.0.2.1", "2001:db8::1:123", "1.2.3.4:65536", "1.2.3.4:"})
        CHECK_FALSE(parse_endpoint(text).has_value());
}

TEST_GROUP(Wire){};

TEST(Wire, IsNetworkOrder)
{
    std::array<std::byte, 15> room{};
    WireWriter out{room};
    out.put<std::uint8_t>(0x01);
    out.put<std::uint16_t>(0x0203);
    out.put<std::uint32_t>(0x04050607);
    out.put<std::int64_t>(-2);
    UNSIGNED_LONGS_EQUAL(15, out.used());
    for (std::size_t i = 0; i < 7; ++i)
        UNSIGNED_LONGS_EQUAL(i + 1, std::to_integer<unsigned>(room[i]));

    WireReader in{room};
    UNSIGNED_LONGS_EQUAL(0x01, in.take<std::uint8_t>());
    UNSIGNED_LONGS_EQUAL(0x0203, in.take<std::uint16_t>());
    UNSIGNED_LONGS_EQUAL(0x04050607, in.take<std::uint32_t>());
    CHECK_EQUAL(-2, in.take<std::int64_t>());
    UNSIGNED_LONGS_EQUAL(0, in.left());
}

TEST_GROUP(Result){};

TEST(Result, IsAValueOrAReason)
{
    const Result<int, std::string> good{7};
    const Result<int, std::string> bad = unexpected(std::string{"no"});
    CHECK(good.has_value());
    CHECK_EQUAL(7, *good);
    CHECK_FALSE(bad.has_value());
    CHECK_EQUAL(std::string{"no"}, bad.error());
    CHECK_EQUAL(3, bad.value_or(3));
    const Result<void, int> done;
    CHECK(done.has_value());
}

TEST_GROUP(Snapshot){};

TEST(Snapshot, GivesBackWhatWasWrittenLast)
{
    struct Odd {
        std::array<char, 13> text;
    };
    Snapshot<Odd> snapshot;
    snapshot.write({{'a', 'b', 'c'}});
    snapshot.write({{'x', 'y', 'z'}});
    STRCMP_EQUAL("xyz", snapshot.read().text.data());
}
