// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Characters of a terminal: from bytes to glyphs that are surely one column wide, and the glyphs
// we draw with, with and without Unicode.

#include <string>
#include <string_view>

namespace timeball::console {

enum class Alphabet { unicode, ascii };

// What we draw with besides letters.
struct Glyphs {
    bool has_braille;
    char32_t ellipsis;
    char32_t line; // of a rule
    char32_t axis, tick; // beside a plot, and where zero is
    char32_t level; // the line of zero across it
    char32_t answered, missed; // polls in the reach register
    char32_t left_end, right_end, middle; // of a correctness interval
    char32_t zero; // where nothing is off
    char32_t beyond_left, beyond_right; // lies outside of the scale
    char32_t caution, bad; // beyond a threshold
    std::u32string_view bars; // from low to high; empty: none
    std::u32string_view plus_minus, arrow, up, down;
};
const Glyphs& glyphs_of(Alphabet alphabet);

// UTF-8 to glyphs. Whatever is malformed, a control character or perhaps not exactly one column
// wide becomes '?': text of a server never disturbs a terminal.
std::u32string to_glyphs(std::string_view text);
std::string to_utf8(std::u32string_view glyphs);

// At most `width` glyphs; the last one says that something was cut off.
std::u32string fit(std::u32string glyphs, int width, const Glyphs& with);
std::u32string fit(std::string_view text, int width, const Glyphs& with);

} // namespace timeball::console
