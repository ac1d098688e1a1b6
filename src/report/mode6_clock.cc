// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The variables of a reference clock.

#include "report/mode6_table.h"

namespace timeball::report {

namespace {

using namespace mode6;
using ClockRow = Row<ReferenceClock>;

std::string list_of_names();

// What a device says is never more than one line of it.
Text last_timecode(const ReferenceClock& c)
{
    return quoted(std::string_view{c.timecode}.substr(0, 128));
}

Text fudge(Seconds value)
{
    return value == Seconds{0} ? Text{} : milliseconds(value);
}

constexpr ClockRow table[] = {
    {"name", true, [](const ReferenceClock& c) { return quoted(c.name); }},
    {"timecode", true, last_timecode},
    {"poll", true, [](const ReferenceClock& c) { return decimal(c.polls); }},
    {"noreply", true, [](const ReferenceClock& c) { return decimal(c.no_reply); }},
    {"badformat", true, [](const ReferenceClock& c) { return decimal(c.bad_format); }},
    {"baddata", true, [](const ReferenceClock& c) { return decimal(c.bad_data); }},
    {"fudgetime1", true, [](const ReferenceClock& c) { return fudge(c.fudge1); }},
    {"fudgetime2", true, [](const ReferenceClock& c) { return fudge(c.fudge2); }},
    {"stratum", true,
        [](const ReferenceClock& c) { return decimal(std::int64_t{c.stratum.value}); }},
    {"refid", true,
        [](const ReferenceClock& c) { return reference_id(c.reference_id, Stratum{0}); }},
    {"flags", true, [](const ReferenceClock& c) { return decimal(std::int64_t{c.flags}); }},
    {"device", true, [](const ReferenceClock& c) { return quoted(c.device); }},
    {"clock_var_list", false, [](const ReferenceClock&) { return quoted(list_of_names()); }},
};

std::string list_of_names()
{
    return names_of(Table<ReferenceClock>{table});
}

} // namespace

Variables clock_variables(const ReferenceClock& clock)
{
    auto all = defaults<ReferenceClock>(table, clock);
    for (const auto& [name, value] : clock.variables)
        all.push_back({name, set_text(value)});
    return all;
}

std::optional<Variables> clock_variables(const ReferenceClock& clock, Names names)
{
    return in_table_order<ReferenceClock>(table, clock, names, clock.variables);
}

} // namespace timeball::report
