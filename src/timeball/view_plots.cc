// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// How offset and frequency went: curves over the time that the operator chose.

#include "timeball/update.h"
#include "timeball/view_parts.h"
#include "timeball/words.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace timeball::console {

namespace {

std::string offset_value(double seconds)
{
    return seconds == 0 ? "0" : signed_with_unit(Seconds{seconds});
}

std::string frequency_value(double parts)
{
    return parts == 0 ? "0" : ppm(Frequency::ppm(parts)) + " ppm";
}

// Where zero is, from the top; -1 when it is not shown.
int zero_line(const Scale& scale, int lines)
{
    if (scale.low > 0 || scale.high < 0)
        return -1;
    return static_cast<int>(std::lround(scale.high / (scale.high - scale.low) * (lines - 1)));
}

constexpr int axis_width = 13; // "+123.456 ppm", and the axis

} // namespace

const PlotWords offset_plot{"Offset", offset_value, 1e-7};
const PlotWords frequency_plot{"Frequency", frequency_value, 0.002};

void draw_plot(Screen& screen, Place at, Size size, const PlotWords& words,
    const std::vector<PlotPoint>& points, const Glyphs& with)
{
    const int columns = size.columns - axis_width, lines = size.lines - 1;
    if (columns < 8 || lines < 2)
        return;
    screen.put(at, words.title, {Role::heading});

    const Scale scale = scale_of(points, words.least_height);
    const auto rows = plot(points, scale, columns, lines, with);
    const int zero = zero_line(scale, lines);
    for (int line = 0; line < lines; ++line) {
        const Place start{at.column + axis_width - 1, at.line + 1 + line};
        screen.put(start, line == zero ? with.tick : with.axis, {Role::axis});
        const auto& row = rows[static_cast<std::size_t>(line)];
        for (int column = 0; column < columns; ++column) {
            const char32_t glyph = row[static_cast<std::size_t>(column)];
            const Place place{start.column + 1 + column, start.line};
            if (glyph == U' ' && line == zero)
                screen.put(place, with.level, {Role::axis});
            else
                screen.put(place, glyph, {Role::plot});
        }
    }
    const auto label = [&](int line, double value) {
        const std::string text = words.value(value);
        const int indent = axis_width - 1 - static_cast<int>(text.size());
        screen.put({at.column + std::max(0, indent), at.line + 1 + line}, text, {Role::axis});
    };
    if (points.empty())
        return;
    if (zero > 0 && zero < lines - 1)
        label(zero, 0);
    label(0, scale.high);
    label(lines - 1, scale.low);
}

void draw_plots(Screen& screen, const Model& model, Lines where)
{
    const Glyphs& with = glyphs_of(model.alphabet);
    const Server& server = model.server;
    const std::string span
        = ", last " + interval_in_words(std::chrono::duration_cast<Nanoseconds>(plot_span(model)));
    const int columns = screen.size().columns - 2;
    const bool has_both = columns >= 118;
    const Size half{has_both ? (columns - 2) / 2 : columns, where.count};
    const Instant<Mono> now = shown_moment(model);

    PlotWords words = offset_plot;
    words.title += span;
    draw_plot(
        screen, {1, where.first}, half, words, curve(server.offset, now, plot_span(model)), with);
    if (!has_both)
        return;
    words = frequency_plot;
    words.title += span;
    draw_plot(screen, {half.columns + 3, where.first}, half, words,
        curve(server.frequency, now, plot_span(model)), with);
}

} // namespace timeball::console
