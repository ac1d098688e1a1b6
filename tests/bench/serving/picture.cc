// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Bars for what is compared, curves for what grows.

#include "bench/serving/picture.h"

#include "bench/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace timeball::bench::serving {

namespace {

// As in the pictures of accuracy.
constexpr const char* const ours = "#0b6e4f";
constexpr const char* const chronys = "#c8553d";
constexpr const char* const others = "#8d99ae";
constexpr const char* const bares = "#1d1d1d";

constexpr double width = 900, left = 160, bar_room = 560, bar_height = 15;

const char* color_of(const std::string& contestant)
{
    if (contestant.starts_with("timeball"))
        return ours;
    if (contestant.starts_with("bare"))
        return bares;
    return contestant.starts_with("chrony") ? chronys : others;
}

struct Panel {
    const char* title;
    const char* part;
    const char* figure;
    double scale; // from the figure to what is shown
    const char* unit;
};

constexpr std::array panels{
    Panel{"Replies a second, closed loop, 10,000 clients", "closed", "served_per_s", 1e-3, "k/s"},
    Panel{"Processor time for a reply", "closed", "cpu_us_per_reply", 1, "us"},
    Panel{"Replies a second where 400,000 are asked for", "overload", "served_per_s", 1e-3, "k/s"},
    Panel{"Median latency then", "overload", "latency_p50_us", 1e-3, "ms"},
    Panel{"Replies a second, a million clients", "clients-1000000", "served_per_s", 1e-3, "k/s"},
    Panel{"Memory then", "clients-1000000", "resident_kb", 1.0 / 1024, "MB"},
    Panel{"Transmit stamp error at saturation, 99th percentile", "closed", "transmit_stamp_p99_us",
        1, "us"},
    Panel{"Replies a second past the sockets, closed loop", "fast", "served_per_s", 1e-3, "k/s"},
};

double put_bars(Svg& svg, const Figures& figures, const Panel& panel, double y)
{
    std::vector<std::pair<std::string, double>> bars;
    double most = 0;
    for (const std::string& who : figures.contestants(panel.part)) {
        if (const auto value = figures.median_of({panel.part, who, panel.figure})) {
            bars.emplace_back(who, *value * panel.scale);
            most = std::max(most, bars.back().second);
        }
    }
    if (bars.empty())
        return y;
    svg.text(20, y + 14, panel.title, Svg::Anchor::start, 14);
    y += 24;
    for (const auto& [who, value] : bars) {
        const double end = left + (most > 0 ? value / most : 0) * bar_room;
        svg.text(left - 8, y + 11, who, Svg::Anchor::end);
        svg.area({{left, y}, {end, y}, {end, y + bar_height - 3}, {left, y + bar_height - 3}},
            color_of(who));
        svg.text(end + 6, y + 11, fmt::format("{:.{}f} {}", value, value < 10 ? 2 : 0, panel.unit));
        y += bar_height;
    }
    return y + 18;
}

// Logarithmic in the clients, linear in nanoseconds.
double put_curve(Svg& svg, const Figures& figures, double y)
{
    constexpr double height = 120, span = 560;
    std::vector<std::pair<double, double>> values;
    double most = 0;
    for (const int exponent : {3, 4, 5, 6, 7}) {
        const auto part = fmt::format("cost-clients-{:.0f}", std::pow(10, exponent));
        if (const auto ns = figures.median_of({part, "timeball", "ns_per_reply"})) {
            values.emplace_back(exponent, *ns);
            most = std::max(most, *ns);
        }
    }
    if (values.empty())
        return y;
    svg.text(20, y + 14,
        "Inside the worker, without the kernel: time for a reply by clients in the list",
        Svg::Anchor::start, 14);
    y += 34;
    svg.line(left, y + height, left + span, y + height, "#222");
    std::vector<std::pair<double, double>> points;
    for (const auto& [exponent, ns] : values) {
        const double x = left + (exponent - 3) / 4 * span;
        points.emplace_back(x, y + height - ns / most * height);
        svg.text(
            x, y + height + 15, fmt::format("{:.0f}", std::pow(10, exponent)), Svg::Anchor::middle);
        svg.text(x, points.back().second - 6, fmt::format("{:.0f} ns", ns), Svg::Anchor::middle);
        svg.disc(x, points.back().second, 3, ours);
    }
    svg.polyline(points, ours, 2);
    return y + height + 40;
}

double draw(Svg& svg, const Figures& figures)
{
    svg.text(20, 30, "How fast time is served", Svg::Anchor::start, 20);
    double y = 50;
    for (const Panel& panel : panels)
        y = put_bars(svg, figures, panel, y);
    return put_curve(svg, figures, y);
}

} // namespace

std::string picture(const Figures& figures)
{
    Svg probe{width, 0};
    Svg svg{width, draw(probe, figures)};
    draw(svg, figures);
    return svg.finished();
}

} // namespace timeball::bench::serving
