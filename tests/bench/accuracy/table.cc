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
    return us < 10 ? fmt::format("{:.2f}", us)
        : us < 100 ? fmt::format("{:.1f}", us)
                   : fmt::format("{:.0f}", us);
}
std::string shown(const std::optional<Seconds>& s)
{
    return s ? shown(*s) : "-";
}
std::string fair(const Situation& situation, const std::string& figure)
{
    return situation.is_floor_fair ? figure : "-";
}
std::string span(const Situation& situation, const std::optional<Seconds>& s)
{
    return !situation.disturbed ? "-" : s ? fmt::format("{:.0f}", s->count()) : "never";
}
// Of the runs with the median and the longest recovery.
std::string spans(const Situation& situation, const Figures& f)
{
    const std::string median = span(situation, f.recovery);
    return f.worst_recovery ? median + fmt::format("/{:.0f}", f.worst_recovery->count()) : median;
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
    if (s.is_floor_fair && !s.disturbed)
        parts.push_back(goal("floor", r.daemon.rms, s.floor.rms.value_or(r.oracle.rms) * 1.5));
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
    return fmt::format("{:23}|{:^55}|{:^29}|{:^14}|{:^14}|{:^14}|\n", "", "timeballd", "RFC 5905",
               "floor, here", "floor, known", "chrony 4.3")
        + fmt::format("{:23}|{:>7}{:>7}{:>8}{:>10}{:>5}{:>8}{:>10}|{:>7}{:>8}{:>6}{:>8}|{:>8}{:>6}|"
                      "{:>8}{:>6}|{:>8}{:>6}| goals\n",
            "situation", "rms", "p95", "max", "recov", "pph", "bound", "broken", "rms", "max",
            "recov", "pph", "rms", "recov", "rms", "recov", "rms", "recov");
}

std::string line(const Row& r)
{
    const Situation& s = *r.situation;
    const Figures &d = r.daemon, &o = r.rfc5905, &f = r.oracle;
    return fmt::format("{:23}|{:>7}{:>7}{:>8}{:>10}{:>5.0f}{:>8}{:>10}|", s.name, shown(d.rms),
               shown(d.p95), shown(d.max), spans(s, d), d.packets_per_hour, shown(d.claim),
               d.claims_broken)
        + fmt::format("{:>7}{:>8}{:>6}{:>8.0f}|{:>8}{:>6}|", shown(o.rms), shown(o.max),
            span(s, o.recovery), o.packets_per_hour, fair(s, shown(f.rms)),
            fair(s, span(s, f.recovery)))
        + fmt::format("{:>8}{:>6}|{:>8}{:>6}| {}\n", shown(s.floor.rms),
            known_span(s.floor.recovery), shown(s.chrony.rms), known_span(s.chrony.recovery),
            verdict(r));
}

} // namespace timeball::bench
