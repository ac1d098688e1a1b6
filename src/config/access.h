// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The access list while a file is read: built-in entries, what `restrict` adds and merges, and what
// `unrestrict` and `delrestrict` take away.

#include "config/config.h"

#include <compare>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace timeball::config {

// Without a `restrict default`: time for everyone, at a bounded rate, and nothing else.
inline constexpr std::uint32_t built_in_restrictions
    = restrict_noquery | restrict_nomodify | restrict_limited | restrict_kod;

class AccessDraft {
public:
    AccessDraft(); // with the built-in entries: the default of each family, and the loopbacks free

    // To go on from what entries() and names() of an earlier one gave.
    AccessDraft(const std::vector<RestrictEntry>& entries, const std::vector<RestrictName>& names);

    // An entry for the same address, mask and ntpport gets the flags as well; a built-in one gives
    // way.
    void restrict(const RestrictEntry& entry);
    void restrict(const RestrictName& name);

    // Takes the flags away from the entry for the same address, mask and ntpport. False: there is
    // none.
    bool unrestrict(const RestrictEntry& entry);
    bool unrestrict(const RestrictName& name);

    // Removes the entry; a default stays, without flags.
    bool remove(const RestrictEntry& entry);
    bool remove(const RestrictName& name);

    // The flags of the entry for the same address, mask and ntpport, as they stand.
    std::optional<std::uint32_t> flags(const RestrictEntry& entry) const;
    std::optional<std::uint32_t> flags(const RestrictName& name) const;

    std::vector<RestrictEntry> entries() const;
    const std::vector<RestrictName>& names() const { return names_; }

private:
    struct Key {
        bool is_source_template, ntpport;
        Address address, mask;
        auto operator<=>(const Key&) const = default;
    };
    struct Place {
        RestrictEntry entry;
        bool is_built_in = false;
        bool is_removed = false;
    };
    static Key key_of(const RestrictEntry& entry);
    std::optional<std::size_t> find(const RestrictEntry& entry) const; // in places_
    std::optional<std::size_t> find(const RestrictName& name) const; // in names_
    bool yields(const Place& place) const;
    void add(const RestrictEntry& entry, bool is_built_in);

    std::vector<Place> places_; // in order of the file
    std::map<Key, std::size_t> index_;
    std::vector<RestrictName> names_;
};

// "noquery limited": the words of a restrict line for these flags.
std::string flag_words(std::uint32_t flags);

Address mask_of(Family family, unsigned length); // so many ones
Address masked(Address address, const Address& mask);

} // namespace timeball::config
