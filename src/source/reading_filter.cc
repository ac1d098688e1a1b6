// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The filter of reference clocks.

#include "source/reading_filter.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace timeball::source {

namespace {

// What lies farther from the median than so many times the median distance from it stands apart. Of
// a normal distribution hardly anything does, of late interrupts all.
constexpr double most_distances = 4;
constexpr Seconds least_distance{20e-9}; // below, stamps are as coarse as that

struct Point {
    const HeldReading* reading;
    Seconds value; // less the first one's, drift taken out
    Seconds distance{0}; // from the median
};

Seconds median(std::vector<Seconds> values)
{
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 != 0)
        return *middle;
    return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

template <class Of>
Seconds median_of(const std::vector<Point>& points, Of&& of)
{
    std::vector<Seconds> values;
    for (const Point& p : points)
        values.push_back(of(p));
    return median(std::move(values));
}

std::vector<Point> points_of(std::span<const HeldReading> readings, Frequency drift)
{
    const HeldReading& first = readings.front();
    std::vector<Point> points;
    for (const HeldReading& r : readings) {
        Seconds value{r.offset - first.offset};
        if (r.said.is_pulse)
            value -= Seconds{std::round(value.count())};
        points.push_back({&r, value - drift * Seconds{r.when - first.when}});
    }
    return points;
}

void leave_out_the_far(std::vector<Point>& points)
{
    const Seconds middle = median_of(points, [](const Point& p) { return p.value; });
    for (Point& p : points)
        p.distance = abs(p.value - middle);
    const Seconds limit = most_distances
        * std::max(median_of(points, [](const Point& p) { return p.distance; }), least_distance);
    std::erase_if(points, [&](const Point& p) { return p.distance > limit; });
}

} // namespace

std::optional<sync::Sample> condensed(std::span<const HeldReading> readings, Frequency drift)
{
    if (readings.empty())
        return std::nullopt;
    auto points = points_of(readings, drift);
    leave_out_the_far(points);

    const HeldReading& first = readings.front();
    const refclock::Reading& last = readings.back().said;
    const auto count = static_cast<double>(points.size());
    Seconds value{0}, age{0}, delay{0}, uncertainty{0};
    for (const Point& p : points) {
        value += p.value / count;
        age += Seconds{p.reading->when - first.when} / count;
        delay += p.reading->said.delay / count;
        uncertainty = std::max(uncertainty, p.reading->said.uncertainty);
    }
    const auto [least, most] = std::minmax_element(points.begin(), points.end(),
        [](const Point& a, const Point& b) { return a.value < b.value; });

    sync::Sample s;
    s.when = first.when + rounded(age);
    s.offset = first.offset + rounded(value + drift * age);
    s.delay = delay;
    s.dispersion = uncertainty + (most->value - least->value) / 2;
    s.leap = last.leap;
    s.root_delay = last.root_delay;
    s.root_dispersion = last.root_dispersion;
    return s;
}

} // namespace timeball::source
