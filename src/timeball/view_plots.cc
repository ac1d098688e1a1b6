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

std::string rate_value(double per_second)
{
    return per_second == 0 ? "0" : rate(per_second);
}

std::string interval_value(double seconds)
{
    return seconds == 0 ? "0" : with_unit(Seconds{seconds});
}

} // namespace

PlotWords titled(PlotWords words, const Model& model)
{
    words.title
        += ", last " + interval_in_words(std::chrono::duration_cast<Nanoseconds>(plot_span(model)));
    return words;
}

const PlotWords jitter_plot{"Jitter", interval_value, 1e-8, true};
const PlotWords bound_plot{"Error bound", interval_value, 1e-7, true};
const PlotWords offset_plot{"Offset", offset_value, 1e-7};
const PlotWords frequency_plot{"Frequency", frequency_value, 0.002};

void draw_plot(Screen& screen, Place at, Size size, const PlotWords& words,
    const std::vector<PlotPoint>& points, const Glyphs& with)
{
    const int columns = size.columns - axis_width, lines = size.lines - 1;
    if (columns < 8 || lines < 2)
        return;
    screen.put(at, words.title, {Role::heading});

    Scale scale = scale_of(points, words.least_height);
    if (words.is_magnitude)
        scale = {0, std::max(scale.high, words.least_height)};
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
    const Server& server = model.server();
    const int columns = screen.size().columns - 2;
    const bool has_both = columns >= 118;
    const Size half{has_both ? (columns - 2) / 2 : columns, where.count};
    const Instant<Mono> now = shown_moment(model);

    draw_plot(screen, {1, where.first}, half, titled(offset_plot, model),
        curve(server.offset, now, plot_span(model)), with);
    if (has_both)
        draw_plot(screen, {half.columns + 3, where.first}, half, titled(frequency_plot, model),
            curve(server.frequency, now, plot_span(model)), with);
}

void draw_traffic_plots(Screen& screen, const Model& model, Lines where)
{
    const Glyphs& with = glyphs_of(model.alphabet);
    const Server& server = model.server();
    const int columns = screen.size().columns - 2;
    const bool has_kisses = columns >= 150;
    const int width = has_kisses ? (columns - 4) / 3 : (columns - 2) / 2;
    const Instant<Mono> now = shown_moment(model);
    const auto draw = [&](int column, const char* title, const History<double>& history) {
        draw_plot(screen, {column, where.first}, {width, where.count},
            titled({title, rate_value, 1, true}, model), curve(history, now, plot_span(model)),
            with);
    };
    draw(1, "Requests", server.received);
    draw(width + 3, "Limited", server.limited);
    if (has_kisses)
        draw(2 * width + 5, "Kisses", server.kissed);
}

} // namespace timeball::console
