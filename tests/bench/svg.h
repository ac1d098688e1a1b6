// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// As much of SVG as the pictures need. Coordinates are pixels, from the upper left corner.

#include <string>
#include <utility>
#include <vector>

namespace timeball::bench {

class Svg {
public:
    Svg(double width, double height);

    enum class Anchor { start, middle, end };
    void text(double x, double y, const std::string& words, Anchor anchor = Anchor::start,
        double size = 12, const std::string& color = "#222");
    void line(
        double x1, double y1, double x2, double y2, const std::string& color, double width = 1);
    void polyline(const std::vector<std::pair<double, double>>& points, const std::string& color,
        double width = 1);
    void area(const std::vector<std::pair<double, double>>& points, const std::string& color);
    void disc(double x, double y, double radius, const std::string& color);
    void diamond(double x, double y, double radius, const std::string& color);
    void cross(double x, double y, double radius, const std::string& color);

    std::string finished() const { return text_ + "</svg>\n"; }

private:
    std::string text_;
};

} // namespace timeball::bench
