// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The clock filter.

#include "sync/clock_filter.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace timeball::sync {

namespace {

std::vector<Reading> by_delay(
    const ClockFilter& filter, Instant<FreeRun> now, const Drift& drift, Seconds allan)
{
    std::vector<Reading> readings;
    readings.reserve(ClockFilter::stages);
    for (const auto& stage : filter.shift)
        if (stage)
            readings.push_back(*stage);

    // With a frequency that nobody knows yet, age soon says more than delay.
    const bool is_steady = drift.likely <= frequency_tolerance * 2;
    const auto merit = [&](const Reading& r) {
        const Seconds age{now - r.when};
        if (is_steady && age < allan)
            return r.delay;
        return r.delay + 2 * (r.dispersion + std::max(drift.likely, frequency_tolerance) * age);
    };
    std::stable_sort(readings.begin(), readings.end(),
        [&](const Reading& a, const Reading& b) { return merit(a) < merit(b); });
    return readings;
}

Seconds jitter_about(const Reading& best, const std::vector<Reading>& readings,
    Instant<FreeRun> now, const Drift& drift)
{
    double sum = 0;
    for (const Reading& r : readings) {
        const Seconds off = carried_offset(r, now, drift) - carried_offset(best, now, drift);
        sum += off.count() * off.count();
    }
    const auto others = std::max<double>(1, static_cast<double>(readings.size()) - 1);
    return std::max(min_jitter, Seconds{std::sqrt(sum / others)});
}

} // namespace

ClockFilter push(ClockFilter filter, const Reading& reading)
{
    std::shift_right(filter.shift.begin(), filter.shift.end(), 1);
    filter.shift.front() = reading;
    return filter;
}

Seconds carried_offset(const Reading& reading, Instant<FreeRun> now, const Drift& drift)
{
    return reading.offset + drift.frequency * Seconds{now - reading.when};
}

Seconds aged_dispersion(const Reading& reading, Instant<FreeRun> now, const Drift& drift)
{
    return reading.dispersion + drift.tolerance * abs(Seconds{now - reading.when});
}

std::optional<Estimate> estimate(
    const ClockFilter& filter, Instant<FreeRun> now, const Drift& drift, Seconds allan)
{
    const auto readings = by_delay(filter, now, drift, allan);
    if (readings.empty())
        return std::nullopt;

    // Each stage counts half as much as the one before it; what the filled stages leave over
    // belongs to the empty ones, which could be anything.
    const Reading& best = readings.front();
    Seconds dispersion{0};
    double weight = 1.0;
    for (const Reading& r : readings)
        dispersion += (weight /= 2) * aged_dispersion(r, now, drift);
    dispersion += (weight - std::ldexp(1.0, -ClockFilter::stages)) * max_dispersion;

    return Estimate{best.when, carried_offset(best, now, drift), best.delay, dispersion,
        jitter_about(best, readings, now, drift),
        best.delay / 2 + best.remote_distance + best.dispersion,
        drift.tolerance * abs(Seconds{now - best.when}), static_cast<int>(readings.size())};
}

Interval correctness(const Reading& reading, Instant<FreeRun> now, const Drift& drift)
{
    // The delay was counted by a clock that is itself off by as much as its frequency is.
    const Seconds reach = reading.delay / 2 + reading.remote_distance
        + aged_dispersion(reading, now, drift)
        + (abs(drift.frequency) + drift.tolerance) * reading.delay;
    const Seconds offset = carried_offset(reading, now, drift);
    return {offset - reach, offset + reach};
}

std::optional<Interval> correctness(
    const ClockFilter& filter, Instant<FreeRun> now, const Drift& drift)
{
    std::optional<Interval> all;
    for (const auto& stage : filter.shift) {
        if (!stage)
            continue;
        const Interval one = correctness(*stage, now, drift);
        all = all ? intersection(*all, one) : one;
        if (!all)
            return std::nullopt;
    }
    return all;
}

bool is_popcorn(
    const ClockFilter& filter, const Reading& reading, const Drift& drift, Seconds least_delay)
{
    const auto before = estimate(filter, reading.when, drift);
    if (!before || before->readings < 4)
        return false;
    const Seconds least = std::min({least_delay, reading.delay, before->delay});
    const Seconds excess = (reading.delay - least) / 2 + (before->delay - least) / 2;
    const Seconds age{reading.when - before->when};
    return abs(reading.offset - before->offset)
        > 3 * before->jitter + excess + drift.tolerance * abs(age);
}

bool has_broken_past(const ClockFilter& filter, const Drift& drift)
{
    if (!filter.shift[0] || !filter.shift[1] || !filter.shift[2])
        return false;
    const Instant<FreeRun> now = filter.shift[0]->when;
    const auto told = [&](std::size_t i) { return correctness(*filter.shift[i], now, drift); };
    if (!overlap(told(0), told(1)))
        return false;
    for (std::size_t i = 2; i < filter.shift.size(); ++i)
        if (filter.shift[i] && overlap(told(0), told(i)))
            return false;
    return true;
}

ClockFilter without_past(ClockFilter filter)
{
    for (std::size_t i = 2; i < filter.shift.size(); ++i)
        if (filter.shift[i])
            filter.shift[i] = filter.shift[1];
    return filter;
}

} // namespace timeball::sync
