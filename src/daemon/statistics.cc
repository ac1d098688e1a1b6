// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The statistics files.

#include "daemon/statistics.h"

#include <fmt/format.h>

#include <chrono>

namespace timeball::daemon {

namespace {

using namespace std::chrono;
using Type = config::FileGeneration::Type;

constexpr Seconds day_length{86400};

} // namespace

std::string file_name(
    const config::FileGeneration& generation, Instant<Utc> when, Seconds age, int pid)
{
    const auto day = floor<days>(sys_time<nanoseconds>{when.time_since_epoch()});
    const year_month_day date{day};
    const int year = static_cast<int>(date.year());
    const unsigned month = static_cast<unsigned>(date.month());
    const auto day_of_year = (day - sys_days{date.year() / January / 1}).count();
    switch (generation.type) {
    case Type::none:
        break;
    case Type::pid:
        return fmt::format("{}.{}", generation.file, pid);
    case Type::day:
        return fmt::format(
            "{}.{:04}{:02}{:02}", generation.file, year, month, static_cast<unsigned>(date.day()));
    case Type::week:
        return fmt::format("{}.{:04}w{:02}", generation.file, year, day_of_year / 7);
    case Type::month:
        return fmt::format("{}.{:04}{:02}", generation.file, year, month);
    case Type::year:
        return fmt::format("{}.{:04}", generation.file, year);
    case Type::age:
        return fmt::format(
            "{}.a{:08}", generation.file, static_cast<std::int64_t>(age / day_length) * 86400);
    }
    return generation.file;
}

Statistics::Statistics(Files& files, int pid, std::function<void(const std::string&)> failed)
    : files_{files}, pid_{pid}, failed_{std::move(failed)}
{
}

void Statistics::configure(const config::LiveConfig& config)
{
    directory_ = config.stats ? config.statsdir : std::string{};
    const auto before = std::exchange(kinds_, {});
    for (const config::FileGeneration& g : config.statistics) {
        if (!g.is_enabled)
            continue;
        Current current{.generation = g};
        if (const auto old = before.find(g.kind);
            old != before.end() && old->second.generation == g)
            current = old->second;
        kinds_.emplace(g.kind, current);
    }
}

bool Statistics::wants(std::string_view kind) const
{
    return !directory_.empty() && kinds_.find(kind) != kinds_.end();
}

void Statistics::write(
    std::string_view kind, Instant<Utc> when, Seconds age, const std::string& line)
{
    const auto found = kinds_.find(kind);
    if (directory_.empty() || found == kinds_.end())
        return;
    Current& current = found->second;
    const config::FileGeneration& generation = current.generation;
    const std::string name = file_name(generation, when, age, pid_);
    auto done = files_.append(directory_ + name, line);
    if (done && name != current.name) {
        current.name = name;
        if (generation.link && name != generation.file)
            done = files_.link(directory_ + name, directory_ + generation.file);
    }
    if (!done && !current.is_failing)
        failed_(fmt::format("{}{}: {}; {} are not kept", directory_, name, done.error().message(),
            generation.kind));
    current.is_failing = !done;
}

} // namespace timeball::daemon
