// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The one source of chance in a simulated world: the same seed gives the same numbers on every
// machine (splitmix64 and our own transforms; the standard's distributions differ between
// libraries).

#include "time/time.h"

#include <cmath>
#include <cstdint>
#include <numbers>

namespace timeball::sim {

// The true time, which nobody inside the world can see; epoch 1970. It runs on through leap
// seconds: what UTC shows then, the Timeline tells.
struct Truth { };

class Chance {
public:
    explicit Chance(std::uint64_t seed) : state_{seed} { }

    std::uint64_t bits64()
    {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
        z = (z ^ z >> 27) * 0x94d049bb133111eb;
        return z ^ z >> 31;
    }
    double unit() { return static_cast<double>(bits64() >> 11) * 0x1p-53; } // [0, 1)
    bool happens(double probability) { return unit() < probability; }
    Seconds exponential(Seconds mean) { return -std::log1p(-unit()) * mean; }
    double normal()
    {
        const double radius = std::sqrt(-2 * std::log1p(-unit()));
        return radius * std::cos(2 * std::numbers::pi * unit());
    }
    // Pareto with the given mean: queues that are usually short and sometimes very long.
    Seconds heavy_tailed(Seconds mean, double shape = 2.2)
    {
        const double scale = (shape - 1) / shape;
        return mean * (scale * (std::pow(1 - unit(), -1 / shape)) - scale) * shape;
    }

    Chance fork() { return Chance{bits64()}; } // an independent stream

private:
    std::uint64_t state_;
};

} // namespace timeball::sim
