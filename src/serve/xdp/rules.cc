// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Rules nest, the most specific first in the list; so from its end on each finds those around it.

#include "serve/xdp/rules.h"

#include <algorithm>
#include <bit>

namespace timeball::serve::xdp {

namespace {

unsigned leading_ones(const Address& mask)
{
    unsigned count = 0;
    for (const std::byte octet : mask.bytes()) {
        const int ones = std::countl_one(std::to_integer<std::uint8_t>(octet));
        count += static_cast<unsigned>(ones);
        if (ones != 8)
            break;
    }
    return count;
}

bool is_prefix(const Address& mask)
{
    unsigned ones = 0;
    for (const std::byte octet : mask.bytes())
        ones += static_cast<unsigned>(std::popcount(std::to_integer<std::uint8_t>(octet)));
    return ones == leading_ones(mask);
}

Prefix prefix_of(const Rule& rule)
{
    return make_prefix(rule.address, leading_ones(rule.mask));
}

FastRule::Ruling ruling(const Rule& rule, std::uint32_t index)
{
    using config::RestrictFlags;
    const auto has_any = [&](std::uint32_t flags) { return (rule.flags & flags) != 0; };
    FastRule::Ruling r{.rule = index,
        .is_limited = rule.has(config::restrict_limited),
        .is_told = rule.has(config::restrict_kod)};
    if (rule.has(config::restrict_ignore))
        r.deed = FastRule::Deed::ignore;
    else if (rule.has(config::restrict_noserve))
        r.deed = FastRule::Deed::noserve;
    else if (!has_any(config::restrict_notrust | config::restrict_version | config::restrict_flake
                 | config::restrict_fuzz))
        r.deed = FastRule::Deed::answer;
    return r;
}

} // namespace

std::vector<FastRule> fast_rules(const AccessList& access, std::size_t most)
{
    const std::vector<Rule>& rules = access.rules();
    if (rules.size() > most)
        return {};

    std::vector<Prefix> odd; // what a mask that is no prefix may speak of, and more
    for (const Rule& rule : rules)
        if (!is_prefix(rule.mask))
            odd.push_back(prefix_of(rule));

    std::vector<FastRule> fast,
        around; // around: prefixes that hold the present one, outermost first
    for (std::size_t i = rules.size(); i-- > 0;) {
        const Rule& rule = rules[i];
        if (!is_prefix(rule.mask))
            continue;
        const Prefix prefix = prefix_of(rule);
        while (!around.empty() && !around.back().prefix.contains(prefix.address))
            around.pop_back();
        const auto said = ruling(rule, static_cast<std::uint32_t>(i));
        FastRule one{prefix, said, said};
        if (rule.ntpport)
            one.any = around.back().any; // there is one for all: the default
        if (!around.empty() && around.back().prefix == prefix) {
            around.pop_back();
            fast.pop_back();
        }
        around.push_back(one);
        fast.push_back(one);
    }

    const auto is_within = [](const Prefix& inner, const Prefix& outer) {
        return inner.length >= outer.length && outer.contains(inner.address);
    };
    for (const Prefix& all : odd) {
        std::erase_if(fast, [&](const FastRule& rule) { return is_within(rule.prefix, all); });
        fast.push_back({all, {}, {}});
    }
    return fast;
}

} // namespace timeball::serve::xdp
