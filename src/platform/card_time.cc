// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What the clock of a network card shows.

#include "platform/card_time.h"

#include <cmath>

namespace timeball::platform {

namespace {

constexpr std::size_t most = 8, enough = 4;
constexpr double most_gain = 1e-3; // of an oscillator; a clock that stands still has -1
constexpr Nanoseconds tolerance = std::chrono::microseconds{2}; // besides the reading's own

double nanoseconds(Nanoseconds span)
{
    return static_cast<double>(span.count());
}

} // namespace

Instant<DeviceTime> CardTime::at(Nanoseconds counted) const
{
    const Nanoseconds passed = counted - count;
    return card + passed + Nanoseconds{std::llround(gain * nanoseconds(passed))};
}

Nanoseconds CardTime::age(Instant<DeviceTime> stamp, Nanoseconds counted) const
{
    const Nanoseconds shown = at(counted) - stamp;
    return shown - Nanoseconds{std::llround(gain / (1 + gain) * nanoseconds(shown))};
}

void CardTimeFit::add(const CardReading& reading)
{
    if (const auto known = line())
        if (std::chrono::abs(known->at(reading.count) - reading.card)
            > tolerance + reading.width / 2)
            readings_.clear();
    readings_.push_back(reading);
    if (readings_.size() > most)
        readings_.pop_front();
}

// Least squares, of what the card gains; counted from the newest reading, so that the numbers are
// small.
std::optional<CardTime> CardTimeFit::line() const
{
    if (readings_.size() < enough)
        return std::nullopt;
    const CardReading& last = readings_.back();
    const double n = static_cast<double>(readings_.size());
    double sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0;
    for (const CardReading& r : readings_) {
        const double x = nanoseconds(r.count - last.count);
        const double y = nanoseconds((r.card - last.card) - (r.count - last.count));
        sum_x += x;
        sum_y += y;
        sum_xx += x * x;
        sum_xy += x * y;
    }
    const double spread = n * sum_xx - sum_x * sum_x;
    if (spread <= 0)
        return std::nullopt;
    const double gain = (n * sum_xy - sum_x * sum_y) / spread;
    if (std::fabs(gain) > most_gain)
        return std::nullopt;
    const double at_last = (sum_y - gain * sum_x) / n;
    return CardTime{last.count, last.card + Nanoseconds{std::llround(at_last)}, gain};
}

} // namespace timeball::platform
