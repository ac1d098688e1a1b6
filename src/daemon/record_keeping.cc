// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The turns of the daemon that leave a line in a statistics file.

#include "daemon/daemon.h"

#include "daemon/reporting.h"
#include "report/statistics.h"
#include "report/status_word.h"

#include <algorithm>

namespace timeball::daemon {

namespace {

constexpr std::string_view the_server = "0.0.0.0"; // as a source of events
constexpr std::uint8_t of_a_peer = 0x80; // added to the codes of its events

template <class Is>
const report::Association* find(const std::vector<report::Association>& all, Is&& is)
{
    const auto at = std::find_if(all.begin(), all.end(), is);
    return at == all.end() ? nullptr : &*at;
}

std::string shown_name(const report::Association& a)
{
    return a.is_refclock ? a.host_name : to_string(a.remote.address);
}

} // namespace

// Nothing is made that nobody keeps.
template <class MakeLine>
void Daemon::keep(std::string_view kind, MakeLine&& line)
{
    if (!statistics_.wants(kind))
        return;
    const auto now = platform_.clock.now();
    statistics_.write(kind, now, platform_.loop.now() - started_, line(now));
}

void Daemon::keep_correction(const sync::SystemState& system)
{
    keep("loopstats", [&](Instant<Utc> now) { return report::loopstats_line(now, system); });
}

void Daemon::keep_sample(sync::SourceId id)
{
    keep("peerstats", [&](Instant<Utc> now) {
        const auto all = sources_->associations();
        const auto* source = find(all, [&](const auto& a) { return a.source == id; });
        return source ? report::peerstats_line(now, *source) : std::string{};
    });
}

void Daemon::keep_reply(const report::RawReply& reply)
{
    keep("rawstats", [&](Instant<Utc> now) { return report::rawstats_line(now, reply); });
}

void Daemon::keep_timecode(const std::string& clock_name, const std::string& timecode)
{
    keep("clockstats",
        [&](Instant<Utc> now) { return report::clockstats_line(now, clock_name, timecode); });
}

void Daemon::keep_event(const sync::Event& event)
{
    keep("protostats", [&](Instant<Utc> now) {
        const auto code = static_cast<std::uint8_t>(event.kind);
        const auto all = sources_->associations();
        const auto* source = event.source
            ? find(all, [&](const auto& a) { return a.source == *event.source; })
            : nullptr;
        return report::protostats_line(now, source ? shown_name(*source) : std::string{the_server},
            source ? report::peer_status(*source) : report::system_status(report().system), code,
            event.text);
    });
}

void Daemon::keep_event(const source::Event& event)
{
    if (event.kind == source::PeerEvent::none || !sources_)
        return;
    keep("protostats", [&](Instant<Utc> now) {
        const auto all = sources_->associations();
        const auto* source = find(all, [&](const auto& a) { return a.id == event.association; });
        return report::protostats_line(now, source ? shown_name(*source) : std::string{the_server},
            source ? report::peer_status(*source) : std::uint16_t{0},
            static_cast<std::uint8_t>(of_a_peer | static_cast<unsigned>(event.kind)), event.text);
    });
}

void Daemon::keep_hour()
{
    const Seconds since = platform_.loop.now() - hour_began_at_;
    keep("sysstats", [&](Instant<Utc> now) {
        return report::sysstats_line(now, since, difference(counters(), hour_began_));
    });
    if (!platform_.use)
        return;
    const report::ResourceUse use = platform_.use();
    keep("usestats",
        [&](Instant<Utc> now) { return report::usestats_line(now, since, use.since(used_)); });
    used_ = use;
}

} // namespace timeball::daemon
