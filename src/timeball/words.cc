// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "timeball/words.h"

#include <array>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>

namespace timeball::console {

namespace {

// With a plus sign where one is wanted; never "-0.000", which says nothing.
std::string decimal(double value, int decimals, bool is_signed)
{
    std::string text = is_signed ? fmt::format("{:+.{}f}", value, decimals)
                                 : fmt::format("{:.{}f}", value, decimals);
    if (text.front() == '-' && text.find_first_not_of("-0.") == std::string::npos) {
        if (is_signed)
            text.front() = '+';
        else
            text.erase(0, 1);
    }
    return text;
}

std::string in_milliseconds(Seconds value, int width, int decimals, bool is_signed)
{
    const double ms = value.count() * 1e3;
    if (!std::isfinite(ms))
        return "-";
    for (int d = decimals; d >= 0; --d) {
        std::string text = decimal(ms, d, is_signed);
        if (static_cast<int>(text.size()) <= width)
            return text;
    }
    return "-";
}

std::string in_its_unit(Seconds value, bool is_signed)
{
    struct Unit {
        double seconds;
        const char* name;
    };
    constexpr std::array units{Unit{1, "s"}, Unit{1e-3, "ms"}, Unit{1e-6, "us"}, Unit{1e-9, "ns"}};

    if (!std::isfinite(value.count()))
        return "-";
    const double size = std::fabs(value.count());
    Unit unit = units.back();
    // What would round up to 1000 of a unit belongs to the next larger one.
    for (const Unit& u : units) {
        if (size >= u.seconds * 0.9995) {
            unit = u;
            break;
        }
    }
    const double figure = size / unit.seconds;
    const int decimals = unit.seconds == 1e-9 || figure >= 99.95 ? 0 : figure >= 9.995 ? 1 : 2;
    return decimal(value.count() / unit.seconds, decimals, is_signed) + ' ' + unit.name;
}

} // namespace

std::string milliseconds(Seconds value, int width, int decimals)
{
    return in_milliseconds(value, width, decimals, false);
}

std::string signed_milliseconds(Seconds value, int width, int decimals)
{
    return in_milliseconds(value, width, decimals, true);
}

std::string with_unit(Seconds value)
{
    return in_its_unit(value, false);
}

std::string signed_with_unit(Seconds value)
{
    return in_its_unit(value, true);
}

std::string ppm(Frequency value, int decimals)
{
    return decimal(value.ppm(), decimals, true);
}

std::string short_age(Seconds age)
{
    const double seconds = age.count();
    if (!std::isfinite(seconds) || seconds < 0)
        return "-";
    if (seconds <= 2048)
        return fmt::format("{:.0f}", seconds);
    if (seconds < 300 * 60)
        return fmt::format("{:.0f}m", seconds / 60);
    if (seconds < 96 * 3600)
        return fmt::format("{:.0f}h", seconds / 3600);
    if (seconds < 999 * 86400.0)
        return fmt::format("{:.0f}d", seconds / 86400);
    return fmt::format("{:.0f}y", std::fmin(seconds / (365.25 * 86400), 999));
}

std::string interval_in_words(Nanoseconds interval)
{
    const double seconds = Seconds{interval}.count();
    const auto is_whole
        = [seconds](double unit) { return seconds >= unit && std::fmod(seconds, unit) == 0; };
    if (is_whole(3600))
        return fmt::format("{:g} h", seconds / 3600);
    return is_whole(60) ? fmt::format("{:g} min", seconds / 60) : fmt::format("{:g} s", seconds);
}

std::string long_age(Seconds age)
{
    const long long s = std::llround(std::fmax(age.count(), 0));
    if (s < 60)
        return fmt::format("{} s", s);
    if (s < 3600)
        return s % 60 == 0 ? fmt::format("{} min", s / 60)
                           : fmt::format("{} min {} s", s / 60, s % 60);
    if (s < 86400)
        return fmt::format("{} h {} min", s / 3600, s / 60 % 60);
    return fmt::format("{} d {} h", s / 86400, s / 3600 % 24);
}

std::string time_of_day(Instant<Utc> t)
{
    const auto second = std::chrono::floor<std::chrono::seconds>(t.time_since_epoch());
    const std::chrono::hh_mm_ss clock{second % std::chrono::days{1}};
    return fmt::format("{:02}:{:02}:{:02}", clock.hours().count(), clock.minutes().count(),
        clock.seconds().count());
}

std::string date(Instant<Utc> t)
{
    const std::chrono::year_month_day day{
        std::chrono::sys_days{std::chrono::floor<std::chrono::days>(t.time_since_epoch())}};
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
        static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

std::string rate(double per_second)
{
    if (per_second <= 0)
        return "0/s";
    return fmt::format("{:.{}f}/s", per_second,
        per_second >= 99.95       ? 0
            : per_second >= 9.995 ? 1
                                  : 2);
}

} // namespace timeball::console
