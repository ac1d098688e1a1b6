// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// How a server is.

#include "timeballq/health.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace timeball::query {

namespace {

constexpr std::array<std::string_view, 4> level_names{"OK", "WARNING", "CRITICAL", "UNKNOWN"};

Seconds milliseconds(const control::VariableList& variables, std::string_view name)
{
    return Seconds{variables.number(name).value_or(0) / 1000};
}

std::string_view name_of(Level level)
{
    return level_names[static_cast<std::size_t>(level)];
}

Level level_of(Seconds figure, const Thresholds& thresholds)
{
    return figure >= thresholds.critical ? Level::critical
        : figure >= thresholds.warning   ? Level::warning
                                         : Level::ok;
}

} // namespace

Health health_of(
    const control::VariableList& system, const std::vector<AssociationStatus>& associations)
{
    Health health;
    health.stratum = static_cast<int>(system.integer("stratum").value_or(16));
    health.is_synchronized
        = system.integer("leap").value_or(3) != 3 && health.stratum >= 1 && health.stratum < 16;
    health.reference = system.get("refid");
    health.offset = milliseconds(system, "offset");
    health.jitter = milliseconds(system, "sys_jitter");
    health.bound = milliseconds(system, "rootdelay") / 2 + milliseconds(system, "rootdisp");
    health.frequency = Frequency::ppm(system.number("frequency").value_or(0));
    health.sources = associations.size();
    health.usable = static_cast<std::size_t>(std::count_if(associations.begin(), associations.end(),
        [](const AssociationStatus& a) { return (a.status >> 8 & 7) >= 4; }));
    return health;
}

std::optional<std::string> not_yet(const Health& health, std::optional<Seconds> bound)
{
    if (!health.is_synchronized)
        return fmt::format(
            "not synchronized; {} of {} sources usable", health.usable, health.sources);
    if (bound && health.bound > *bound)
        return fmt::format(
            "synchronized within {}, not {}", span_in_words(health.bound), span_in_words(*bound));
    return std::nullopt;
}

std::optional<Seconds> parse_span(std::string_view text, Seconds unit)
{
    constexpr std::pair<std::string_view, double> units[]{
        {"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9}, {"s", 1}, {"m", 60}, {"h", 3600}};
    for (const auto& [suffix, seconds] : units) {
        if (text.ends_with(suffix)) {
            text.remove_suffix(suffix.size());
            unit = Seconds{seconds};
            break;
        }
    }
    const auto number = control::to_number(text);
    if (!number || *number <= 0 || *number * unit.count() > 1e9)
        return std::nullopt;
    return *number * unit;
}

std::string span_in_words(Seconds span)
{
    const double size = std::fabs(span.count());
    if (size >= 1)
        return fmt::format("{:.3g} s", span.count());
    if (size >= 1e-4)
        return fmt::format("{:.3g} ms", span.count() * 1e3);
    if (size >= 1e-7 || size == 0)
        return fmt::format("{:.3g} us", span.count() * 1e6);
    return fmt::format("{:.3g} ns", span.count() * 1e9);
}

Judgment judge(const Health& health, const Thresholds& thresholds)
{
    const Seconds offset{std::fabs(health.offset.count())};
    Level level = std::max(level_of(offset, thresholds), level_of(health.bound, thresholds));
    if (health.usable < thresholds.sources)
        level = std::max(level, Level::warning);
    if (!health.is_synchronized)
        level = Level::critical;

    std::string said = health.is_synchronized
        ? fmt::format("follows {}, stratum {}, offset {}, error bound {}", health.reference,
            health.stratum, span_in_words(health.offset), span_in_words(health.bound))
        : std::string{"not synchronized"};
    said += fmt::format(", {} of {} sources usable", health.usable, health.sources);

    const double warning = thresholds.warning.count(), critical = thresholds.critical.count();
    const std::string data = fmt::format("offset={0:.9f}s;-{1:g}:{1:g};-{2:g}:{2:g} "
                                         "bound={3:.9f}s;{1:g};{2:g};0 jitter={4:.9f}s;;;0 "
                                         "frequency={5:.3f} stratum={6};;;0;16 sources={7};{8}:;;0",
        health.offset.count(), warning, critical, health.bound.count(), health.jitter.count(),
        health.frequency.ppm(), health.stratum, health.usable, thresholds.sources);

    Json json = Json::object();
    json.set("level", name_of(level))
        .set("is_synchronized", health.is_synchronized)
        .set("reference", health.reference)
        .set("stratum", health.stratum)
        .set("offset_s", health.offset.count())
        .set("error_bound_s", health.bound.count())
        .set("jitter_s", health.jitter.count())
        .set("frequency_ppm", health.frequency.ppm())
        .set("usable_sources", health.usable)
        .set("sources", health.sources);
    return {level, fmt::format("NTP {}: {} | {}\n", name_of(level), said, data), std::move(json)};
}

Judgment judge_silence(const std::string& why)
{
    Json json = Json::object();
    json.set("level", name_of(Level::unknown)).set("reason", why);
    return {
        Level::unknown, fmt::format("NTP {}: {}\n", name_of(Level::unknown), why), std::move(json)};
}

} // namespace timeball::query
