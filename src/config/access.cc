// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The access list while a file is read.

#include "config/access.h"

#include <algorithm>

namespace timeball::config {

Address mask_of(Family family, unsigned length)
{
    Address ones{family, {}, 0};
    std::fill_n(ones.octets.begin(), ones.size(), std::byte{0xff});
    return make_prefix(ones, length).address;
}

Address masked(Address address, const Address& mask)
{
    for (std::size_t i = 0; i < address.octets.size(); ++i)
        address.octets[i] &= mask.octets[i];
    return address;
}

AccessDraft::AccessDraft()
{
    for (const Family family : {Family::ipv4, Family::ipv6})
        add({.address = Address::any(family),
                .mask = mask_of(family, 0),
                .flags = built_in_restrictions},
            true);
    for (const Family family : {Family::ipv4, Family::ipv6})
        add({.address = Address::loopback(family), .mask = mask_of(family, 128)}, true);
}

AccessDraft::AccessDraft(
    const std::vector<RestrictEntry>& entries, const std::vector<RestrictName>& names)
    : names_{names}
{
    for (const RestrictEntry& entry : entries)
        add(entry, entry.line == 0);
    // A free loopback that stood back comes forward again when what it stood back for goes.
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        const RestrictEntry loopback{
            .address = Address::loopback(family), .mask = mask_of(family, 128)};
        if (!find(loopback) && yields({loopback, true, false}))
            add(loopback, true);
    }
}

AccessDraft::Key AccessDraft::key_of(const RestrictEntry& entry)
{
    if (entry.is_source_template)
        return {true, entry.ntpport, {}, {}};
    return {false, entry.ntpport, entry.address, entry.mask};
}

void AccessDraft::add(const RestrictEntry& entry, bool is_built_in)
{
    index_[key_of(entry)] = places_.size();
    places_.push_back({entry, is_built_in, false});
}

std::optional<std::size_t> AccessDraft::find(const RestrictEntry& entry) const
{
    const auto found = index_.find(key_of(entry));
    if (found == index_.end() || places_[found->second].is_removed)
        return std::nullopt;
    return found->second;
}

std::optional<std::size_t> AccessDraft::find(const RestrictName& name) const
{
    const auto found = std::find_if(names_.begin(), names_.end(), [&](const RestrictName& n) {
        return n.host == name.host && n.family == name.family && n.entry.mask == name.entry.mask
            && n.entry.ntpport == name.entry.ntpport;
    });
    if (found == names_.end())
        return std::nullopt;
    return static_cast<std::size_t>(found - names_.begin());
}

void AccessDraft::restrict(const RestrictEntry& entry)
{
    const auto at = find(entry);
    if (at && !places_[*at].is_built_in) {
        places_[*at].entry.flags |= entry.flags;
        return;
    }
    if (at)
        places_[*at].is_removed = true;
    add(entry, false);
}

void AccessDraft::restrict(const RestrictName& name)
{
    if (const auto at = find(name))
        names_[*at].entry.flags |= name.entry.flags;
    else
        names_.push_back(name);
}

bool AccessDraft::unrestrict(const RestrictEntry& entry)
{
    const auto at = find(entry);
    if (!at)
        return false;
    places_[*at].entry.flags &= ~entry.flags;
    places_[*at].is_built_in = false;
    return true;
}

bool AccessDraft::unrestrict(const RestrictName& name)
{
    const auto at = find(name);
    if (!at)
        return false;
    names_[*at].entry.flags &= ~name.entry.flags;
    return true;
}

bool AccessDraft::remove(const RestrictEntry& entry)
{
    const auto at = find(entry);
    if (!at)
        return false;
    Place& place = places_[*at];
    const bool is_default = !entry.is_source_template && !entry.ntpport && entry.mask.is_any();
    if (is_default)
        place = {{.address = entry.address, .mask = entry.mask, .line = entry.line}, false, false};
    else
        place.is_removed = true;
    return true;
}

bool AccessDraft::remove(const RestrictName& name)
{
    const auto at = find(name);
    if (!at)
        return false;
    names_.erase(names_.begin() + static_cast<std::ptrdiff_t>(*at));
    return true;
}

std::optional<std::uint32_t> AccessDraft::flags(const RestrictEntry& entry) const
{
    const auto at = find(entry);
    return at ? std::optional{places_[*at].entry.flags} : std::nullopt;
}

std::optional<std::uint32_t> AccessDraft::flags(const RestrictName& name) const
{
    const auto at = find(name);
    return at ? std::optional{names_[*at].entry.flags} : std::nullopt;
}

// A free loopback that nobody wrote down stands back when the file speaks of it in a wider entry.
bool AccessDraft::yields(const Place& place) const
{
    if (!place.is_built_in || !place.entry.address.is_loopback())
        return false;
    return std::any_of(places_.begin(), places_.end(), [&](const Place& other) {
        const RestrictEntry& e = other.entry;
        return !other.is_built_in && !other.is_removed && !e.is_source_template && !e.ntpport
            && !e.mask.is_any() && masked(place.entry.address, e.mask) == e.address;
    });
}

std::vector<RestrictEntry> AccessDraft::entries() const
{
    std::vector<RestrictEntry> result;
    for (const bool built_in : {true, false})
        for (const Place& place : places_)
            if (place.is_built_in == built_in && !place.is_removed && !yields(place))
                result.push_back(place.entry);
    return result;
}

std::string flag_words(std::uint32_t flags)
{
    static constexpr struct {
        std::uint32_t flag;
        std::string_view word;
    } words[] = {{restrict_ignore, "ignore"}, {restrict_noserve, "noserve"},
        {restrict_noquery, "noquery"}, {restrict_nomodify, "nomodify"},
        {restrict_nomrulist, "nomrulist"}, {restrict_limited, "limited"}, {restrict_kod, "kod"},
        {restrict_notrust, "notrust"}, {restrict_version, "version"}, {restrict_flake, "flake"},
        {restrict_nopeer, "nopeer"}, {restrict_notrap, "notrap"}, {restrict_mssntp, "mssntp"},
        {restrict_fuzz, "serverresponse fuzz"}};
    std::string result;
    for (const auto& [flag, word] : words)
        if ((flags & flag) != 0)
            result += (result.empty() ? "" : " ") + std::string{word};
    return result;
}

} // namespace timeball::config
