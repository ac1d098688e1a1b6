// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Figures in columns.

#include "timeballq/cells.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>

namespace timeball::query {

namespace {

// The era of a timestamp is the one within 68 years of this day, the first of January 2045.
constexpr Instant<Utc> era_pivot{std::chrono::seconds{2'366'841'600}};

} // namespace

std::string eight_columns(std::string_view value, int decimals)
{
    const auto number = control::to_number(value);
    if (!number)
        return right(value, 8);
    // One column is the point, and a minus takes one more.
    double limit = std::pow(10.0, 8 - 1 - decimals - (*number < 0 ? 1 : 0));
    for (; decimals > 0; --decimals, limit *= 10) {
        if (std::fabs(*number) < limit)
            return fmt::format("{:8.{}f}", *number, decimals);
    }
    return fmt::format("{:8.0f}", std::trunc(*number)); // whole ones are cut, not rounded
}

std::string interval(std::optional<std::int64_t> seconds)
{
    if (!seconds || *seconds <= 0)
        return "-";
    if (*seconds <= 2048)
        return fmt::format("{}", *seconds);
    const auto minutes = (*seconds + 29) / 60;
    if (minutes <= 300)
        return fmt::format("{}m", minutes);
    const auto hours = (minutes + 29) / 60;
    if (hours <= 96)
        return fmt::format("{}h", hours);
    return fmt::format("{}d", (hours + 11) / 24);
}

std::string plain_number(double value)
{
    std::string text = fmt::format("{}", value);
    if (text.find_first_of(".en") == text.npos)
        text += ".0";
    return text;
}

std::string iso_date(ntp::Timestamp time)
{
    using namespace std::chrono;
    const sys_time<nanoseconds> instant{ntp::to_instant(time, era_pivot).time_since_epoch()};
    const auto day = floor<days>(instant);
    const year_month_day calendar{day};
    const hh_mm_ss clock{floor<milliseconds>(instant - day)};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", int{calendar.year()},
        unsigned{calendar.month()}, unsigned{calendar.day()}, clock.hours().count(),
        clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

std::string date(ntp::Timestamp time)
{
    const auto raw = fmt::format("{:08x}.{:08x}", time.bits >> 32, time.bits & 0xffffffff);
    return raw + " " + (time.is_zero() ? "(no time)" : iso_date(time));
}

std::string uptime(std::int64_t seconds)
{
    constexpr std::int64_t day = 86400;
    const auto rest = seconds % day;
    const auto text = fmt::format("{:02}:{:02}:{:02}", rest / 3600, rest % 3600 / 60, rest % 60);
    return seconds < day ? text : fmt::format("{}D {}", seconds / day, text);
}

std::string padded(std::string_view text, std::size_t width)
{
    return fmt::format("{:<{}}", text, width);
}

std::string right(std::string_view text, std::size_t width)
{
    return fmt::format("{:>{}}", text, width);
}

std::string end_of(std::string_view text, std::size_t width)
{
    if (text.size() <= width)
        return std::string{text};
    return "-" + std::string{text.substr(text.size() - (width - 1))};
}

} // namespace timeball::query
