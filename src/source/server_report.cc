// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// One upstream server as the report shows it.

#include "source/server_source.h"

#include <algorithm>

namespace timeball::source {

report::Association ServerSource::report() const
{
    const Instant<Mono> now = common_.edges.loop.now();
    report::Association a;
    a.id = association_id_;
    if (id_)
        a.source = *id_;
    if (!lookup_.is_numeric())
        a.host_name = config_.host;
    if (remote_)
        a.remote = *remote_;
    else
        a.remote.port = config_.port;
    a.local = local_;
    a.local_port = local_port_;
    a.is_configured = origin_ == Origin::configured;
    a.is_preemptible = config_.is_preemptible || origin_ == Origin::pool;
    a.wants_authentication = config_.key.value != 0;
    a.is_authenticated = a.wants_authentication && schedule_.reach != 0; // or it would not be
    a.key = config_.key;
    a.bias = config_.bias;
    a.version = heard_.version;

    a.leap = heard_.leap;
    a.stratum = heard_.stratum;
    a.host_poll = interval(schedule_, habits());
    // Requests carry no poll interval, so an echoed one means nothing. What is shown as the
    // interval is the smaller of both, and that must be the one in use.
    a.peer_poll = std::max(a.host_poll, std::min(heard_.poll.value_or(a.host_poll), Poll{17}));
    a.precision = heard_.precision;
    a.root_delay = heard_.root_delay;
    a.root_dispersion = heard_.root_dispersion;
    a.reference_id = heard_.reference_id;
    a.reference_time = heard_.reference_time;
    a.receive_time = heard_.destination;
    a.transmit_time = heard_.transmit;
    a.last_received = last_received_;

    a.reach = schedule_.reach;
    a.unreach = schedule_.unreach;
    a.headway = static_cast<std::uint32_t>(
        std::max(Seconds{0}, Seconds{schedule_.quiet_until - now}).count());
    a.view = view_;
    a.flash = static_cast<std::uint16_t>(flash_ | view_.flash);
    a.event_count = mark_.count;
    a.event_code = static_cast<std::uint8_t>(mark_.code);

    a.sent = sent_;
    a.received = received_;
    a.bad_auth = bad_auth_;
    a.bogus_origin = bogus_origin_;
    a.old_packet = old_packet_;
    a.bad_distance = bad_distance_;
    a.selection_broken = selection_broken_;
    a.since_reachable_change = now - reach_changed_;
    a.until_next_poll = std::max(Seconds{0}, Seconds{next_poll_ - now});
    if (last_received_)
        a.since_received = now - *last_received_;
    return a;
}

} // namespace timeball::source
