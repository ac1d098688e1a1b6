// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Interface rules, as ntpd reads them: the last that matches decides, and `all` speaks neither of
// loopback nor of the wildcard.

#include "serve/bindings.h"

#include <algorithm>

namespace timeball::serve {

namespace {

using config::InterfaceRule;
using Action = InterfaceRule::Action;
using What = InterfaceRule::What;

// Names like eth0:1 belong to eth0 as well.
bool is_named(const NetworkInterface& interface, const std::string& name)
{
    return interface.name == name || interface.name.substr(0, interface.name.find(':')) == name;
}

bool matches(const InterfaceRule& rule, const NetworkInterface& interface)
{
    switch (rule.what) {
    case What::all:
        return !interface.is_loopback;
    case What::ipv4:
        return interface.address.family == Family::ipv4;
    case What::ipv6:
        return interface.address.family == Family::ipv6;
    case What::wildcard:
        return false;
    case What::name:
        return is_named(interface, rule.name);
    case What::prefix:
        return rule.prefix.contains(interface.address);
    }
    return false;
}

Action action_for(const NetworkInterface& interface, std::span<const InterfaceRule> rules)
{
    const auto last = std::find_if(rules.rbegin(), rules.rend(),
        [&](const InterfaceRule& rule) { return matches(rule, interface); });
    return last == rules.rend() ? Action::listen : last->action;
}

bool is_used(const NetworkInterface& interface, const config::StartConfig& start)
{
    return interface.is_up
        && (interface.address.family == Family::ipv4 ? start.uses_ipv4 : start.uses_ipv6)
        && (start.uses_virtual_interfaces || interface.name.find(':') == std::string::npos);
}

// A loopback interface has every address of its prefix, though it lists only one: who is told to
// listen on 127.0.0.5 can.
std::vector<NetworkInterface> with_loopback_hosts(
    std::span<const NetworkInterface> interfaces, std::span<const InterfaceRule> rules)
{
    std::vector<NetworkInterface> all{interfaces.begin(), interfaces.end()};
    for (const InterfaceRule& rule : rules) {
        const Address& host = rule.prefix.address;
        if (rule.what != What::prefix || rule.prefix.length != 8 * host.size())
            continue;
        const auto holder = std::find_if(interfaces.begin(), interfaces.end(), [&](const auto& i) {
            return i.is_loopback && make_prefix(i.address, i.prefix_length).contains(host);
        });
        if (holder == interfaces.end())
            continue;
        all.push_back(*holder);
        all.back().address = host;
    }
    return all;
}

} // namespace

std::vector<Binding> bindings(std::span<const NetworkInterface> interfaces,
    std::span<const InterfaceRule> rules, const config::StartConfig& start, int dscp)
{
    std::vector<Binding> wanted;
    const auto want = [&](const Address& address, bool drops) {
        wanted.push_back({{address, start.port}, drops, dscp});
        if (start.extra_port != 0 && start.extra_port != start.port)
            wanted.push_back({{address, start.extra_port}, drops, dscp});
    };

    const bool is_free = std::all_of(rules.begin(), rules.end(),
        [](const InterfaceRule& rule) { return rule.action == Action::listen; });
    if (is_free) {
        if (start.uses_ipv4)
            want(Address::any(Family::ipv4), false);
        if (start.uses_ipv6)
            want(Address::any(Family::ipv6), false);
    } else {
        for (const NetworkInterface& interface : with_loopback_hosts(interfaces, rules)) {
            const Action action = action_for(interface, rules);
            if (!is_used(interface, start) || action == Action::ignore)
                continue;
            Address address = interface.address;
            if (address.is_link_local() && address.scope == 0)
                address.scope = interface.index;
            want(address, action == Action::drop);
        }
    }
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end(),
                     [](const Binding& a, const Binding& b) { return a.at == b.at; }),
        wanted.end());
    return wanted;
}

} // namespace timeball::serve
