// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Values as mode 6 texts.

#include "report/mode6_text.h"

#include "ntp/timestamp.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cmath>

namespace timeball::report::mode6 {

namespace {

Text fixed(double value, int decimals)
{
    if (!std::isfinite(value))
        return std::nullopt;
    const double least = 0.5 * std::pow(10.0, -decimals);
    return fmt::format("{:.{}f}", std::fabs(value) < least ? 0.0 : value, decimals); // no "-0.000"
}

bool is_letter(char c)
{
    return std::isalpha(static_cast<unsigned char>(c)) != 0;
}

// ntpq reads 1588, 0x12, 1e5, 1_0, inf and nan as numbers. What begins with a letter and is none
// of those words is safe, and so is an address.
bool is_surely_text(std::string_view text)
{
    if (text.empty())
        return false;
    const auto plain = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c))
            || (c != '\0' && std::string_view{"-_.:?/+()[]%"}.find(c) != std::string_view::npos);
    };
    if (!std::all_of(text.begin(), text.end(), plain))
        return false;
    if (parse_address(text))
        return true;
    std::string lower{text};
    std::transform(lower.begin(), lower.end(), lower.begin(),
        [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return is_letter(text.front()) && lower != "inf" && lower != "nan" && lower != "infinity";
}

} // namespace

Text decimal(std::int64_t value)
{
    return fmt::format("{}", value);
}

Text decimal(std::uint64_t value)
{
    return fmt::format("{}", value);
}

Text hexadecimal(std::uint64_t value)
{
    return fmt::format("{:#x}", value);
}

Text milliseconds(Seconds value, int decimals)
{
    return fixed(value.count() * 1e3, decimals);
}

Text ppm(Frequency value, int decimals)
{
    return fixed(value.ppm(), decimals);
}

Text whole_seconds(Seconds value)
{
    return fixed(std::floor(value.count()), 0);
}

Text timestamp(Instant<Utc> value)
{
    const auto bits = value == Instant<Utc>{} ? 0 : ntp::to_timestamp(value).bits;
    return fmt::format("0x{:08x}.{:08x}", bits >> 32, bits & 0xffffffff);
}

Text minute(Instant<Utc> value)
{
    const std::chrono::sys_time<Nanoseconds> t{value.time_since_epoch()};
    const auto day = std::chrono::floor<std::chrono::days>(t);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::minutes>(t - day)};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}Z", int{date.year()}, unsigned{date.month()},
        unsigned{date.day()}, time.hours().count(), time.minutes().count());
}

Text quoted(std::string_view text)
{
    std::string out = "\"";
    for (const char c : text) {
        if (c >= 0x20 && c < 0x7f && c != '"')
            out += c;
    }
    return out + '"';
}

Text bare(std::string_view text)
{
    if (is_surely_text(text))
        return std::string{text};
    return quoted(text);
}

Text reference_id(ReferenceId id, Stratum stratum)
{
    return bare(to_string(id, stratum));
}

Text address(const Address& address)
{
    return to_string(address);
}

} // namespace timeball::report::mode6
