// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Who asks, and how often: the clients one by one, and what they are like together.

#include "timeball/update.h"
#include "timeball/view_parts.h"
#include "timeball/words.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

namespace timeball::console {

namespace {

using Words = std::u32string;

Entry seconds(const std::optional<Seconds>& age)
{
    if (!age)
        return Words{U"-"};
    const Seconds positive = std::max(*age, Seconds{0});
    return {std::string_view{short_age(positive)}, positive.count()};
}

std::string interval_in_figures(Seconds interval)
{
    const double s = interval.count();
    if (s < 0.0995)
        return fmt::format("{:.3f}", s);
    return s < 9.95 ? fmt::format("{:.2g}", s) : short_age(interval);
}

Role role_of(const Client& client, double rate)
{
    const std::string words = hint(client, rate);
    if (words.empty())
        return Role::text;
    return words.starts_with("flooder") ? Role::bad : Role::caution;
}

std::string restrictions_in_words(const Client& client)
{
    struct Bit {
        unsigned bit;
        const char* word;
    };
    constexpr std::array<Bit, 13> bits{
        {{0x1, "ignore"}, {0x2, "noserve"}, {0x4, "notrust"}, {0x8, "version"}, {0x10, "nopeer"},
            {0x20, "limited"}, {0x40, "noquery"}, {0x80, "nomodify"}, {0x100, "notrap"},
            {0x400, "kod"}, {0x800, "mssntp"}, {0x1000, "flake"}, {0x2000, "nomrulist"}}};
    std::string words;
    for (const Bit& bit : bits)
        if ((client.restrictions & bit.bit) != 0)
            words += (words.empty() ? "" : " ") + std::string{bit.word};
    return words;
}

// A share of all, drawn as a bar with its figure.
struct Share {
    std::string label;
    std::size_t count;
};

void draw_shares(Screen& screen, Place at, int width, std::string_view title,
    std::vector<Share> shares, std::size_t all, const Glyphs& with)
{
    std::stable_sort(shares.begin(), shares.end(),
        [](const Share& a, const Share& b) { return a.count > b.count; });
    int column = screen.put(at, title, {Role::label}) + 1;
    for (const Share& share : shares) {
        if (share.count == 0 || all == 0)
            continue;
        const double part = static_cast<double>(share.count) / static_cast<double>(all);
        const int bar = static_cast<int>(std::lround(part * 10));
        const std::string words = part < 0.005
            ? fmt::format("{} <1% ", share.label)
            : fmt::format("{} {:.0f}% ", share.label, part * 100);
        if (column + static_cast<int>(words.size()) + bar + 1 > at.column + width)
            return;
        column = screen.put({column, at.line}, words);
        const char32_t block = with.bars.empty() ? U'=' : with.bars.back();
        column = screen.put(
                     {column, at.line}, Words(static_cast<std::size_t>(bar), block), {Role::plot})
            + 2;
    }
}

std::string list_in_words(const Server& server)
{
    const std::size_t known = server.clients.known().size();
    std::string words = fmt::format("{} clients seen from here", known);
    if (!server.answers->list)
        return words;
    const Variables& list = *server.answers->list;
    if (const auto depth = list.integer("mru_depth"))
        words += fmt::format(", {} remembered", *depth);
    if (const auto most = list.integer("mru_maxdepth"); most && *most > 0)
        words += fmt::format(" of at most {}", *most);
    if (const auto memory = list.integer("mru_mem"))
        words += fmt::format(", {} kB", *memory);
    return words;
}

void draw_selected(Screen& screen, const Model& model, int line, const Glyphs& with)
{
    const auto& known = model.server().clients.known();
    const Sheet rows = sheet(model, View::clients, screen.size().columns);
    const int row = selected_row(model);
    if (row < 0)
        return;
    const auto client = known.find(rows.rows[static_cast<std::size_t>(row)].identity);
    if (client == known.end())
        return;
    const Client& c = client->second;
    const std::string flags = restrictions_in_words(c);
    const Instant<Utc> first = calendar_time(c.first);
    const std::string words = fmt::format("first seen {} {}, {} packets, port {}{}{}{}{}",
        date(first), time_of_day(first), c.count, c.port,
        c.ports > 1 ? fmt::format(" ({} seen)", c.ports) : "",
        c.dropped ? fmt::format(", {} dropped", *c.dropped) : "",
        flags.empty() ? "" : ", restricted: ", flags);
    const int column = screen.put({1, line}, c.address, {Role::key}) + 1;
    screen.put({column, line}, fit(words, screen.size().columns - column - 1, with));
}

} // namespace

int clients_lines(const Model& model, Size size)
{
    if (!model.server().answers || model.server().clients.known().empty())
        return 0;
    return size.lines >= 20 ? 4 : 1;
}

void draw_clients(Screen& screen, const Model& model, Lines where)
{
    const Glyphs& with = glyphs_of(model.alphabet);
    const Server& server = model.server();
    const auto& known = server.clients.known();
    screen.put({1, where.first}, fit(list_in_words(server), screen.size().columns - 2, with));
    if (where.count < 4)
        return;
    std::vector<Share> modes(8), versions(8), kinds{{"IPv4", 0}, {"IPv6", 0}, {"limited", 0}};
    for (std::size_t i = 0; i < 8; ++i) {
        modes[i].label = mode_in_words(static_cast<int>(i));
        versions[i].label = fmt::format("v{}", i);
    }
    for (const auto& [address, client] : known) {
        ++modes[static_cast<std::size_t>(client.mode)].count;
        ++versions[static_cast<std::size_t>(client.version)].count;
        ++kinds[address.find(':') == std::string::npos ? 0 : 1].count;
        kinds[2].count += client.is_limited() ? 1u : 0u;
    }
    const int width = screen.size().columns - 2;
    const bool is_wide = width >= 118;
    draw_shares(screen, {1, where.first + 1}, is_wide ? width / 2 : width, "Modes   ", modes,
        known.size(), with);
    draw_shares(screen, {1, where.first + 2}, is_wide ? width / 2 : width, "Versions", versions,
        known.size(), with);
    if (is_wide)
        draw_shares(screen, {width / 2 + 2, where.first + 1}, width / 2, "Kinds", kinds,
            known.size(), with);
    draw_selected(screen, model, where.first + 3, with);
}

Sheet clients_sheet(const Model& model, int columns)
{
    Sheet sheet;
    const Server& server = model.server();
    if (!server.answers)
        return sheet;
    const bool is_wide = columns >= 100;
    const int address_width = columns >= 118 ? 39 : std::max(15, columns - 3 - 56);
    sheet.columns = {{"address", U"ADDRESS", address_width, true}, {"rate_per_s", U"RATE", 7},
        {"count", U"COUNT", 8}, {"last_s", U"LAST", 4},
        {"interval_s", U"EVERY", 5, false, columns >= 72}, {"mode", U"MODE", 9, true, is_wide},
        {"version", U"V", 1, false, columns >= 72}, {"drops", U"DROPS", 7, false, is_wide},
        {"hint", U"WHAT IT IS", std::max(16, columns - address_width - (is_wide ? 64 : 39)), true}};
    sheet.empty = server.answers->no_clients.empty() ? "nobody has asked it yet"
                                                     : "Clients: " + server.answers->no_clients;
    const auto now = server_clock(model);
    for (const auto& [address, client] : server.clients.known()) {
        const double its = server.clients.rate(client);
        const auto interval = client.interval();
        SheetRow row{address,
            client.is_kissed()        ? U'K'
                : client.is_limited() ? U'L'
                                      : U' ',
            U' ', role_of(client, its), {}};
        row.entries = {Entry{std::string_view{address}}, Entry{std::string_view{rate(its)}, its},
            Entry{std::string_view{fmt::format("{}", client.count)},
                static_cast<double>(client.count)},
            seconds(now ? std::optional{between(client.last, *now)} : std::nullopt),
            interval ? Entry{std::string_view{interval_in_figures(*interval)}, interval->count()}
                     : Entry{Words{U"-"}},
            Entry{mode_in_words(client.mode)},
            Entry{std::string_view{fmt::format("{}", client.version)},
                static_cast<double>(client.version)},
            client.dropped ? Entry{std::string_view{fmt::format("{}", *client.dropped)},
                static_cast<double>(*client.dropped)}
                           : Entry{Words{U"-"}},
            Entry{std::string_view{hint(client, its)}}};
        sheet.rows.push_back(std::move(row));
    }
    // The busiest first; who is equally busy by when it asked last.
    std::stable_sort(
        sheet.rows.begin(), sheet.rows.end(), [](const SheetRow& a, const SheetRow& b) {
            return *a.entries[1].number > *b.entries[1].number;
        });
    return sheet;
}

} // namespace timeball::console
