// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Reference clock drivers by name and number.

#include "config/drivers.h"

#include <algorithm>
#include <array>

namespace timeball::config {

namespace {

constexpr auto names = std::to_array<DriverName>({
    {"local", 1, true},
    {"nmea", 20, true},
    {"pps", 22, true},
    {"shm", 28, true},
    {"gpsd", 46, true},
    {"phc", std::nullopt, true},
    {"sock", std::nullopt, true},
    {"ptp", std::nullopt, true},
    {"spectracom", 4},
    {"truetime", 5},
    {"irig", 6},
    {"chu", 7},
    {"generic", 8},
    {"parse", 8},
    {"gpsvme", 9},
    {"arbiter", 10},
    {"arc", 27},
    {"hpgps", 26},
    {"oncore", 30},
    {"trimble", 29},
    {"modem", 18},
    {"jjy", 40},
    {"zyfer", 42},
    {"ripencc", 43},
    {"neoclock", 44},
    {"tsync", 45},
});

} // namespace

std::span<const DriverName> driver_names()
{
    return names;
}

const DriverName* find_driver(std::string_view name)
{
    const auto* found = std::find_if(
        names.begin(), names.end(), [&](const DriverName& d) { return d.name == name; });
    return found == names.end() ? nullptr : found;
}

const DriverName* find_driver(int number)
{
    const auto* found = std::find_if(
        names.begin(), names.end(), [&](const DriverName& d) { return d.number == number; });
    return found == names.end() ? nullptr : found;
}

} // namespace timeball::config
