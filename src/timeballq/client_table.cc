// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Clients, interfaces and restrictions in tables.

#include "timeballq/client_table.h"

#include "base/address.h"
#include "timeballq/measures.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <span>

namespace timeball::query {

namespace {

using control::MruEntry;

constexpr std::string_view sort_keys[]{"lstint", "avgint", "addr", "count", "score", "drop"};
constexpr std::string_view number_filters[]{"mincount", "mindrop", "maxlstint", "minlstint"};
constexpr std::string_view mask_filters[]{"resall", "resany"};

bool is_among(std::string_view word, std::span<const std::string_view> words)
{
    return std::find(words.begin(), words.end(), word) != words.end();
}

// Across the end of an era too.
double span(ntp::Timestamp from, ntp::Timestamp to)
{
    return std::ldexp(static_cast<double>(static_cast<std::int64_t>(to.bits - from.bits)), -32);
}

double active(const MruEntry& entry)
{
    return span(entry.first, entry.last);
}

double average_interval(const MruEntry& entry)
{
    return entry.count > 1 ? active(entry) / static_cast<double>(entry.count - 1) : 0;
}

// IPv4 before IPv6, each by number; what is no address comes last.
std::pair<bool, Address> address_key(const MruEntry& entry)
{
    const auto endpoint = parse_endpoint(entry.address);
    return {!endpoint, endpoint ? endpoint->address : Address{}};
}

template <class Key>
void sort_by(std::vector<MruEntry>& entries, bool is_descending, Key key)
{
    std::stable_sort(entries.begin(), entries.end(), [&](const MruEntry& a, const MruEntry& b) {
        return is_descending ? key(b) < key(a) : key(a) < key(b);
    });
}

std::pair<std::string, std::string> address_and_port(const MruEntry& entry)
{
    const auto endpoint = parse_endpoint(entry.address);
    if (!endpoint)
        return {entry.address, ""};
    return {to_string(endpoint->address), fmt::format("{}", endpoint->port)};
}

char refusal(const MruEntry& entry)
{
    return entry.restrictions & MruEntry::kod    ? 'K'
        : entry.restrictions & MruEntry::limited ? 'L'
                                                 : '.';
}

std::string score(const MruEntry& entry)
{
    if (!entry.score || *entry.score == 0)
        return "-";
    const int decimals = *entry.score > 100'000 ? 1 : *entry.score > 10'000 ? 2 : 3;
    return fmt::format("{:8.{}f}", *entry.score, decimals);
}

// The columns after the times.
std::string other_columns(const MruEntry& entry, const ClientName& name_of)
{
    const auto [address, port] = address_and_port(entry);
    return fmt::format(" {:4x} {} {} {} {:6} {:>8} {:>6} {:>5} {}\n", entry.restrictions & 0xffff,
        refusal(entry), entry.mode(), entry.version(), entry.count, score(entry),
        entry.dropped ? fmt::format("{:4}", *entry.dropped) : "-", port, name_of(address));
}

} // namespace

Result<MruCommand, std::string> parse_mrulist(const std::vector<std::string>& words)
{
    MruCommand command;
    unsigned long long any = 0;
    bool has_any = false;
    for (const std::string& word : words) {
        const auto equals = word.find('=');
        const std::string name = word.substr(0, equals);
        const std::string value = equals == word.npos ? "" : word.substr(equals + 1);
        const auto number = control::to_integer(value);
        const auto wants = [&](std::string_view what) {
            return unexpected(fmt::format("'{}': {} wants {}", word, name, what));
        };
        if (equals == word.npos && (name == "limited" || name == "kod")) {
            any |= name == "kod" ? MruEntry::kod : MruEntry::limited;
            has_any = true;
        } else if (is_among(name, number_filters)) {
            if (!number || *number < 0)
                return wants("a number");
            command.wish.filters.emplace_back(name, fmt::format("{}", *number));
        } else if (is_among(name, mask_filters)) {
            if (!number || *number < 0 || *number > 0xffff)
                return wants("a mask of 16 bits, as 0x20");
            if (name == "resany") {
                any |= static_cast<unsigned long long>(*number);
                has_any = true;
            } else {
                command.wish.filters.emplace_back(name, fmt::format("0x{:x}", *number));
            }
        } else if (name == "minscore") {
            if (!control::to_number(value))
                return wants("a number");
            command.wish.filters.emplace_back(name, value);
        } else if (name == "laddr") {
            if (value.empty())
                return wants("a local address");
            command.wish.filters.emplace_back(name, value);
        } else if (name == "recent") {
            if (!number || *number < 1 || *number > 0x7fffffff)
                return wants("a number of entries");
            command.wish.recent = static_cast<std::uint32_t>(*number);
        } else if (name == "frags") {
            if (!number || *number < 1 || *number > 32)
                return wants("a number from 1 to 32");
            command.wish.fragments = static_cast<unsigned>(*number);
        } else if (name == "sort") {
            if (!is_among(value.substr(value.starts_with('-') ? 1 : 0), sort_keys))
                return wants("lstint, avgint, addr, count, score or drop, perhaps with '-' before");
            command.sort = value;
        } else {
            std::string all;
            for (const auto known : mrulist_words())
                all.append(all.empty() ? "" : " ").append(known);
            return unexpected(fmt::format("'{}' is not understood by mrulist ({})", word, all));
        }
    }
    if (has_any)
        command.wish.filters.emplace_back("resany", fmt::format("0x{:x}", any));
    return command;
}

std::vector<std::string_view> mrulist_words()
{
    return {"limited", "kod", "mincount=", "mindrop=", "minscore=", "maxlstint=", "minlstint=",
        "laddr=", "recent=", "resall=", "resany=", "frags=", "sort="};
}

void sort_entries(std::vector<MruEntry>& entries, std::string_view by)
{
    const bool is_descending = by.starts_with('-');
    by.remove_prefix(is_descending ? 1 : 0);
    if (by == "lstint" && is_descending)
        std::reverse(entries.begin(), entries.end());
    else if (by == "avgint")
        sort_by(entries, is_descending, average_interval);
    else if (by == "addr")
        sort_by(entries, is_descending, address_key);
    else if (by == "count")
        sort_by(entries, is_descending, [](const MruEntry& e) { return e.count; });
    else if (by == "score")
        sort_by(entries, is_descending, [](const MruEntry& e) { return e.score.value_or(0); });
    else if (by == "drop")
        sort_by(entries, is_descending, [](const MruEntry& e) { return e.dropped.value_or(0); });
}

std::string mru_header()
{
    const std::string header
        = " lstint avgint rstr r m v  count    score   drop rport remote address";
    return header + "\n" + std::string(header.size(), '=') + "\n";
}

std::string mru_line(const MruEntry& entry, ntp::Timestamp now, const ClientName& name_of)
{
    const double average = average_interval(entry);
    const int decimals = average > 5 || entry.count == 1 ? 0 : average >= 1 ? 2 : 3;
    const auto last = static_cast<long long>(span(entry.last, now) + 0.5);
    return fmt::format(
               "{:7} {:6.{}f}", last, decimals == 0 ? std::floor(average + 0.5) : average, decimals)
        + other_columns(entry, name_of);
}

std::string direct_mru_line(const MruEntry& entry, const ClientName& name_of)
{
    constexpr long long day_zero = 15020; // the modified Julian day of 1900-01-01
    const auto seconds = static_cast<long long>(entry.last.bits >> 32);
    return fmt::format("{:5} {:5} {:6}", seconds / 86400 + day_zero, seconds % 86400,
               static_cast<long long>(active(entry)))
        + other_columns(entry, name_of);
}

Json json_of(const MruEntry& entry, std::optional<ntp::Timestamp> now)
{
    const auto [address, port] = address_and_port(entry);
    Json json = Json::object();
    json.set("address", address)
        .set("port", control::to_integer(port) ? Json{*control::to_integer(port)} : Json{})
        .set("first", json_of(entry.first))
        .set("last", json_of(entry.last))
        .set("count", entry.count)
        .set("average_interval_s", average_interval(entry))
        .set("mode", entry.mode())
        .set("version", entry.version())
        .set("restrictions", entry.restrictions)
        .set("is_limited", (entry.restrictions & (MruEntry::limited | MruEntry::kod)) != 0)
        .set("is_kissed", (entry.restrictions & MruEntry::kod) != 0);
    if (now)
        json.set("last_ago_s", span(entry.last, *now));
    if (entry.score)
        json.set("score", *entry.score);
    if (entry.dropped)
        json.set("dropped", *entry.dropped);
    return json;
}

std::string interface_table(const std::vector<control::VariableList>& rows)
{
    std::string text = "    interface name                                  send\n"
                       " #  address/broadcast     drop flag received sent failed peers   uptime\n "
        + std::string(74, '=') + "\n";
    std::size_t index = 0;
    for (const auto& row : rows) {
        if (row.empty()) { // an interface that went; those after it keep their numbers
            ++index;
            continue;
        }
        const auto cell = [&](const char* name, int width) {
            const auto value = row.integer(name);
            return value ? fmt::format("{:{}}", *value, width) : std::string{"?"};
        };
        const auto flags = row.integer("flags");
        text += fmt::format("{:3} {:<24.24} {} {} {} {} {} {} {}\n    {}\n", index++,
            row.find("name") ? row.get("name") : "?", row.integer("en").value_or(0) ? '.' : 'D',
            flags ? fmt::format("{:4x}", *flags) : "?", cell("rx", 6), cell("tx", 6),
            cell("txerr", 6), cell("pc", 5), cell("up", 8),
            row.find("addr") ? row.get("addr") : "?");
        if (const auto broadcast = row.get("bcast"); !broadcast.empty())
            text += "    " + broadcast + "\n";
    }
    return text;
}

std::string restriction_table(const std::vector<control::VariableList>& rows)
{
    std::string text = "   hits    addr/prefix or addr mask\n"
                       "           restrictions\n"
        + std::string(72, '=') + "\n";
    for (const auto& row : rows) {
        const auto mask = parse_address(row.get("mask"));
        if (!mask || !row.find("addr"))
            continue;
        int length = 0;
        for (const std::byte octet : mask->octets)
            length += std::popcount(std::to_integer<unsigned>(octet));
        text += fmt::format("{:>10} {}/{}\n           {}\n",
            row.find("hits") ? row.get("hits") : "?", row.get("addr"), length,
            row.find("flags") ? row.get("flags") : "?");
    }
    return text;
}

Json json_of(const std::vector<control::VariableList>& rows)
{
    Json list = Json::array();
    for (const auto& row : rows) {
        if (!row.empty())
            list.add(json_of(row));
    }
    return list;
}

} // namespace timeball::query
