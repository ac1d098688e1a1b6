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
void draw_traffic(Screen& screen, const Model& model, int line); // another one
void draw_bottom(Screen& screen, const Model& model); // the last line

// Figures of the system in columns.
int figure_lines(Size size);
void draw_figures(Screen& screen, const Model& model, Lines where);

void draw_plots(Screen& screen, const Model& model, Lines where); // offset and frequency
void draw_traffic_plots(Screen& screen, const Model& model, Lines where);
void draw_clients(Screen& screen, const Model& model, Lines where); // what they are like together
int clients_lines(const Model& model, Size size);

void draw_sheet(Screen& screen, const Sheet& sheet, const Listing& listing, int selected,
    Lines where, const Glyphs& with);

Sheet peers_sheet(const Model& model, int columns);
Sheet clients_sheet(const Model& model, int columns);
Sheet access_sheet(const Model& model, int columns);
Sheet refclocks_sheet(const Model& model, int columns);
Sheet events_sheet(const Model& model, int columns);
Sheet hosts_sheet(const Model& model, int columns);

Screen details_page(const Model& model, Size size); // of the selected association
Screen clock_page(const Model& model, Size size);
Screen refclock_page(const Model& model, Size size); // of the one under the bar

inline double in_unit(Seconds value)
{
    return value.count();
}
inline double in_unit(Frequency value)
{
    return value.ppm();
}
inline double in_unit(double value)
{
    return value;
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
    bool is_magnitude = false; // never less than nothing: the axis begins at zero
};
void draw_plot(Screen& screen, Place at, Size size, const PlotWords& words,
    const std::vector<PlotPoint>& points, const Glyphs& with);

extern const PlotWords offset_plot, frequency_plot, jitter_plot, bound_plot;
PlotWords titled(PlotWords words, const Model& model); // with the time it spans

// A page that grows downwards.
struct Page {
    Screen screen;
    int line = 0;

    int columns() const { return screen.size().columns; }
};

// Groups of labels and values that stand side by side as far as there is room.
struct Figure {
    std::string label, value;
    Role role = Role::text;
};
struct Group {
    std::string title;
    int label_width, value_width;
    std::vector<Figure> figures;
};
void write_groups(Page& page, const std::vector<Group>& groups, const Glyphs& with);
void write_variables(
    Page& page, const Variables& variables, std::string_view title, const Glyphs& with);

// The moment for which ages are shown: not now while nothing new comes.
Instant<Mono> shown_moment(const Model& model);
std::optional<ntp::Timestamp> server_clock(const Model& model); // at that moment
Instant<Utc> calendar_time(ntp::Timestamp t); // within 68 years of this, the era is clear

// How an association stands, in one or two words, and how that looks.
std::string_view standing(const Peer& peer);
Role role_of(sync::Select select);
Role role_of(const Peer& peer);

char32_t sign_of(Level level, const Glyphs& with); // blank when all is fine

// What the server follows, as far as it says.
std::string source_of(const Server& server, bool is_numeric);
std::string in_one_word(const Server& server); // "synchronized"
Role role_of(const Server& server);

} // namespace timeball::console
