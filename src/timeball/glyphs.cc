// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "timeball/glyphs.h"

#include <algorithm>
#include <array>
#include <utility>

namespace timeball::console {

namespace {

constexpr Glyphs unicode{.has_braille = true,
    .ellipsis = U'…',
    .line = U'─',
    .axis = U'│',
    .tick = U'┼',
    .level = U'┈',
    .answered = U'●',
    .missed = U'·',
    .left_end = U'├',
    .right_end = U'┤',
    .middle = U'●',
    .zero = U'│',
    .beyond_left = U'◀',
    .beyond_right = U'▶',
    .caution = U'△',
    .bad = U'▲',
    .bars = U"▁▂▃▄▅▆▇█",
    .plus_minus = U"±",
    .arrow = U"→",
    .up = U"↑",
    .down = U"↓"};

constexpr Glyphs ascii{.has_braille = false,
    .ellipsis = U'~',
    .line = U'-',
    .axis = U'|',
    .tick = U'+',
    .level = U' ',
    .answered = U'#',
    .missed = U'.',
    .left_end = U'[',
    .right_end = U']',
    .middle = U'o',
    .zero = U'|',
    .beyond_left = U'<',
    .beyond_right = U'>',
    .caution = U'!',
    .bad = U'X',
    .bars = U"",
    .plus_minus = U"+/-",
    .arrow = U"->",
    .up = U"^",
    .down = U"v"};

// Letters of Europe, and what we draw with ourselves. Terminals and locales do not agree about the
// width of much else.
bool is_narrow(char32_t c)
{
    constexpr std::array<std::pair<char32_t, char32_t>, 8> ranges{
        {{0x20, 0x7e}, {0xa1, 0xac}, {0xae, 0x24f}, {0x370, 0x52f}, {0x2010, 0x2027},
            {0x2190, 0x21ff}, {0x2500, 0x25ff}, {0x2800, 0x28ff}}};
    return std::any_of(ranges.begin(), ranges.end(),
        [c](const auto& range) { return c >= range.first && c <= range.second; });
}

// The code point that begins at text[at], and at moves behind it. 0 when malformed.
char32_t take(std::string_view text, std::size_t& at)
{
    const auto first = static_cast<unsigned char>(text[at++]);
    if (first < 0x80)
        return first;
    const std::size_t more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc2 ? 1 : 0;
    if (more == 0 || at + more > text.size())
        return 0;
    char32_t point = first & (0x3fu >> more);
    for (std::size_t i = 0; i < more; ++i) {
        const auto next = static_cast<unsigned char>(text[at + i]);
        if ((next & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (next & 0x3f);
    }
    at += more;
    return point;
}

} // namespace

const Glyphs& glyphs_of(Alphabet alphabet)
{
    return alphabet == Alphabet::unicode ? unicode : ascii;
}

std::u32string to_glyphs(std::string_view text)
{
    std::u32string glyphs;
    for (std::size_t at = 0; at < text.size();) {
        const char32_t point = take(text, at);
        glyphs += is_narrow(point) ? point : U'?';
    }
    return glyphs;
}

std::string to_utf8(std::u32string_view glyphs)
{
    std::string text;
    for (const char32_t c : glyphs) {
        if (c < 0x80) {
            text += static_cast<char>(c);
            continue;
        }
        if (c < 0x800) {
            text += static_cast<char>(0xc0 | c >> 6);
        } else {
            text += static_cast<char>(0xe0 | c >> 12);
            text += static_cast<char>(0x80 | (c >> 6 & 0x3f));
        }
        text += static_cast<char>(0x80 | (c & 0x3f));
    }
    return text;
}

std::u32string fit(std::u32string glyphs, int width, const Glyphs& with)
{
    if (width <= 0)
        return {};
    const auto room = static_cast<std::size_t>(width);
    if (glyphs.size() > room) {
        glyphs.resize(room);
        glyphs.back() = with.ellipsis;
    }
    return glyphs;
}

std::u32string fit(std::string_view text, int width, const Glyphs& with)
{
    return fit(to_glyphs(text), width, with);
}

} // namespace timeball::console
