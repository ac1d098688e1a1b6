// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Shapes as SVG elements.

#include "bench/svg.h"

#include <fmt/format.h>

namespace timeball::bench {

namespace {

std::string escaped(const std::string& words)
{
    std::string out;
    for (const char c : words)
        out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
    return out;
}

std::string listed(const std::vector<std::pair<double, double>>& points)
{
    std::string out;
    for (const auto& [x, y] : points)
        out += fmt::format("{:.1f},{:.1f} ", x, y);
    return out;
}

} // namespace

Svg::Svg(double width, double height)
    : text_{fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
        "viewBox=\"0 0 {0:.0f} {1:.0f}\" font-family=\"sans-serif\">\n"
        "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
        width, height)}
{
}

void Svg::text(double x, double y, const std::string& words, Anchor anchor, double size,
    const std::string& color)
{
    const char* const where = anchor == Anchor::start ? "start"
        : anchor == Anchor::middle                    ? "middle"
                                                      : "end";
    text_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"{:.0f}\" fill=\"{}\" "
                         "text-anchor=\"{}\">{}</text>\n",
        x, y, size, color, where, escaped(words));
}

void Svg::line(double x1, double y1, double x2, double y2, const std::string& color, double width)
{
    text_ += fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" "
                         "stroke=\"{}\" stroke-width=\"{}\"/>\n",
        x1, y1, x2, y2, color, width);
}

void Svg::polyline(
    const std::vector<std::pair<double, double>>& points, const std::string& color, double width)
{
    text_ += fmt::format(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"/>\n",
        listed(points), color, width);
}

void Svg::area(const std::vector<std::pair<double, double>>& points, const std::string& color)
{
    text_ += fmt::format("<polygon points=\"{}\" fill=\"{}\"/>\n", listed(points), color);
}

void Svg::disc(double x, double y, double radius, const std::string& color)
{
    text_ += fmt::format(
        "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\" fill=\"{}\"/>\n", x, y, radius, color);
}

void Svg::diamond(double x, double y, double radius, const std::string& color)
{
    area({{x - radius, y}, {x, y - radius}, {x + radius, y}, {x, y + radius}}, color);
}

void Svg::cross(double x, double y, double radius, const std::string& color)
{
    line(x - radius, y - radius, x + radius, y + radius, color, 2);
    line(x - radius, y + radius, x + radius, y - radius, color, 2);
}

} // namespace timeball::bench
