// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Everything one may want to know of a running server, as values. The control loop builds a new
// Report after each change; mode 6, JSON, metrics and the console follow from it. One member for
// each figure. Intervals and offsets are in the types' own units; encodings convert.

#include "base/address.h"
#include "ntp/types.h"
#include "sync/engine.h"
#include "time/time.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace timeball::report {

// Counted in serve/ and source/, summed here.
struct ServerCounters {
    std::uint64_t received = 0, processed = 0;
    std::uint64_t this_version = 0, old_version = 0, version1 = 0, version1_client = 0,
                  version1_zero = 0, version1_symmetric = 0;
    std::uint64_t bad_format = 0, bad_auth = 0, declined = 0, restricted = 0, limited = 0,
                  kisses_sent = 0, control_requests = 0, dropped = 0, sent = 0, send_failed = 0;
};

struct System {
    sync::SystemState sync;
    Precision precision;
    Instant<Utc> now{}; // when this report was made
    Instant<Mono> now_mono{};
    Seconds root_dispersion{16}; // at `now`
    Seconds uptime{0};
    AssociationId peer; // 0: none
    Endpoint peer_address; // of the system peer
    std::uint8_t source_code = 0; // mode 6 system status: clock source
    std::uint8_t event_count = 0;
    std::uint8_t event_code = 0;
    std::string version; // "ntpd timeball-0.1.0"
    std::string processor, operating_system;
    std::string clock_name; // SystemClock::name()
    std::optional<int> tai_offset;
    std::optional<Instant<Utc>> leap_second, leap_expiry;
    Poll minimum_time_constant{3};
    std::vector<std::pair<std::string, std::string>> variables; // setvar ... default
    std::vector<std::pair<std::string, std::string>> other_variables; // setvar without default
    ServerCounters counters; // since start
    ServerCounters counters_hour; // since the last sysstats record
    Seconds since_counters_hour{0};
};

struct Association {
    AssociationId id;
    sync::SourceId source;
    std::string host_name; // as configured; "NAME(unit)" for a reference clock; empty when numeric
    Endpoint remote; // 0.0.0.0 while unresolved and for a pool
    LocalAddress local;
    bool is_configured = true;
    bool is_pool = false; // the solicitor: refid POOL
    bool is_refclock = false;
    bool is_authenticated = false, wants_authentication = false;
    ntp::Mode host_mode = ntp::Mode::client;
    ntp::Mode peer_mode = ntp::Mode::server;
    std::uint8_t version = 4;
    // from the last valid reply
    Leap leap = Leap::unsynchronized;
    Stratum stratum = Stratum::unsynchronized;
    Poll peer_poll{6}, host_poll{6};
    Precision precision;
    Seconds root_delay{0}, root_dispersion{0};
    ReferenceId reference_id = ReferenceId::letters("INIT");
    Instant<Utc> reference_time{}, receive_time{}, transmit_time{}; // epoch: never
    std::optional<Instant<Mono>> last_received;
    std::uint8_t reach = 0;
    std::uint32_t unreach = 0;
    std::uint32_t headway = 0;
    Seconds bias{0};
    KeyId key;
    int nts_cookies = -1;
    std::uint16_t flash = 0; // packet and peer bits
    sync::SourceView view;
    std::vector<sync::FilterStage> filter;
    std::uint8_t event_count = 0, event_code = 0;
    bool is_broadcast = false;
    std::uint64_t sent = 0, received = 0, bad_auth = 0, bogus_origin = 0, old_packet = 0,
                  bad_distance = 0, selection_broken = 0;
    Seconds since_reachable_change{0}, until_next_poll{0}, since_received{0};
    bool is_preemptible = false;
};

struct Report {
    System system;
    std::vector<Association> associations; // ascending by id
};

} // namespace timeball::report
