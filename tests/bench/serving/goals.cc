// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Each goal is a line: what, the bound, and where the figure comes from.

#include "bench/serving/goals.h"

namespace timeball::bench::serving {

namespace {

std::optional<double> difference(std::optional<double> a, std::optional<double> b)
{
    return a && b ? std::optional{*a - *b} : std::nullopt;
}

std::optional<double> quotient(std::optional<double> a, std::optional<double> b)
{
    return a && b && *b != 0 ? std::optional{*a / *b} : std::nullopt;
}

// The larger one; of what was measured.
std::optional<double> larger(std::optional<double> a, std::optional<double> b)
{
    return !a || (b && *b > *a) ? b : a;
}

} // namespace

std::vector<Goal> goals(const Figures& f)
{
    const auto of = [&](const char* part, const char* who, const char* figure) {
        return f.median_of({part, who, figure});
    };
    // Of rounds in which the one was begun right after the other.
    const auto ratio = [&](const char* part, const char* who, const char* figure, const char* to) {
        return f.ratio({part, who, figure}, to);
    };
    const auto p99 = [&](const char* part, const char* who) {
        return larger(
            of(part, who, "receive_stamp_p99_us"), of(part, who, "transmit_stamp_p99_us"));
    };
    const char* const rate = "served_per_s";
    const char* const cpu = "cpu_us_per_reply";
    return {
        {"one worker: replies/s by chrony's with ratelimit", 1.25, true,
            ratio("closed", "timeball-1", rate, "chrony-limits")},
        {"one worker: replies/s by the bare echo's", 0.95, true,
            ratio("closed", "timeball-1", rate, "bare-echo")},
        {"one worker: p99 stamp error at saturation beyond chrony's, us", 30, false,
            difference(p99("closed", "timeball-1"), p99("closed", "chrony-limits"))},
        {"two workers: CPU for a reply by one worker's", 1.1, false,
            ratio("closed", "timeball-2", cpu, "timeball-1")},
        {"XDP: replies/s by chrony's", 2.4, true,
            ratio("fast", "timeball-xdp", rate, "chrony-limits")},
        {"XDP: replies/s by the bare XDP echo's", 0.8, true,
            ratio("fast", "timeball-xdp", rate, "bare-xdp")},
        {"XDP: replies/s in a flood", 800'000, true,
            of("fast-flood", "timeball-xdp", "answers_per_s")},
        {"XDP: p50 at 10,000/s, us", 8, false, of("fast-paced", "timeball-xdp", "latency_p50_us")},
        {"400,000/s offered: goodput by capacity", 0.95, true,
            quotient(of("overload", "timeball-1", rate), of("closed", "timeball-1", rate))},
        {"400,000/s offered: p50, us", 2000, false, of("overload", "timeball-1", "latency_p50_us")},
        {"400,000/s offered: polls of the upstream heard, of the last eight", 255, true,
            of("polls", "timeball-polls", "reach")},
        {"a million clients: MB in all", 64, false,
            quotient(of("clients-1000000", "timeball-1", "resident_kb"), 1024.0)},
        {"a million clients: replies/s by those of 10,000", 0.95, true,
            f.ratio_between({"clients-1000000", "timeball-1", rate}, "clients-10000")},
        {"a million clients: longest pause of the table, us", 50, false,
            larger(of("cost-pause", "timeball", "longest_new_client_us"),
                of("cost-pause", "timeball", "longest_eviction_us"))},
        {"a flood: share of the honest that went unserved", 0.001, false,
            of("flood", "timeball-flood", "unserved_share")},
        {"a flood met by XDP: share of the honest that went unserved", 0.001, false,
            of("fast-crowd", "timeball-xdp-flood", "unserved_share")},
        {"10,000 access rules: replies/s by those of one", 0.97, true,
            f.ratio_between({"restrict-10000", "timeball-1", rate}, "restrict-1")},
    };
}

} // namespace timeball::bench::serving
