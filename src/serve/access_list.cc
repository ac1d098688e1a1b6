// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Compiling rules into ranges. Sorted by address, then mask, then port, all descending, the first
// rule that matches is the most specific one; prefixes nest, so that ranges can be cut from them.

#include "serve/access_list.h"

#include <algorithm>
#include <optional>
#include <tuple>

namespace timeball::serve {

namespace {

constexpr std::uint16_t ntp_port = 123;

// Where a file says nothing of strangers, they may have the time at a sane rate and nothing else.
constexpr std::uint32_t built_in_flags = config::restrict_noquery | config::restrict_nomodify
    | config::restrict_limited | config::restrict_kod;

template <class Key>
Key key_of(const Address& address);

template <>
std::uint32_t key_of(const Address& address)
{
    return address.to_ipv4();
}

template <>
std::pair<std::uint64_t, std::uint64_t> key_of(const Address& address)
{
    std::uint64_t high = 0, low = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        high = high << 8 | std::to_integer<std::uint64_t>(address.octets[i]);
        low = low << 8 | std::to_integer<std::uint64_t>(address.octets[i + 8]);
    }
    return {high, low};
}

using Key6 = std::pair<std::uint64_t, std::uint64_t>;

std::uint32_t last_of(std::uint32_t first, std::uint32_t mask)
{
    return first | ~mask;
}
Key6 last_of(Key6 first, Key6 mask)
{
    return {first.first | ~mask.first, first.second | ~mask.second};
}

// Nothing behind the highest address.
std::optional<std::uint32_t> next(std::uint32_t key)
{
    return key == ~0u ? std::nullopt : std::optional{key + 1};
}
std::optional<Key6> next(Key6 key)
{
    if (key.second != ~0ull)
        return Key6{key.first, key.second + 1};
    return key.first == ~0ull ? std::nullopt : std::optional{Key6{key.first + 1, 0}};
}

bool is_prefix(const Address& mask)
{
    bool ended = false;
    for (const std::byte octet : mask.bytes()) {
        const auto inverted = static_cast<unsigned>(~std::to_integer<unsigned>(octet) & 0xffu);
        if ((inverted & (inverted + 1)) != 0 || (ended && inverted != 0xff))
            return false;
        ended = ended || inverted != 0;
    }
    return true;
}

bool is_host(const Rule& rule)
{
    const auto bytes = rule.mask.bytes();
    return std::all_of(
        bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0xff}; });
}

Address host_mask(Family family)
{
    Address mask = Address::any(family);
    std::fill_n(mask.octets.begin(), mask.size(), std::byte{0xff});
    return mask;
}

// A rule holds for an address on every interface: scopes do not count.
Address masked(Address address, const Address& mask)
{
    address.scope = 0;
    for (std::size_t i = 0; i < address.octets.size(); ++i)
        address.octets[i] &= mask.octets[i];
    return address;
}

auto specificity(const Rule& r)
{
    return std::tie(r.address.octets, r.mask.octets, r.ntpport);
}

bool goes_before(const Rule& a, const Rule& b)
{
    if (a.address.family != b.address.family)
        return a.address.family < b.address.family;
    return specificity(a) > specificity(b);
}

// Sorts, and makes one of those that say something about the same.
void merge(std::vector<Rule>& rules)
{
    std::stable_sort(rules.begin(), rules.end(), goes_before);
    std::vector<Rule> merged;
    for (const Rule& r : rules) {
        if (merged.empty() || goes_before(merged.back(), r)) {
            merged.push_back(r);
            continue;
        }
        merged.back().flags |= r.flags;
        if (r.origin == Rule::Origin::configured)
            merged.back().origin = r.origin;
    }
    rules = std::move(merged);
}

} // namespace

ntp::Access Rule::access() const
{
    return {.ignore = has(config::restrict_ignore),
        .noserve = has(config::restrict_noserve),
        .noquery = has(config::restrict_noquery),
        .notrust = has(config::restrict_notrust),
        .version = has(config::restrict_version),
        .flake = has(config::restrict_flake),
        .kod = has(config::restrict_kod),
        .fuzz = has(config::restrict_fuzz)};
}

bool Rule::matches(const Address& from) const
{
    return from.family == address.family && masked(from, mask).octets == address.octets;
}

