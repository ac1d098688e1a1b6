// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The report: what the parts of the daemon know, put together as values.

#include "config/config.h"
#include "daemon/events.h"
#include "edge/platform.h"
#include "report/report.h"
#include "sync/engine.h"
#include "time/leap_table.h"
#include "time/smear.h"

#include <string>
#include <vector>

namespace timeball::daemon {

struct ReportInputs {
    const Platform& platform;
    const config::LiveConfig& config;
    const sync::Engine& engine;
    const sync::ClockReading& clock; // now
    const sync::SystemState& system;
    const std::vector<sync::SourceView>& views;
    const EventCount& events;
    const LeapTable* leap_seconds; // null: none are known
    Smear smear; // as clients see it
    std::vector<report::Association> associations; // as the sources have them
    Instant<Mono> started;
    report::ServerCounters counters;
    report::ServerCounters counters_hour; // since the last record
    Seconds since_counters_hour{0};
    std::optional<report::Timers> timers;
    std::vector<report::Event> latest_events;
    std::optional<Seconds> drift_file_age;
};

report::Report make_report(ReportInputs inputs);

// later - earlier, figure by figure
report::ServerCounters difference(
    const report::ServerCounters& later, const report::ServerCounters& earlier);

// "ntpd timeball-0.1.0": scripts look for the first word.
std::string version_text();

} // namespace timeball::daemon
