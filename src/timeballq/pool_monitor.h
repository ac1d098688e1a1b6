// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What the monitors of the NTP Pool would see of a server and how they would score it
// (ntppool/monitor version 4): three requests two seconds apart, the answer with the least delay
// counts.

#include "time/time.h"
#include "timeballq/json.h"
#include "timeballq/time_probe.h"

#include <optional>
#include <string>
#include <vector>

namespace timeball::query::pool {

inline constexpr int requests = 3;
inline constexpr Nanoseconds interval = std::chrono::seconds{2};
inline constexpr Nanoseconds patience = std::chrono::seconds{3};
inline constexpr double least_score = 10; // to be given to clients; 20 is the highest

// One request: an answer, or what was wrong (empty answer and text: nothing came).
struct Sample {
    std::optional<TimeAnswer> answer;
    std::string fault; // "" with no answer: silence
};

struct Check {
    std::optional<TimeAnswer> best; // an answer without fault
    std::string fault; // why there is none, in words
    double step = 0; // added to 0.95 of the score
    std::optional<double> cap; // of the score from then on
};

bool ends_check(const Sample& sample); // a kiss or a stratum that the monitor does not go on with
Check check_of(const std::vector<Sample>& samples);

// What the score becomes when every check ends so: 20 steps.
double final_score(const Check& check);
// Checks until a server that enters with a score of 0 is given to clients; nothing when never.
std::optional<int> checks_until_used(const Check& check);

std::vector<std::string> advice(const Check& check, const std::vector<Sample>& samples);

std::string report(const Check& check, const std::vector<Sample>& samples);
Json json_of(const Check& check, const std::vector<Sample>& samples);

} // namespace timeball::query::pool
