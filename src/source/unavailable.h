// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Sources that the configuration names and this build cannot use: they are shown, with reach 0,
// and an event says why.

#include "config/config.h"
#include "report/report.h"
#include "source/sink.h"

#include <string>
#include <string_view>

namespace timeball::source {

// One sentence; empty when the source can be used.
std::string_view why_unavailable(const config::SourceConfig& config, bool has_devices);

// "PPS(0)" for a reference clock, the host as written otherwise.
std::string display_name(const config::SourceConfig& config);

// All that can be said of a source before it has said anything.
report::Association unavailable_report(
    const config::SourceConfig& config, AssociationId id, const EventMark& mark);

} // namespace timeball::source
