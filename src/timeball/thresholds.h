// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// From which value on a figure deserves a look, and from which on somebody must act. The operator
// says so in console.conf; what is not said there is never wrong.

#include "timeball/figures.h"

#include <map>
#include <optional>
#include <string>

namespace timeball::console {

enum class Level { fine, caution, bad };

std::string_view in_words(Level level); // "fine", "caution", "bad"

struct Threshold {
    std::optional<double> caution, bad;

    Level judge(double value) const; // its size counts, not its sign
};

struct Thresholds {
    Threshold offset, jitter, error_bound; // seconds; the first two of the sources too
    Threshold missed; // of the last eight polls of a source
    Threshold stratum;
    Threshold requests, limited; // per second
    bool rings_bell = false; // when something gets worse
    std::string command; // run when a level changes; empty: none
};

// A figure beyond its threshold, or just come back.
struct Alarm {
    Level level = Level::fine;
    std::string value; // in words: "12.3 ms"

    bool operator==(const Alarm&) const = default;
};

// By what they are about: "offset", "reach of ntp1.example.net". Only what is not fine.
using Alarms = std::map<std::string, Alarm>;

// Polls of the last eight without a reply, since the first one that had one. All when there is
// none.
int missed_polls(std::uint8_t reach);

Level level_of(const Thresholds& thresholds, const PeerFigures& peer); // the worst of its figures

} // namespace timeball::console
