// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// How a figure went over time, for plots. The oldest points give way when there are too many.

#include "time/time.h"

#include <cstddef>
#include <deque>
#include <optional>

namespace timeball::console {

template <class Figure>
class History {
public:
    static constexpr std::size_t most = 100'000; // more than a day at one a second

    struct Point {
        Instant<Mono> when;
        std::optional<Figure> value; // nothing: nobody knows how it went from here on
    };

    void add(Instant<Mono> when, Figure value) { push({when, value}); }
    void interrupt(Instant<Mono> when)
    {
        if (!points_.empty() && points_.back().value)
            push({when, std::nullopt});
    }

    const std::deque<Point>& points() const { return points_; }

private:
    void push(Point point)
    {
        points_.push_back(point);
        if (points_.size() > most)
            points_.pop_front();
    }

    std::deque<Point> points_; // oldest first
};

} // namespace timeball::console
