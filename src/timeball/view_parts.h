// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The parts of which view() is made. Each draws into the lines it is given.

#include "timeball/plot.h"
#include "timeball/view.h"

#include <string_view>
#include <vector>

namespace timeball::console {

void draw_title(Screen& screen, const Model& model);
void draw_health(Screen& screen, const Model& model, int line); // one sentence
void draw_keys(Screen& screen, const Model& model); // the last line

// Figures of the system in columns.
int figure_lines(Size size);
void draw_figures(Screen& screen, const Model& model, Lines where);

void draw_plots(Screen& screen, const Model& model, Lines where);
void draw_table(Screen& screen, const Model& model, Lines where);

inline double in_unit(Seconds value)
{
    return value.count();
}
inline double in_unit(Frequency value)
{
    return value.ppm();
}

// The points of the last `span` before `now`.
template <class Figure>
std::vector<PlotPoint> curve(const History<Figure>& history, Instant<Mono> now, Seconds span)
{
    std::vector<PlotPoint> points;
    for (const auto& point : history.points()) {
        const double x = 1 + (point.when - now) / span;
        if (x < 0)
            points.clear(); // keeps the last one before the window, where the line comes from
        points.push_back({x, point.value ? std::optional{in_unit(*point.value)} : std::nullopt});
    }
    return points;
}
// One plot: a line that says what it shows, and below it the curve with its axis.
struct PlotWords {
    std::string title;
    std::string (*value)(double); // a figure with its unit
    double least_height; // in that unit: below it, differences are noise
};
void draw_plot(Screen& screen, Place at, Size size, const PlotWords& words,
    const std::vector<PlotPoint>& points, const Glyphs& with);

extern const PlotWords offset_plot, frequency_plot;

// The moment for which ages are shown: not now while nothing new comes.
Instant<Mono> shown_moment(const Model& model);
std::optional<ntp::Timestamp> server_clock(const Model& model); // at that moment

// How an association stands, in one or two words, and how that looks.
std::string_view standing(const Peer& peer);
Role role_of(sync::Select select);
Role role_of(const Peer& peer);

} // namespace timeball::console
