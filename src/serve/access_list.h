// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Who may ask what: the `restrict` rules, compiled. The most specific rule that matches an address
// holds for it, alone. Immutable, so that workers may share one; who counts hits keeps the counts.

#include "base/address.h"
#include "config/config.h"
#include "ntp/responder.h"

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace timeball::serve {

struct Rule {
    enum class Origin : std::uint8_t {
        configured,
        source, // made from `restrict source` for an upstream
        built_in // where the configuration says nothing
    };
    Address address, mask;
    bool ntpport = false; // only for source port 123
    std::uint32_t flags = 0; // config::RestrictFlags
    Origin origin = Origin::configured;

    bool has(config::RestrictFlags flag) const { return (flags & flag) != 0; }
    ntp::Access access() const;
    bool matches(const Address& from) const;
    bool operator==(const Rule&) const = default;
};

class AccessList {
public:
    // Entries of the same address, mask and port are one, with the flags of all of them. Each of
    // `upstreams` that has no host entry of its own gets one from the `restrict source` template.
    explicit AccessList(
        std::span<const config::RestrictEntry> entries, std::span<const Address> upstreams = {});

    // IPv4 before IPv6, the most specific first: an earlier rule wins over a later one.
    const std::vector<Rule>& rules() const { return rules_; }

    // Index into rules(); there is always one. Costs the same for few rules and for thousands.
    std::uint32_t find(const Endpoint& from) const;

    // Where the rule for the same address, mask and port stands, if there is one.
    std::optional<std::uint32_t> index_of(const Rule& rule) const;

private:
    // Prefixes, cut into ranges that do not overlap: the one that holds an address begins at the
    // last beginning that is not above it.
    struct Holders {
        std::uint32_t any; // rule for every port
        std::uint32_t ntp; // rule for source port 123
    };
    template <class Key>
    struct Ranges {
        std::vector<Key> begins; // ascending, the first is 0
        std::vector<Holders> holders;
        std::vector<std::uint32_t> odd; // rules whose mask is no prefix, best first
    };
    using Key4 = std::uint32_t;
    using Key6 = std::pair<std::uint64_t, std::uint64_t>;

    template <class Key>
    static Ranges<Key> cut(std::span<const Rule> rules, std::uint32_t first_index);
    template <class Key>
    std::uint32_t find_in(const Ranges<Key>& ranges, const Endpoint& from) const;

    std::vector<Rule> rules_;
    Ranges<Key4> v4_;
    Ranges<Key6> v6_;
};

} // namespace timeball::serve
