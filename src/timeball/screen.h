// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A screen as a value: a grid of cells, each one glyph and what it means. The terminal turns
// meaning into color; a test turns the grid into text.

#include <string>
#include <string_view>
#include <vector>

namespace timeball::console {

struct Size {
    int columns = 80, lines = 24;
    bool operator==(const Size&) const = default;
};

struct Place {
    int column = 0, line = 0;
};

enum class Role : unsigned char {
    text,
    label, // names what stands beside it
    dim, // old, idle or of little interest
    title, // the bars above and below
    heading, // of columns
    key, // a key to press
    good, // synchronized; the system peer
    candidate, // takes part
    caution, // deserves a look
    bad, // lies, or is lost
    plot,
    axis
};

struct Style {
    Role role = Role::text;
    bool is_selected = false; // under the selection bar
    bool operator==(const Style&) const = default;
};

struct Cell {
    char32_t glyph = U' '; // always one column wide
    Style style;
    bool operator==(const Cell&) const = default;
};

class Screen {
public:
    explicit Screen(Size size);

    Size size() const { return size_; }
    const Cell& at(Place place) const;

    // What does not fit is cut off. Returns the column behind the last glyph.
    int put(Place place, std::u32string_view glyphs, Style style = {});
    int put(Place place, std::string_view text, Style style = {}); // UTF-8
    void put(Place place, char32_t glyph, Style style = {});

    void fill(int line, Role role); // the whole line, blank
    void select(int line); // puts the line under the selection bar
    void fade(int first_line, int last_line); // everything there becomes dim

private:
    Cell* cell(Place place); // nullptr outside

    Size size_;
    std::vector<Cell> cells_;
};

Screen top_of(const Screen& screen, int lines); // its first lines

std::string to_text(const Screen& screen); // UTF-8, one line each, no blanks at the ends
std::string to_roles(const Screen& screen); // the same with a letter for each cell's role

} // namespace timeball::console
