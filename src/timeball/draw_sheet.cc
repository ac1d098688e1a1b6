// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A table on the screen: the heading, the rows that fit, the bar, and where there is more.

#include "timeball/view_parts.h"

#include <algorithm>
#include <fmt/format.h>

namespace timeball::console {

namespace {

void put_aligned(Screen& screen, Place at, const SheetColumn& column, const std::u32string& words,
    Style style, const Glyphs& with)
{
    const auto shown = fit(words, column.width, with);
    const int indent = column.is_left ? 0 : column.width - static_cast<int>(shown.size());
    screen.put({at.column + indent, at.line}, shown, style);
}

// The name of the column that rows are sorted by stands out.
void draw_heading(
    Screen& screen, const Sheet& sheet, const Listing& listing, int line, const Glyphs& with)
{
    screen.fill(line, Role::heading);
    int column = 3;
    for (const SheetColumn& c : sheet.columns) {
        if (!c.is_seen)
            continue;
        const bool is_sorted = c.name == listing.sorted_by;
        put_aligned(
            screen, {column, line}, c, c.heading, {is_sorted ? Role::good : Role::heading}, with);
        if (is_sorted) {
            const int behind = c.is_left
                ? column + std::min(c.width, static_cast<int>(c.heading.size()))
                : column + c.width;
            screen.put({behind, line}, listing.is_reversed ? with.up : with.down, {Role::good});
        }
        column += c.width + 1;
    }
    if (!listing.filter.empty()) {
        const auto words = to_glyphs(fmt::format(" /{} ", listing.filter));
        const int start = screen.size().columns - static_cast<int>(words.size()) - 1;
        screen.put({std::max(3, start), line}, words, {Role::title});
    }
}

} // namespace

char32_t sign_of(Level level, const Glyphs& with)
{
    return level == Level::bad ? with.bad : level == Level::caution ? with.caution : U' ';
}

void draw_sheet(Screen& screen, const Sheet& sheet, const Listing& listing, int selected,
    Lines where, const Glyphs& with)
{
    draw_heading(screen, sheet, listing, where.first, with);
    if (sheet.rows.empty()) {
        if (where.count > 1)
            screen.put({3, where.first + 1}, fit(sheet.empty, screen.size().columns - 4, with),
                {Role::label});
        return;
    }
    const int rows = where.count - 1, all = static_cast<int>(sheet.rows.size());
    const int top = std::clamp(listing.top, 0, std::max(0, all - rows));
    for (int row = 0; row < rows && top + row < all; ++row) {
        const SheetRow& its = sheet.rows[static_cast<std::size_t>(top + row)];
        const int line = where.first + 1 + row;
        screen.fill(line, its.role); // one look from edge to edge: fewer changes to send
        if (its.sign != U' ')
            screen.put({0, line}, its.sign, {its.sign == with.bad ? Role::bad : Role::caution});
        screen.put({1, line}, its.mark, {its.role});
        int column = 3;
        for (std::size_t at = 0; at < sheet.columns.size(); ++at) {
            const SheetColumn& c = sheet.columns[at];
            if (!c.is_seen)
                continue;
            const Entry& entry = its.entries[at];
            put_aligned(
                screen, {column, line}, c, entry.shown, {entry.role.value_or(its.role)}, with);
            column += c.width + 1;
        }
        if (top + row == selected)
            screen.select(line);
    }
    const int edge = screen.size().columns - 1;
    if (top > 0)
        screen.put({edge, where.first + 1}, with.up, {Role::key});
    if (top + rows < all)
        screen.put({edge, where.first + rows}, with.down, {Role::key});
}

} // namespace timeball::console
