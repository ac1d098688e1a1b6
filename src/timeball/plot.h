// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Line plots made of characters: braille patterns have two by four dots in a cell, ASCII has one by
// three.

#include "timeball/glyphs.h"

#include <optional>
#include <string>
#include <vector>

namespace timeball::console {

// A point of a curve, both axes without unit. Where y is missing, the curve is interrupted.
struct PlotPoint {
    double x; // 0 at the left edge, 1 at the right one
    std::optional<double> y;
};

struct Scale {
    double low, high;
};

// Holds all values with a little air, but rare extremes do not flatten the rest. Never so narrow
// that noise of arithmetic shows.
Scale scale_of(const std::vector<PlotPoint>& curve, double least_height);

// `lines` rows of `columns` glyphs, the uppermost first. Points outside of the scale are drawn at
// its edge.
std::vector<std::u32string> plot(const std::vector<PlotPoint>& curve, const Scale& scale,
    int columns, int lines, const Glyphs& with);

} // namespace timeball::console
