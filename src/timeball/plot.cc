// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "timeball/plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace timeball::console {

namespace {

// Dots of a plot, (0, 0) the upper left one.
class Dots {
public:
    Dots(int columns, int lines)
        : columns_{columns},
          lines_{lines},
          on_(static_cast<std::size_t>(columns) * static_cast<std::size_t>(lines))
    {
    }

    int columns() const { return columns_; }
    int lines() const { return lines_; }
    bool at(int x, int y) const { return on_[index(x, y)]; }
    void set(int x, int y)
    {
        if (x >= 0 && x < columns_)
            on_[index(x, std::clamp(y, 0, lines_ - 1))] = true;
    }

private:
    std::size_t index(int x, int y) const
    {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(columns_)
            + static_cast<std::size_t>(x);
    }

    int columns_, lines_;
    std::vector<bool> on_;
};

void draw_line(Dots& dots, int x0, int y0, int x1, int y1)
{
    const int steps = std::max(std::abs(x1 - x0), std::abs(y1 - y0));
    for (int i = 0; i <= steps; ++i) {
        const double part = steps == 0 ? 0 : static_cast<double>(i) / steps;
        dots.set(x0 + static_cast<int>(std::lround(part * (x1 - x0))),
            y0 + static_cast<int>(std::lround(part * (y1 - y0))));
    }
}

Dots draw(const std::vector<PlotPoint>& curve, const Scale& scale, int columns, int lines)
{
    Dots dots{columns, lines};
    std::optional<std::pair<int, int>> last;
    for (const PlotPoint& point : curve) {
        if (!point.y) {
            last.reset();
            continue;
        }
        // Far outside, where an int has no room, a dot is as good as one column outside.
        const int x = static_cast<int>(std::lround(std::clamp(point.x, -1.0, 2.0) * (columns - 1)));
        const double height = (scale.high - *point.y) / (scale.high - scale.low);
        const int y = static_cast<int>(std::lround(std::clamp(height, 0.0, 1.0) * (lines - 1)));
        if (last)
            draw_line(dots, last->first, last->second, x, y);
        else
            dots.set(x, y);
        last.emplace(x, y);
    }
    return dots;
}

char32_t braille(const Dots& dots, int column, int line)
{
    // The bits of U+2800 go down the left column first; the fourth row came later.
    constexpr std::array<std::array<unsigned, 2>, 4> bits{
        {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}};
    unsigned pattern = 0;
    for (int y = 0; y < 4; ++y)
        for (int x = 0; x < 2; ++x)
            if (dots.at(2 * column + x, 4 * line + y))
                pattern |= bits[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)];
    return pattern == 0 ? U' ' : U'⠀' + pattern;
}

char32_t ascii(const Dots& dots, int column, int line)
{
    constexpr std::u32string_view glyphs = U" '-:.:;|"; // upper, middle and lower dot: 1, 2, 4
    unsigned pattern = 0;
    for (int y = 0; y < 3; ++y)
        if (dots.at(column, 3 * line + y))
            pattern |= 1u << y;
    return glyphs[pattern];
}

} // namespace

Scale scale_of(const std::vector<PlotPoint>& curve, double least_height)
{
    std::vector<double> values;
    for (const PlotPoint& point : curve)
        if (point.y)
            values.push_back(*point.y);
    if (values.empty())
        return {-least_height / 2, least_height / 2};
    std::sort(values.begin(), values.end());

    double low = values.front(), high = values.back();
    // Where most of them lie. A clock that was set when the curve began is an extreme of that kind.
    const std::size_t tenth = values.size() / 10;
    const double usual_low = values[tenth], usual_high = values[values.size() - 1 - tenth];
    const double usual = std::max(usual_high - usual_low, least_height);
    constexpr double extreme = 6; // times as high as usual
    if (high - low > extreme * usual) {
        low = std::max(low, usual_low - usual / 2);
        high = std::min(high, usual_high + usual / 2);
    }
    const double air = std::max((high - low) * 0.05, (least_height - (high - low)) / 2);
    return {low - air, high + air};
}

std::vector<std::u32string> plot(const std::vector<PlotPoint>& curve, const Scale& scale,
    int columns, int lines, const Glyphs& with)
{
    const Dots dots = with.has_braille ? draw(curve, scale, 2 * columns, 4 * lines)
                                       : draw(curve, scale, columns, 3 * lines);
    std::vector<std::u32string> rows;
    for (int line = 0; line < lines; ++line) {
        std::u32string row;
        for (int column = 0; column < columns; ++column)
            row += with.has_braille ? braille(dots, column, line) : ascii(dots, column, line);
        rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace timeball::console
