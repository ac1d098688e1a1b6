// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Everything is reckoned in the lower tail, where differences of small numbers stay exact.

#include "normal.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace timeball::bench {

namespace {

double below(double x)
{
    return 0.5 * std::erfc(-x / std::numbers::sqrt2);
}

} // namespace

double normal_mass(double low, double high)
{
    return low > 0 ? below(-low) - below(-high) : below(high) - below(low);
}

double normal_within(double low, double high, double u)
{
    if (low > 0)
        return -normal_within(-high, -low, 1 - u);
    if (high < -37)
        return high; // beyond what doubles can tell
    const double target = below(low) + u * (below(high) - below(low));
    double a = std::max(low, -40.0), b = std::min(high, 40.0);
    double x = std::clamp(0.0, a, b);
    // Newton's method on the logarithm, which is concave and nearly a parabola; bisection where
    // that leaves the ends.
    for (int i = 0; i < 60; ++i) {
        const double p = below(x);
        (p < target ? a : b) = x;
        const double slope = std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi);
        double next
            = p > 0 && target > 0 && slope > 0 ? x - p / slope * std::log(p / target) : (a + b) / 2;
        if (!(next > a && next < b))
            next = (a + b) / 2;
        if (std::fabs(next - x) < 1e-9 * (1 + std::fabs(x)))
            return next;
        x = next;
    }
    return x;
}

} // namespace timeball::bench