AccessList::AccessList(
    std::span<const config::RestrictEntry> entries, std::span<const Address> upstreams)
{
    std::optional<std::uint32_t> source_flags;
    for (const config::RestrictEntry& e : entries) {
        if (e.is_source_template)
            source_flags = source_flags.value_or(0) | e.flags;
        else
            rules_.push_back({masked(e.address, e.mask), e.mask, e.ntpport, e.flags,
                e.line == 0 ? Rule::Origin::built_in : Rule::Origin::configured});
    }

    const auto said = [&](const Address& address, const Address& mask) {
        return std::any_of(rules_.begin(), rules_.end(), [&](const Rule& r) {
            return !r.ntpport && r.address.family == address.family
                && r.address.octets == address.octets && r.mask.octets == mask.octets;
        });
    };
    const std::size_t configured = rules_.size();
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        const Address any = Address::any(family);
        if (!said(any, any))
            rules_.push_back({any, any, false, built_in_flags, Rule::Origin::built_in});
    }
    if (source_flags) {
        std::vector<Address> explicit_hosts;
        for (std::size_t i = 0; i < configured; ++i)
            if (!rules_[i].ntpport && is_host(rules_[i]))
                explicit_hosts.push_back(rules_[i].address);
        std::sort(explicit_hosts.begin(), explicit_hosts.end());
        for (Address upstream : upstreams) {
            upstream.scope = 0;
            if (!std::binary_search(explicit_hosts.begin(), explicit_hosts.end(), upstream))
                rules_.push_back({upstream, host_mask(upstream.family), false, *source_flags,
                    Rule::Origin::source});
        }
    }
    merge(rules_);

    const auto v6 = std::find_if(rules_.begin(), rules_.end(),
        [](const Rule& r) { return r.address.family == Family::ipv6; });
    const auto v4_count = static_cast<std::size_t>(v6 - rules_.begin());
    const std::span<const Rule> all = rules_;
    v4_ = cut<Key4>(all.first(v4_count), 0);
    v6_ = cut<Key6>(all.subspan(v4_count), static_cast<std::uint32_t>(v4_count));
}

template <class Key>
AccessList::Ranges<Key> AccessList::cut(std::span<const Rule> rules, std::uint32_t first_index)
{
    struct Open {
        Key last;
        Holders holders;
    };
    Ranges<Key> ranges;
    std::vector<Open> open; // prefixes around the present place, the innermost last

    const auto begin = [&](Key at, Holders holders) {
        if (!ranges.begins.empty() && ranges.begins.back() == at) {
            ranges.holders.back() = holders;
            return;
        }
        ranges.begins.push_back(at);
        ranges.holders.push_back(holders);
    };
    const auto close = [&] {
        const auto behind = next(open.back().last);
        open.pop_back();
        if (behind && !open.empty())
            begin(*behind, open.back().holders);
    };

    // From the end: ascending addresses, of the same address the wider prefix first, and of the
    // same prefix the rule for every port first. So the default comes first of all.
    for (std::size_t i = rules.size(); i-- > 0;) {
        const Rule& rule = rules[i];
        const std::uint32_t index = first_index + static_cast<std::uint32_t>(i);
        if (!is_prefix(rule.mask)) {
            ranges.odd.insert(ranges.odd.begin(), index);
            continue;
        }
        const Key first = key_of<Key>(rule.address);
        while (!open.empty() && open.back().last < first)
            close();
        Holders holders{index, index};
        if (rule.ntpport)
            holders.any = open.back().holders.any;
        open.push_back({last_of(first, key_of<Key>(rule.mask)), holders});
        begin(first, holders);
    }
    while (!open.empty())
        close();
    return ranges;
}

template <class Key>
std::uint32_t AccessList::find_in(const Ranges<Key>& ranges, const Endpoint& from) const
{
    const Key key = key_of<Key>(from.address);
    const auto behind = std::upper_bound(ranges.begins.begin(), ranges.begins.end(), key);
    const Holders& holders
        = ranges.holders[static_cast<std::size_t>(behind - ranges.begins.begin()) - 1];
    const bool is_ntp = from.port == ntp_port;
    std::uint32_t best = is_ntp ? holders.ntp : holders.any;
    for (const std::uint32_t odd : ranges.odd) {
        if (odd > best)
            break;
        if ((is_ntp || !rules_[odd].ntpport) && rules_[odd].matches(from.address)) {
            best = odd;
            break;
        }
    }
    return best;
}

std::uint32_t AccessList::find(const Endpoint& from) const
{
    return from.address.family == Family::ipv4 ? find_in(v4_, from) : find_in(v6_, from);
}

std::optional<std::uint32_t> AccessList::index_of(const Rule& rule) const
{
    const auto at = std::lower_bound(rules_.begin(), rules_.end(), rule, goes_before);
    if (at == rules_.end() || goes_before(rule, *at))
        return std::nullopt;
    return static_cast<std::uint32_t>(at - rules_.begin());
}

} // namespace timeball::serve
