// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "timeball/screen.h"

#include "timeball/glyphs.h"

#include <algorithm>
#include <cassert>

namespace timeball::console {

Screen::Screen(Size size)
    : size_{size},
      cells_(static_cast<std::size_t>(size.columns) * static_cast<std::size_t>(size.lines))
{
}

const Cell& Screen::at(Place place) const
{
    const Cell* found = const_cast<Screen*>(this)->cell(place);
    assert(found);
    return *found;
}

Cell* Screen::cell(Place place)
{
    if (place.column < 0 || place.column >= size_.columns || place.line < 0
        || place.line >= size_.lines)
        return nullptr;
    return &cells_[static_cast<std::size_t>(place.line) * static_cast<std::size_t>(size_.columns)
        + static_cast<std::size_t>(place.column)];
}

void Screen::put(Place place, char32_t glyph, Style style)
{
    if (Cell* c = cell(place))
        *c = {glyph, style};
}

int Screen::put(Place place, std::u32string_view glyphs, Style style)
{
    for (const char32_t glyph : glyphs) {
        put(place, glyph, style);
        ++place.column;
    }
    return place.column;
}

int Screen::put(Place place, std::string_view text, Style style)
{
    return put(place, to_glyphs(text), style);
}

void Screen::fill(int line, Role role)
{
    for (int column = 0; column < size_.columns; ++column)
        put({column, line}, U' ', {role});
}

void Screen::select(int line)
{
    for (int column = 0; column < size_.columns; ++column)
        if (Cell* c = cell({column, line}))
            c->style.is_selected = true;
}

void Screen::fade(int first_line, int last_line)
{
    for (int line = first_line; line <= last_line; ++line)
        for (int column = 0; column < size_.columns; ++column)
            if (Cell* c = cell({column, line}); c && c->style.role != Role::title)
                c->style.role = Role::dim;
}

Screen top_of(const Screen& screen, int lines)
{
    Screen top{{screen.size().columns, std::min(lines, screen.size().lines)}};
    for (int line = 0; line < top.size().lines; ++line)
        for (int column = 0; column < top.size().columns; ++column) {
            const Cell& cell = screen.at({column, line});
            top.put({column, line}, cell.glyph, cell.style);
        }
    return top;
}

std::string to_text(const Screen& screen)
{
    std::string text;
    for (int line = 0; line < screen.size().lines; ++line) {
        std::u32string glyphs;
        for (int column = 0; column < screen.size().columns; ++column)
            glyphs += screen.at({column, line}).glyph;
        glyphs.resize(glyphs.find_last_not_of(U' ') + 1);
        text += to_utf8(glyphs) + '\n';
    }
    return text;
}

std::string to_roles(const Screen& screen)
{
    constexpr std::string_view letters = " ldthkgcwbpa";
    std::string text;
    for (int line = 0; line < screen.size().lines; ++line) {
        std::string roles;
        for (int column = 0; column < screen.size().columns; ++column) {
            const Style style = screen.at({column, line}).style;
            roles += style.is_selected ? '#' : letters[static_cast<std::size_t>(style.role)];
        }
        roles.resize(roles.find_last_not_of(' ') + 1);
        text += roles + '\n';
    }
    return text;
}

} // namespace timeball::console
