// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The billboard in text.

#include "timeballq/billboard.h"

#include "base/address.h"
#include "timeballq/cells.h"
#include "timeballq/status_words.h"
#include "timeballq/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace timeball::query {

namespace {

constexpr std::size_t reference_width = 15;

// Names get what the terminal has beyond 80 columns, up to the longest IPv6 address.
std::size_t name_width(const Layout& layout)
{
    const auto width = std::clamp<std::size_t>(layout.width, 74, 104);
    return 15 + width - 80;
}

char type(const control::VariableList& v)
{
    switch (v.integer("hmode").value_or(0)) {
    case 1:
        return 's';
    case 2:
        return 'S';
    case 5:
        return v.get("srcadr").starts_with("224.") ? 'M' : 'B';
    case 6:
        return 'b';
    case 3:
        break;
    default:
        return '?';
    }
    if (v.get("srchost").find('(') != std::string::npos)
        return 'l';
    if (v.get("refid") == "POOL")
        return 'p';
    if (v.get("srcadr").starts_with("224."))
        return 'a';
    const auto cookies = v.integer("ntscookies").value_or(-1);
    return cookies >= 0 && cookies <= 9 ? static_cast<char>('0' + cookies) : 'u';
}

std::string reference(const Peer& peer, const Layout& layout)
{
    std::string shown
        = peer.variables.get(layout.columns == Columns::local_address ? "dstadr" : "refid");
    const auto address = layout.shows_hashes ? parse_address(shown) : std::nullopt;
    if (address && address->family == Family::ipv4)
        shown = fmt::format("{:08x}", address->to_ipv4());
    else if (shown.find_first_of(".:") == shown.npos)
        shown = "." + shown + ".";
    if (layout.columns == Columns::association) {
        if (shown.size() >= 8)
            shown = "...";
        return fmt::format("{:<9}{:<6}", shown, peer.id.value);
    }
    return padded(end_of(shown, reference_width), reference_width);
}

// By the server's own clock: ours may show another time.
std::optional<std::int64_t> age(const control::VariableList& v, std::optional<ntp::Timestamp> clock)
{
    for (const char* name : {"rec", "reftime"}) {
        const std::string* text = v.find(name);
        if (!text)
            continue;
        const auto last = to_timestamp(*text);
        if (!last || last->is_zero() || !clock)
            return std::nullopt;
        return static_cast<std::int64_t>(clock->bits - last->bits) >> 32;
    }
    return std::nullopt;
}

std::int64_t poll_interval(const control::VariableList& v)
{
    const auto one = [&](const char* name) {
        const auto log2 = v.integer(name).value_or(0);
        return log2 < 0 ? 3 : log2;
    };
    return std::int64_t{1} << std::min({one("ppoll"), one("hpoll"), 62ll});
}

std::string figure(
    const control::VariableList& v, const char* name, const Layout& layout, int decimals)
{
    const std::string* value = v.find(name);
    if (value && layout.shows_units)
        return with_unit(*value, "ms", 8);
    return eight_columns(value ? *value : ".", decimals);
}

// The last column: jitter, or dispersion where that is wanted or all there is.
std::string quality(const Peer& peer, const Layout& layout, int decimals)
{
    const auto& v = peer.variables;
    if (layout.columns != Columns::local_address && v.find("jitter"))
        return figure(v, "jitter", layout, decimals);
    return figure(v, v.find("dispersion") ? "dispersion" : "rootdisp", layout, decimals);
}

// Old servers send three decimals, and then three are shown.
int decimals_of(const control::VariableList& v)
{
    const auto delay = v.get("delay");
    return delay.size() > 6 && delay[delay.size() - 7] == '.' ? 4 : 3;
}

} // namespace

std::string billboard_header(const Layout& layout)
{
    if (layout.columns == Columns::names_last)
        return " st t when poll reach   delay   offset   jitter refid           T remote";
    std::string header = padded("     remote    ", name_width(layout));
    switch (layout.columns) {
    case Columns::reference_id:
        header += "       refid      ";
        break;
    case Columns::association:
        header += "   refid   assid  ";
        break;
    case Columns::local_address:
        header += "       local      ";
        break;
    case Columns::names_last:
        break;
    }
    header += "st t when poll reach   delay   offset   ";
    return header + (layout.columns == Columns::local_address ? "  disp" : "jitter");
}

std::size_t billboard_width(const Layout& layout)
{
    return 64 + name_width(layout);
}

std::string billboard_line(
    const Peer& peer, const Layout& layout, std::optional<ntp::Timestamp> clock)
{
    const auto& v = peer.variables;
    const int decimals = decimals_of(v);
    const auto when = interval(age(v, clock)).substr(0, 4);
    const auto poll = interval(poll_interval(v)).substr(0, 4);
    const auto figures = fmt::format("{:2} {} {:>4} {:>4}  {:3o} {} {} {}",
        v.integer("stratum").value_or(20), type(v), when, poll, v.integer("reach").value_or(0),
        figure(v, "delay", layout, decimals), figure(v, "offset", layout, decimals),
        quality(peer, layout, decimals));
    if (layout.columns == Columns::names_last)
        return fmt::format(
            " {} {} {} {}\n", figures, reference(peer, layout), tally(peer.status), peer.name);

    const std::size_t room = name_width(layout);
    std::string line(1, tally(peer.status));
    if (layout.is_wide && peer.name.size() > room)
        line += peer.name + "\n" + std::string(room + 2, ' ');
    else
        line += padded(peer.name.substr(0, room), room) + " ";
    return line + fmt::format("{} {}\n", reference(peer, layout), figures);
}

std::optional<std::string> peer_address(const control::VariableList& variables)
{
    const std::string* address = variables.find("srcadr");
    if (!address)
        address = variables.find("peeradr");
    if (!address || *address == "0.0.0.0" || *address == "::" || address->starts_with("127.127"))
        return std::nullopt;
    return *address;
}

std::string peer_name(const control::VariableList& variables, const std::string& resolved)
{
    const auto address = peer_address(variables);
    if (!address) {
        const auto name = variables.get("srchost");
        return name.empty() ? variables.get("srcadr") : name;
    }
    return resolved.empty() ? *address : resolved;
}

} // namespace timeball::query
