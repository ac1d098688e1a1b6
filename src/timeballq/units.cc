// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Units that suit.

#include "timeballq/units.h"

#include "control/variables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

namespace timeball::query {

namespace {

// Each a thousand of the one before it.
constexpr std::string_view times[]{"ns", "us", "ms", "s", "ks"};
constexpr std::string_view ratios[]{"ppt", "ppb", "ppm", "ppk"};

constexpr std::string_view in_seconds[]{"tai", "poll"};
constexpr std::string_view in_milliseconds[]{"rootdelay", "rootdisp", "rootdist", "offset",
    "sys_jitter", "clk_jitter", "leapsmearoffset", "authdelay", "koffset", "kmaxerr", "kesterr",
    "kprecis", "kppsjitter", "fuzz", "tick", "in", "out", "bias", "delay", "jitter", "dispersion",
    "fudgetime1", "fudgetime2"};
constexpr std::string_view in_ppm[]{"frequency", "clk_wander"};

bool is_among(std::string_view name, std::span<const std::string_view> names)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

// By how many units the number is to be moved to be from 1 to 1000, as far as its digits allow:
// below zero to smaller units.
int move_for(double value, int decimals)
{
    const double size = std::fabs(value);
    if (size == 0)
        return -(decimals / 3);
    int move = 0;
    for (double scaled = size; scaled >= 1000; scaled /= 1000)
        ++move;
    for (double scaled = size; scaled < 1 && decimals + 3 * (move - 1) >= 0; scaled *= 1000)
        --move;
    return move;
}

} // namespace

std::string_view shown_unit(std::string_view variable)
{
    return is_among(variable, in_seconds)     ? "s"
        : is_among(variable, in_milliseconds) ? "ms"
        : is_among(variable, in_ppm)          ? "ppm"
                                              : "";
}

std::string with_unit(std::string_view value, std::string_view unit, std::size_t width)
{
    const std::span<const std::string_view> group = unit == "ppm"
        ? std::span<const std::string_view>{ratios}
        : std::span<const std::string_view>{times};
    const auto number = control::to_number(value);
    const auto at = std::find(group.begin(), group.end(), unit);
    if (!number || at == group.end() || value.find_first_of("eExX") != value.npos)
        return fmt::format("{:>{}}", value, width);

    const auto point = value.find('.');
    int decimals = point == value.npos ? 0 : static_cast<int>(value.size() - point - 1);
    int move = move_for(*number, decimals);
    const auto index = at - group.begin();
    move = std::clamp(
        move, static_cast<int>(-index), static_cast<int>(std::ssize(group) - 1 - index));
    const auto shown = group[static_cast<std::size_t>(index + move)];
    const double scaled = *number * std::pow(1000.0, -move);
    decimals += 3 * move;

    const std::size_t room = width > shown.size() ? width - shown.size() : 0;
    std::string text = fmt::format("{:.{}f}", scaled, decimals);
    const bool has_decimals = decimals > 0;
    while (width != 0 && text.size() > room && decimals > 0)
        text = fmt::format("{:.{}f}", scaled, --decimals);
    if (has_decimals && decimals == 0 && text.size() < room)
        text += '.'; // there is more beyond
    return fmt::format("{:>{}}", text.append(shown), width);
}

} // namespace timeball::query
