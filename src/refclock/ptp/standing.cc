// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// From clockClass, clockAccuracy and the time properties (IEEE 1588-2019, tables 4 and 5).

#include "refclock/ptp/standing.h"

#include <array>

namespace timeball::ptp {

using namespace std::chrono_literals;

namespace {

// clockAccuracy from 0x17 on.
constexpr std::uint8_t first_accuracy = 0x17;
constexpr std::array<double, 26> accuracies{1e-12, 2.5e-12, 10e-12, 25e-12, 100e-12, 250e-12, 1e-9,
    2.5e-9, 10e-9, 25e-9, 100e-9, 250e-9, 1e-6, 2.5e-6, 10e-6, 25e-6, 100e-6, 250e-6, 1e-3, 2.5e-3,
    10e-3, 25e-3, 100e-3, 250e-3, 1.0, 10.0};
constexpr Seconds unknown_accuracy = 1ms;

// TAI was never nearer to UTC than that since there are leap seconds, and will not be farther soon.
constexpr std::chrono::seconds least_offset{10}, most_offset{100};

} // namespace

Stratum stratum_of(const ClockQuality& quality)
{
    switch (quality.clock_class) {
    case 6: // follows a primary reference
    case 7: // did, and holds over within its specification
    case 13: // the same with a time of its own
    case 14:
        return Stratum{0};
    case 52: // holdover beyond the specification
    case 58:
        return Stratum{1};
    case 187:
    case 193:
        return Stratum{2};
    default:
        return Stratum{3};
    }
}

Seconds accuracy_of(const ClockQuality& quality)
{
    const std::size_t index = static_cast<std::size_t>(quality.accuracy) - first_accuracy;
    if (quality.accuracy >= first_accuracy && index < accuracies.size())
        return Seconds{accuracies[index]};
    return unknown_accuracy;
}

Leap leap_of(const Master& master)
{
    if ((master.flags & leap61) != 0)
        return Leap::insert;
    return (master.flags & leap59) != 0 ? Leap::remove : Leap::none;
}

std::optional<std::chrono::seconds> utc_offset_of(
    const Master& master, std::optional<std::chrono::seconds> known)
{
    if ((master.flags & ptp_timescale) == 0)
        return 0s; // it shows UTC itself
    const std::chrono::seconds said{master.said.current_utc_offset};
    const bool is_possible = said >= least_offset && said <= most_offset;
    const bool is_sure = is_possible && (master.flags & current_utc_offset_valid) != 0;
    if (known && (!is_sure || said > *known + 1s || said < *known - 1s))
        return known;
    return is_possible ? std::optional{said} : std::nullopt;
}

bool may_be_of_yesterday(const Master& master, Instant<Utc> its_utc)
{
    constexpr Nanoseconds long_enough = 10s; // Announces come more often
    if (leap_of(master) == Leap::none)
        return false;
    const auto today = its_utc.time_since_epoch() % 24h;
    return today < long_enough || today > 24h - 2s;
}

} // namespace timeball::ptp
