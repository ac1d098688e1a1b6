// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The leapfile.

#include "daemon/leap_file.h"

#include <fmt/format.h>

#include <utility>

namespace timeball::daemon {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::days warned_before{28};
constexpr std::chrono::days repeated_after{1};

std::string date(Instant<Utc> t)
{
    using namespace std::chrono;
    const year_month_day d{sys_days{floor<days>(t.time_since_epoch())}};
    return fmt::format("{:04}-{:02}-{:02}", int{d.year()}, unsigned{d.month()}, unsigned{d.day()});
}

} // namespace

LeapFile::LeapFile(Files& files, std::string path, bool checks_hash)
    : files_{&files}, path_{std::move(path)}, checks_hash_{checks_hash}
{
}

std::optional<LeapFile::Said> LeapFile::read(Instant<Utc> now, Instant<Mono> when)
{
    if (path_.empty())
        return std::nullopt;
    Said said = look(now);
    const bool is_news = said.text != said_;
    const bool is_due = said.severity >= Severity::warning && when - said_at_ >= repeated_after;
    if (!is_news && !is_due)
        return std::nullopt;
    said_ = said.text;
    said_at_ = when;
    return said;
}

LeapFile::Said LeapFile::look(Instant<Utc> now)
{
    const auto text = files_->read(path_);
    if (!text)
        return refused(text.error().message());
    auto parsed = parse_leap_table(*text, checks_hash_);
    if (!parsed) {
        const auto& [line, why] = parsed.error();
        return refused(line > 0 ? fmt::format("line {}: {}", line, why) : why);
    }
    table_ = std::move(*parsed);
    const std::string until = date(table_->expires);
    if (now >= table_->expires)
        return {Severity::warning,
            fmt::format("{}: expired on {}; leap seconds are learned from servers", path_, until),
            true};
    if (now >= table_->expires - warned_before)
        return {Severity::warning, fmt::format("{}: will expire on {}", path_, until)};
    return {table_->has_hash ? Severity::notice : Severity::warning,
        fmt::format("{}: leap seconds are known until {}{}", path_, until,
            table_->has_hash ? "" : "; the file has no hash that would show damage")};
}

LeapFile::Said LeapFile::refused(const std::string& why) const
{
    return {Severity::warning,
        fmt::format("{}: {}; {}", path_, why,
            table_ ? "what was read before holds" : "leap seconds are learned from servers")};
}

std::optional<Leap> LeapFile::coming(Instant<Utc> now) const
{
    const auto by = table_ ? leap_at(*table_, end_of_month(now)) : std::nullopt;
    if (!by)
        return std::nullopt;
    return *by < 0s ? Leap::insert : *by > 0s ? Leap::remove : Leap::none;
}

} // namespace timeball::daemon
