// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Drawing the results.

#include "pictures.h"

#include "bench/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace timeball::bench {

namespace {

constexpr const char* const ours = "#0b6e4f";
constexpr const char* const chronys = "#c8553d";
constexpr const char* const rfcs = "#8d99ae";
constexpr const char* const floors = "#1d1d1d";
constexpr const char* const faint = "#e4e4e4";

std::string unit_text(double us)
{
    return us >= 1e6 ? fmt::format("{:g} s", us / 1e6)
        : us >= 1e3  ? fmt::format("{:g} ms", us / 1e3)
                     : fmt::format("{:g} us", us);
}

// --- RMS of all situations on one logarithmic scale --------------------------

constexpr double left = 190, right = 860, top = 60, row_height = 22;
constexpr double least = 0.1, most = 30000; // us

double across(double us)
{
    const double clamped = std::clamp(us, least, most);
    return left + (right - left) * std::log(clamped / least) / std::log(most / least);
}

void legend(Svg& svg)
{
    svg.line(left, 18, left, 30, floors, 3);
    svg.text(left + 8, 28, "floor");
    svg.disc(left + 80, 24, 5, ours);
    svg.text(left + 90, 28, "timeballd");
    svg.diamond(left + 190, 24, 6, chronys);
    svg.text(left + 200, 28, "chrony 4.3");
    svg.cross(left + 300, 24, 4, rfcs);
    svg.text(left + 310, 28, "RFC 5905");
    svg.text(right, 28, "RMS of the true clock error", Svg::Anchor::end);
}

// --- the error over time, one panel for each situation -----------------------

constexpr double panel_width = 430, panel_height = 150, margin = 50;
constexpr std::size_t columns = 2;

struct Panel {
    double x, y; // upper left corner of the plot
    double width = panel_width - margin - 15, height = panel_height - 45;
    double full; // the error at the upper edge, s

    double down(double error) const
    {
        return y + height / 2 * (1 - std::clamp(error / full, -1.0, 1.0));
    }
};

// A few hundred points, each the largest error of its stretch, so that no excursion gets lost.
std::vector<std::pair<double, double>> drawn(const Panel& panel, const Track& track)
{
    constexpr std::size_t points = 250;
    std::vector<std::pair<double, double>> out;
    const std::size_t n = track.moments.size();
    for (std::size_t i = 0; i < points && n >= points; ++i) {
        const auto from = track.moments.begin() + static_cast<std::ptrdiff_t>(i * n / points);
        const auto to = track.moments.begin() + static_cast<std::ptrdiff_t>((i + 1) * n / points);
        const auto largest = std::max_element(
            from, to, [](const Moment& a, const Moment& b) { return abs(a.error) < abs(b.error); });
        out.emplace_back(panel.x + panel.width * static_cast<double>(i) / points,
            panel.down(largest->error.count()));
    }
    return out;
}

// A round number somewhat above what the daemon's error usually reaches after settling.
double full_scale(const Course& course)
{
    std::vector<double> errors;
    const Track& track = course.daemon;
    for (std::size_t i = track.moments.size() / 3; i < track.moments.size(); ++i)
        errors.push_back(abs(track.moments[i].error).count());
    const auto high = errors.begin() + static_cast<std::ptrdiff_t>(errors.size() * 98 / 100);
    std::nth_element(errors.begin(), high, errors.end());
    double scale = std::pow(10, std::floor(std::log10(std::max(*high * 2, 1e-7))));
    for (const double factor : {2.0, 2.5, 2.0})
        if (scale < *high * 2)
            scale *= factor;
    return scale;
}

void draw(Svg& svg, const Course& course, double x, double y)
{
    const Situation& s = *course.situation;
    const Panel panel{.x = x + margin, .y = y + 25, .full = full_scale(course)};
    svg.text(panel.x, y + 16, s.name);
    svg.area(
        {{panel.x, panel.y}, {panel.x + panel.width, panel.y},
            {panel.x + panel.width, panel.y + panel.height}, {panel.x, panel.y + panel.height}},
        "#f7f7f7");
    svg.line(panel.x, panel.down(0), panel.x + panel.width, panel.down(0), faint);
    svg.text(panel.x - 4, panel.y + 8, unit_text(panel.full * 1e6), Svg::Anchor::end, 10);
    svg.text(panel.x - 4, panel.y + panel.height, "-" + unit_text(panel.full * 1e6),
        Svg::Anchor::end, 10);
    svg.text(panel.x + panel.width, panel.y + panel.height + 12,
        fmt::format("{:g} h", Seconds{s.span}.count() / 3600), Svg::Anchor::end, 10);
    svg.polyline(drawn(panel, course.rfc5905), rfcs);
    svg.polyline(drawn(panel, course.daemon), ours, 1.3);
    if (s.is_floor_fair)
        svg.polyline(drawn(panel, course.oracle), floors, 0.8);
}

} // namespace

std::string picture_of_rms(const std::vector<Row>& rows)
{
    const double height = top + row_height * static_cast<double>(rows.size()) + 30;
    Svg svg{right + 30, height};
    legend(svg);
    for (double us = least; us <= most; us *= 10) {
        svg.line(across(us), top - 10, across(us), height - 28, faint);
        svg.text(across(us), height - 12, unit_text(us), Svg::Anchor::middle, 10);
    }
    double y = top;
    for (const Row& r : rows) {
        const Situation& s = *r.situation;
        svg.text(left - 10, y + 4, s.name, Svg::Anchor::end, 11);
        const double floor = across(s.floor.rms.value_or(r.oracle.rms).count() * 1e6);
        const double reached = across(r.daemon.rms.count() * 1e6);
        if (s.is_floor_fair) {
            svg.line(floor, y, reached, y, "#b7d8cc", 3);
            svg.line(floor, y - 7, floor, y + 7, floors, 3);
        }
        if (r.rfc5905.rms.count() > 0)
            svg.cross(across(r.rfc5905.rms.count() * 1e6), y, 4, rfcs);
        if (s.chrony.rms)
            svg.diamond(across(s.chrony.rms->count() * 1e6), y, 6, chronys);
        svg.disc(reached, y, 5, ours);
        y += row_height;
    }
    return svg.finished();
}

std::string picture_of_courses(const std::vector<Course>& courses)
{
    const std::size_t lines = (courses.size() + columns - 1) / columns;
    Svg svg{panel_width * columns, 40 + panel_height * static_cast<double>(lines)};
    svg.text(margin, 22, "The error of the clock over time, seed 1: ");
    svg.text(margin + 250, 22, "timeballd", Svg::Anchor::start, 12, ours);
    svg.text(margin + 330, 22, "RFC 5905", Svg::Anchor::start, 12, rfcs);
    svg.text(margin + 410, 22, "floor", Svg::Anchor::start, 12, floors);
    for (std::size_t i = 0; i < courses.size(); ++i)
        draw(svg, courses[i], panel_width * static_cast<double>(i % columns),
            40 + panel_height * static_cast<double>(i / columns));
    return svg.finished();
}

} // namespace timeball::bench
