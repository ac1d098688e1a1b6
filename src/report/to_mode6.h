// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A report as the variables of the control protocol: one table for each scope (system, peer,
// clock), in the order in which ntpd lists them.

#include "report/report.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace timeball::report {

struct Variable {
    std::string name;
    std::string text; // as it goes on the wire, quotes included
};
using Variables = std::vector<Variable>;

// What is shown when nothing particular is asked for. Figures that there are not are left out.
Variables system_variables(const Report& report);
Variables peer_variables(const Association& association);
Variables clock_variables(const ReferenceClock& clock);

// What is asked for by name, each name once: system variables in the order of the question, those
// of associations and clocks in the order of their table. Nothing when a name is unknown.
using Names = std::span<const std::string_view>;
std::optional<Variables> system_variables(const Report& report, Names names);
std::optional<Variables> peer_variables(const Association& association, Names names);
std::optional<Variables> clock_variables(const ReferenceClock& clock, Names names);

// Whether a system variable tells of what only the workers know, or what takes time to find out:
// System::clients, authentication, traffic and memory have to be there before it is shown.
bool is_worker_figure(std::string_view name);

// `name=value` in lines of at most 72 columns (unless one value alone is longer), as the protocol
// writes them. Empty when there are none.
std::string to_text(const Variables& variables);

} // namespace timeball::report
