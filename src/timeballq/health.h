// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// How a server is, from its system variables and the status of its associations: for `wait`, which
// wants to know whether it is synchronized well enough, and for `monitor`, which says it in one
// line to Nagios and its kin.

#include "control/variables.h"
#include "time/time.h"
#include "timeballq/association_table.h"
#include "timeballq/json.h"

#include <optional>
#include <string>
#include <vector>

namespace timeball::query {

struct Health {
    bool is_synchronized = false;
    int stratum = 16;
    std::string reference; // whom it follows, as the server says
    Seconds offset{}, jitter{};
    Seconds bound{}; // root distance: half the root delay, and the root dispersion
    Frequency frequency;
    std::size_t usable = 0, sources = 0; // candidates and better, and all
};

Health health_of(
    const control::VariableList& system, const std::vector<AssociationStatus>& associations);

// What `names` health_of wants of the system.
inline constexpr std::string_view health_variables
    = "leap,stratum,rootdelay,rootdisp,refid,offset,frequency,sys_jitter";

// Nothing when it is synchronized within `bound`; else what is missing, for a person.
std::optional<std::string> not_yet(const Health& health, std::optional<Seconds> bound);

// "10", "10ms", "500us", "0.2s": the unit when there is none is `unit`. Positive.
std::optional<Seconds> parse_span(std::string_view text, Seconds unit);
std::string span_in_words(Seconds span); // "12.3 us", "0.81 ms", "1.5 s"

enum class Level {
    ok = 0,
    warning = 1,
    critical = 2,
    unknown = 3
}; // the exit statuses of plug-ins

struct Thresholds {
    Seconds warning{0.01}, critical{0.1}; // of the offset and of the error bound
    std::size_t sources = 1; // usable ones, fewer are a warning
};

struct Judgment {
    Level level;
    std::string line; // one, with performance data
    Json json;
};
Judgment judge(const Health& health, const Thresholds& thresholds);
Judgment judge_silence(const std::string& why);

} // namespace timeball::query
