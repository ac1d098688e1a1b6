// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Sentences of NMEA 0183.

#include "refclock/nmea_sentence.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <numeric>
#include <span>
#include <vector>

namespace timeball::refclock {

using namespace std::chrono_literals;

namespace {

using Fields = std::span<const std::string_view>; // without the name

// Exactly as many digits as there are characters.
std::optional<int> number(std::string_view digits)
{
    int value = 0;
    if (digits.empty() || !std::all_of(digits.begin(), digits.end(), [](unsigned char c) {
            return std::isdigit(c);
        }))
        return std::nullopt;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc{} ? std::optional{value} : std::nullopt;
}

// "5" or "50" of ".50": digits beyond nanoseconds are not looked at.
std::optional<Nanoseconds> fraction(std::string_view digits)
{
    if (digits.empty())
        return 0ns;
    if (!number(digits.substr(0, 9)))
        return std::nullopt;
    std::string nine{digits.substr(0, 9)};
    nine.resize(9, '0');
    return Nanoseconds{*number(nine)};
}

Result<std::optional<Nanoseconds>, NmeaFault> time_of(std::string_view field)
{
    if (field.empty())
        return std::optional<Nanoseconds>{};
    const std::string_view whole = field.substr(0, field.find('.'));
    const std::string_view rest = field.substr(std::min(field.size(), whole.size() + 1));
    if (whole.size() != 6)
        return unexpected(NmeaFault::bad_time);
    const auto hour = number(whole.substr(0, 2));
    const auto minute = number(whole.substr(2, 2));
    const auto second = number(whole.substr(4, 2));
    const auto part = fraction(rest);
    if (!hour || !minute || !second || !part)
        return unexpected(NmeaFault::bad_time);
    const bool is_leap_second = *hour == 23 && *minute == 59 && *second == 60;
    if (*hour > 23 || *minute > 59 || (*second > 59 && !is_leap_second))
        return unexpected(NmeaFault::bad_time);
    return std::optional<Nanoseconds>{std::chrono::hours{*hour} + std::chrono::minutes{*minute}
        + std::chrono::seconds{*second} + *part};
}

using Date = Result<std::optional<std::chrono::sys_days>, NmeaFault>;

Date date_of(std::string_view day, std::string_view month, std::string_view year)
{
    if (day.empty() && month.empty() && year.empty())
        return std::optional<std::chrono::sys_days>{};
    const auto d = number(day), m = number(month), y = number(year);
    if (!d || !m || !y)
        return unexpected(NmeaFault::bad_date);
    // GPS began in 1980; two digits mean the hundred years from there.
    const int full = year.size() == 2 ? *y + (*y < 80 ? 2000 : 1900) : *y;
    const std::chrono::year_month_day date{std::chrono::year{full},
        std::chrono::month{static_cast<unsigned>(*m)}, std::chrono::day{static_cast<unsigned>(*d)}};
    if (!date.ok() || full < 1980 || full > 2199)
        return unexpected(NmeaFault::bad_date);
    return std::optional{std::chrono::sys_days{date}};
}

Date date_of(std::string_view ddmmyy)
{
    if (ddmmyy.empty())
        return std::optional<std::chrono::sys_days>{};
    if (ddmmyy.size() != 6)
        return unexpected(NmeaFault::bad_date);
    return date_of(ddmmyy.substr(0, 2), ddmmyy.substr(2, 2), ddmmyy.substr(4, 2));
}

// The mode indicator that NMEA 2.3 added behind the others: only what is measured counts, not what
// is estimated, typed in or simulated.
bool is_measured(Fields fields, std::size_t at)
{
    return fields.size() <= at || fields[at].empty()
        || std::string_view{"NEMS"}.find(fields[at].front()) == std::string_view::npos;
}

// Where the fields of a kind are. Nothing: it has no such field.
struct Layout {
    NmeaKind kind;
    std::string_view name; // without the talker
    std::size_t time;
    std::size_t shortest; // fields
    std::pair<std::size_t, std::size_t> position; // first, and how many
};

constexpr auto layouts = std::to_array<Layout>({
    {NmeaKind::rmc, "RMC", 0, 9, {2, 4}},
    {NmeaKind::gga, "GGA", 0, 6, {1, 4}},
    {NmeaKind::gll, "GLL", 4, 6, {0, 4}},
    {NmeaKind::zda, "ZDA", 0, 4, {0, 0}},
    {NmeaKind::zdg, "ZDG", 0, 6, {0, 0}},
    {NmeaKind::pgrmf, "PGRMF", 3, 11, {5, 4}},
});

const Layout* layout_of(std::string_view address)
{
    const std::string_view name
        = address.size() == 5 && !address.starts_with('P') ? address.substr(2) : address;
    const auto* found = std::find_if(
        layouts.begin(), layouts.end(), [&](const Layout& l) { return l.name == name; });
    return found == layouts.end() ? nullptr : found;
}

std::optional<bool> fix_of(NmeaKind kind, Fields f)
{
    switch (kind) {
    case NmeaKind::rmc:
        return f[1] == "A" && is_measured(f, 11);
    case NmeaKind::gga: // 6 estimated, 7 typed in, 8 simulated
        return f[5].size() == 1 && f[5] >= "1" && f[5] <= "5";
    case NmeaKind::gll:
        return f[5] == "A" && is_measured(f, 6);
    case NmeaKind::zda:
        return std::nullopt;
    case NmeaKind::zdg:
        return !f[5].empty() && f[5] != "0";
    case NmeaKind::pgrmf:
        return f[10] == "1" || f[10] == "2";
    }
    return std::nullopt;
}

Date date_of(NmeaKind kind, Fields f)
{
    switch (kind) {
    case NmeaKind::rmc:
        return date_of(f[8]);
    case NmeaKind::zda:
    case NmeaKind::zdg:
        return date_of(f[1], f[2], f[3]);
    case NmeaKind::pgrmf:
        return date_of(f[2]);
    case NmeaKind::gga:
    case NmeaKind::gll:
        break;
    }
    return std::optional<std::chrono::sys_days>{};
}

std::vector<std::string_view> split(std::string_view body)
{
    std::vector<std::string_view> parts;
    for (;;) {
        const auto comma = body.find(',');
        parts.push_back(body.substr(0, comma));
        if (comma == std::string_view::npos)
            return parts;
        body.remove_prefix(comma + 1);
    }
}

// What stands between '$' and '*', when the checksum behind it is right.
Result<std::string_view, NmeaFault> body_of(std::string_view line)
{
    const auto start = line.rfind('$');
    if (start == std::string_view::npos)
        return unexpected(NmeaFault::no_sentence);
    line.remove_prefix(start + 1);
    const bool is_text = std::all_of(
        line.begin(), line.end(), [](unsigned char c) { return c >= 0x20 && c < 0x7f; });
    if (!is_text || line.size() < 5)
        return unexpected(NmeaFault::no_sentence);
    const auto star = line.find('*');
    if (star == std::string_view::npos)
        return unexpected(NmeaFault::no_checksum);

    const std::string_view body = line.substr(0, star), said = line.substr(star + 1);
    const unsigned sum = std::accumulate(body.begin(), body.end(), 0U,
        [](unsigned s, char c) { return s ^ static_cast<unsigned char>(c); });
    unsigned value = 0;
    const auto [end, error] = std::from_chars(
        said.data(), said.data() + std::min<std::size_t>(said.size(), 2), value, 16);
    if (error != std::errc{} || end != said.data() + 2 || said.size() != 2 || value != sum)
        return unexpected(NmeaFault::wrong_checksum);
    return body;
}

} // namespace

Result<NmeaSentence, NmeaFault> parse_nmea(std::string_view line)
{
    const auto body = body_of(line);
    if (!body)
        return unexpected(body.error());
    const std::vector<std::string_view> parts = split(*body);
    const Layout* layout = layout_of(parts.front());
    if (!layout)
        return unexpected(NmeaFault::other_sentence);
    const Fields fields = Fields{parts}.subspan(1);
    if (fields.size() < layout->shortest)
        return unexpected(NmeaFault::bad_format);

    const auto time = time_of(fields[layout->time]);
    if (!time)
        return unexpected(time.error());
    const auto date = date_of(layout->kind, fields);
    if (!date)
        return unexpected(date.error());
    NmeaSentence sentence{layout->kind, *time, *date, fix_of(layout->kind, fields)};

    // Accord's clock announces the second that is to come.
    if (layout->kind == NmeaKind::zdg && sentence.time) {
        const bool was_yesterday = *sentence.time < 1s;
        *sentence.time += was_yesterday ? 24h - 1s : -1s;
        if (was_yesterday && sentence.date)
            *sentence.date -= std::chrono::days{1};
    }
    return sentence;
}

std::string without_position(std::string_view line)
{
    std::string hidden{line};
    const auto start = line.rfind('$');
    const std::vector<std::string_view> parts
        = split(start == std::string_view::npos ? line : line.substr(start + 1));
    const Layout* layout = layout_of(parts.front());
    const auto [first, count] = layout ? layout->position : std::pair<std::size_t, std::size_t>{};
    for (std::size_t i = first + 1; i <= first + count && i < parts.size(); ++i)
        for (const char& c : parts[i])
            if (std::isdigit(static_cast<unsigned char>(c)))
                hidden[static_cast<std::size_t>(&c - line.data())] = '_';
    return hidden;
}

} // namespace timeball::refclock
