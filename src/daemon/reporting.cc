// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Putting the report together.

#include "daemon/reporting.h"

#include "config.h"

#include <fmt/format.h>

#include <algorithm>

namespace timeball::daemon {

namespace {

using report::ServerCounters;

constexpr std::uint64_t ServerCounters::*all_counters[] = {&ServerCounters::received,
    &ServerCounters::processed, &ServerCounters::this_version, &ServerCounters::old_version,
    &ServerCounters::version1, &ServerCounters::version1_client, &ServerCounters::version1_zero,
    &ServerCounters::version1_symmetric, &ServerCounters::bad_format, &ServerCounters::bad_auth,
    &ServerCounters::declined, &ServerCounters::restricted, &ServerCounters::limited,
    &ServerCounters::kisses_sent, &ServerCounters::control_requests, &ServerCounters::dropped,
    &ServerCounters::sent, &ServerCounters::send_failed, &ServerCounters::ignored};
static_assert(sizeof(ServerCounters) == std::size(all_counters) * sizeof(std::uint64_t),
    "a new counter belongs into the list above");

std::uint8_t source_code(const report::Association& peer)
{
    if (!peer.is_refclock)
        return report::source_ntp;
    const std::string& name = peer.host_name;
    if (name.starts_with("PPS"))
        return report::source_pps;
    if (name.starts_with("LOCAL"))
        return report::source_local;
    if (name.starts_with("NMEA") || name.starts_with("GPSD"))
        return report::source_uhf_radio;
    return report::source_other;
}

// Survivors are numbered in the order in which they may be trusted.
void number_candidates(std::vector<report::Association>& all)
{
    std::vector<report::Association*> survivors;
    for (report::Association& a : all)
        if (a.view.select >= sync::Select::candidate)
            survivors.push_back(&a);
    std::sort(survivors.begin(), survivors.end(), [](const auto* a, const auto* b) {
        if (a->view.select != b->view.select)
            return a->view.select > b->view.select;
        return a->view.root_distance < b->view.root_distance;
    });
    std::int32_t place = 0;
    for (report::Association* a : survivors)
        a->candidate = ++place;
}

std::string state_sentence(const sync::SystemState& system, std::optional<Seconds> since_update)
{
    if (system.is_orphan)
        return "orphan: no source is left, and it serves on";
    if (!system.peer && system.leap != Leap::unsynchronized && since_update)
        return fmt::format(
            "holdover: no source for {:.0f} s; the error bound grows", since_update->count());
    if (!system.peer)
        return "unsynchronized: no source can be followed";
    switch (system.state) {
    case sync::ClockState::nset:
        return "the frequency of the clock is not known yet";
    case sync::ClockState::fset:
        return "the frequency of the clock is known from the drift file";
    case sync::ClockState::spike:
        return "an offset that may pass is being waited out";
    case sync::ClockState::freq:
        return "the frequency of the clock is being measured";
    case sync::ClockState::sync:
        break;
    }
    return "synchronized";
}

} // namespace

ServerCounters difference(const ServerCounters& later, const ServerCounters& earlier)
{
    ServerCounters d;
    for (const auto counter : all_counters)
        d.*counter = later.*counter - earlier.*counter;
    return d;
}

std::string version_text()
{
    return "ntpd " PACKAGE_NAME "-" PACKAGE_VERSION;
}

report::Report make_report(ReportInputs in)
{
    report::Report r;
    r.associations = std::move(in.associations);
    for (report::Association& a : r.associations) {
        const auto view = std::find_if(in.views.begin(), in.views.end(),
            [&](const sync::SourceView& v) { return a.source.value != 0 && v.id == a.source; });
        if (view == in.views.end())
            continue;
        a.view = *view;
        a.flash = static_cast<std::uint16_t>(a.flash | view->flash);
        a.filter = in.engine.filter(a.source, in.clock);
    }
    number_candidates(r.associations);

    report::System& s = r.system;
    s.sync = in.system;
    s.precision = in.platform.clock.precision();
    s.now = in.clock.utc;
    s.now_mono = in.platform.loop.now();
    s.root_dispersion = in.system.root_dispersion
        + in.system.dispersion_rate * std::max(Seconds{0}, Seconds{s.now - in.system.as_of});
    s.uptime = s.now_mono - in.started;
    if (in.system.peer) {
        const auto peer = std::find_if(r.associations.begin(), r.associations.end(),
            [&](const report::Association& a) { return a.source == *in.system.peer; });
        if (peer != r.associations.end()) {
            s.peer = peer->id;
            s.peer_address = peer->remote;
            s.source_code = source_code(*peer);
        }
    }
    s.event_code = in.events.code;
    s.event_count = in.events.count;
    s.version = version_text();
    s.processor = in.platform.machine.processor;
    s.operating_system = in.platform.machine.operating_system;
    s.clock_name = in.platform.clock.name();
    if (in.leap_seconds) {
        s.tai_offset = tai_offset(*in.leap_seconds, s.now);
        s.leap_second = in.leap_seconds->entries.back().at;
        s.leap_expiry = in.leap_seconds->expires;
    }
    if (in.config.leap_smear_interval.count() > 0)
        s.smear = {in.config.leap_smear_interval, smear_offset(in.smear, s.now)};
    for (const config::SetVariable& v : in.config.variables)
        (v.is_default ? s.variables : s.other_variables).emplace_back(v.name, v.value);
    s.counters = in.counters;
    s.counters_hour = in.counters_hour;
    s.since_counters_hour = in.since_counters_hour;
    s.timers = in.timers;
    s.latest_events = std::move(in.latest_events);
    s.drift_file_age = in.drift_file_age;
    s.kernel = in.platform.clock.kernel();
    if (in.system.reference_time != Instant<Utc>{})
        s.since_update = Seconds{s.now - in.system.reference_time};
    s.state = state_sentence(in.system, s.since_update);
    return r;
}

} // namespace timeball::daemon
