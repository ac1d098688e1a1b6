// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Where to listen, by interface rules.

#include "serve/bindings.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::serve;
using namespace timeball::config;

TEST_GROUP(Bindings)
{
    using Action = InterfaceRule::Action;
    using What = InterfaceRule::What;

    std::vector<NetworkInterface> interfaces{of("lo", 1, "127.0.0.1/8", true),
        of("lo", 1, "::1/128", true), of("eth0", 2, "192.0.2.5/24"),
        of("eth0", 2, "2001:db8::5/64"), of("eth0", 2, "fe80::5/64"), of("eth1", 3, "10.0.0.5/24"),
        of("eth1:1", 3, "10.0.0.6/24")};
    std::vector<InterfaceRule> rules;
    StartConfig start;

    static NetworkInterface of(
        const char* name, std::uint32_t index, std::string_view text, bool is_loopback = false)
    {
        return {.name = name,
            .index = index,
            .address = *parse_address(text.substr(0, text.find('/'))),
            .prefix_length = parse_prefix(text)->length,
            .is_loopback = is_loopback};
    }
    static InterfaceRule named(Action action, const char* name)
    {
        return {.action = action, .what = What::name, .name = name, .prefix = {}};
    }
    static InterfaceRule prefix(Action action, const char* text)
    {
        return {.action = action, .what = What::prefix, .name = {}, .prefix = *parse_prefix(text)};
    }
    static InterfaceRule kind(Action action, What what)
    {
        return {.action = action, .what = what, .name = {}, .prefix = {}};
    }
    std::string places() const
    {
        std::string text;
        for (const Binding& b : bindings(interfaces, rules, start, 46)) {
            text += text.empty() ? "" : " ";
            text += (b.drops ? "!" : "") + to_string(b.at);
            CHECK(b.dscp == 46);
        }
        return text;
    }
};

TEST(Bindings, AreTheWildcardsWhereNothingIsSaid)
{
    STRCMP_EQUAL("0.0.0.0:123 [::]:123", places().c_str());
    rules = {named(Action::listen, "eth0"), kind(Action::listen, What::all)};
    STRCMP_EQUAL("0.0.0.0:123 [::]:123", places().c_str());
}

TEST(Bindings, FollowFamiliesAndPortsOfTheCommandLine)
{
    start.uses_ipv6 = false;
    start.port = 11123;
    start.extra_port = 4123;
    STRCMP_EQUAL("0.0.0.0:4123 0.0.0.0:11123", places().c_str());
    rules = {kind(Action::ignore, What::wildcard)};
    start.extra_port = 0;
    STRCMP_EQUAL("10.0.0.5:11123 10.0.0.6:11123 127.0.0.1:11123 192.0.2.5:11123", places().c_str());
}

TEST(Bindings, GiveEachAddressASocketWhereSomeAreLeftOut)
{
    rules = {kind(Action::ignore, What::wildcard)};
    STRCMP_EQUAL("10.0.0.5:123 10.0.0.6:123 127.0.0.1:123 192.0.2.5:123 [::1]:123 "
                 "[2001:db8::5]:123 [fe80::5%2]:123",
        places().c_str());
}

TEST(Bindings, KeepLoopbackUnlessItIsNamed)
{
    rules = {kind(Action::ignore, What::all), named(Action::listen, "eth0")};
    STRCMP_EQUAL("127.0.0.1:123 192.0.2.5:123 [::1]:123 [2001:db8::5]:123 [fe80::5%2]:123",
        places().c_str());
    rules.push_back(named(Action::ignore, "lo"));
    rules.push_back(kind(Action::ignore, What::ipv6));
    STRCMP_EQUAL("192.0.2.5:123", places().c_str());
}

TEST(Bindings, FollowTheLastRuleThatMatches)
{
    rules = {prefix(Action::listen, "10.0.0.0/24"), kind(Action::ignore, What::all)};
    STRCMP_EQUAL("127.0.0.1:123 [::1]:123", places().c_str());
    rules = {kind(Action::ignore, What::all), prefix(Action::listen, "10.0.0.0/24"),
        prefix(Action::drop, "10.0.0.6")};
    STRCMP_EQUAL("10.0.0.5:123 !10.0.0.6:123 127.0.0.1:123 [::1]:123", places().c_str());
}

TEST(Bindings, OfAliasesGoByTheNameBeforeTheColon)
{
    rules = {named(Action::drop, "eth1"), kind(Action::ignore, What::ipv6)};
    STRCMP_EQUAL("!10.0.0.5:123 !10.0.0.6:123 127.0.0.1:123 192.0.2.5:123", places().c_str());
    start.uses_virtual_interfaces = false;
    STRCMP_EQUAL("!10.0.0.5:123 127.0.0.1:123 192.0.2.5:123", places().c_str());
}

TEST(Bindings, LeaveOutWhatIsDown)
{
    rules = {kind(Action::ignore, What::ipv6)};
    interfaces[2].is_up = false;
    STRCMP_EQUAL("10.0.0.5:123 10.0.0.6:123 127.0.0.1:123", places().c_str());
}

TEST(Bindings, KnowTheOtherHostsOfALoopbackInterface)
{
    rules = {kind(Action::ignore, What::ipv4), kind(Action::ignore, What::ipv6),
        prefix(Action::listen, "127.0.0.7"), prefix(Action::listen, "203.0.113.1")};
    STRCMP_EQUAL("127.0.0.7:123", places().c_str());
}
