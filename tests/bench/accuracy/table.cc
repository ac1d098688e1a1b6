// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Lines of the table. Microseconds, but recovery in seconds.

#include "table.h"

#include <fmt/format.h>

namespace timeball::bench {

namespace {

std::string shown(Seconds s)
{
    const double us = s.count() * 1e6;
    return us < 100 ? fmt::format("{:.1f}", us) : fmt::format("{:.0f}", us);
}
std::string shown(const std::optional<Seconds>& s)
{
    return s ? shown(*s) : "-";
}
std::string span(const Situation& situation, const std::optional<Seconds>& s)
{
    return !situation.disturbed ? "-" : s ? fmt::format("{:.0f}", s->count()) : "never";
}
std::string known_span(const std::optional<Seconds>& s)
{
    return s ? fmt::format("{:.0f}", s->count()) : "-";
}

std::string goal(const char* what, Seconds reached, Seconds allowed)
{
    return fmt::format("{}{} {:.2f}", reached <= allowed ? "" : "NOT ", what, reached / allowed);
}

// Each goal with the ratio of what was reached to what is allowed.
std::string verdict(const Row& r)
{
    const Situation& s = *r.situation;
    std::vector<std::string> parts;
    if (s.floor.rms)
        parts.push_back(goal("floor", r.daemon.rms, *s.floor.rms * 1.5));
    if (s.chrony.rms)
        parts.push_back(goal("chrony", r.daemon.rms, *s.chrony.rms * 0.6));
    if (s.chrony.max)
        parts.push_back(goal("max", r.daemon.max, *s.chrony.max));
    if (s.recovery_goal)
        parts.push_back(
            goal("recovery", r.daemon.recovery.value_or(Seconds{1e9}), *s.recovery_goal));
    if (r.daemon.claims_broken > 0)
        parts.push_back("NOT bound");
    return fmt::format("{}", fmt::join(parts, ", "));
}

} // namespace

std::string heading()
{
    return fmt::format("{:18}|{:^56}|{:^36}|{:^16}|{:^16}|\n", "", "timeballd", "RFC 5905",
               "chrony 4.3", "floor")
        + fmt::format("{:18}|{:>8}{:>8}{:>9}{:>7}{:>6}{:>9}{:>9}|{:>8}{:>8}{:>9}{:>7}{:>4}|{:>8}{:>"
                      "8}|{:>8}{:>8}| goals\n",
            "situation", "rms", "p95", "max", "recov", "pph", "bound", "broken", "rms", "p95",
            "max", "recov", "pph", "rms", "recov", "rms", "recov");
}

std::string line(const Row& r)
{
    const Situation& s = *r.situation;
    const Figures &d = r.daemon, &o = r.rfc5905;
    return fmt::format("{:18}|{:>8}{:>8}{:>9}{:>7}{:>6.0f}{:>9}{:>9}|{:>8}{:>8}{:>9}{:>7}{:>4.0f}|{"
                       ":>8}{:>8}|{:>8}{:>8}| {}\n",
        s.name, shown(d.rms), shown(d.p95), shown(d.max), span(s, d.recovery), d.packets_per_hour,
        shown(d.claim), d.claims_broken, shown(o.rms), shown(o.p95), shown(o.max),
        span(s, o.recovery), o.packets_per_hour, shown(s.chrony.rms), known_span(s.chrony.recovery),
        shown(s.floor.rms), known_span(s.floor.recovery), verdict(r));
}

} // namespace timeball::bench
