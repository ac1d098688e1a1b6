// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Everything one may want to know of a running server, as values. The control loop builds a new
// Report after each change; mode 6, JSON, metrics and the console follow from it. One member for
// each figure. Intervals and offsets are in the types' own units; encodings convert.

#include "base/address.h"
#include "ntp/types.h"
#include "report/kernel_clock.h"
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
                  kisses_sent = 0, control_requests = 0, dropped = 0, sent = 0, send_failed = 0,
                  ignored = 0;
};

// The list of clients (MRU).
struct ClientListState {
    bool is_enabled = true;
    std::uint64_t hash_slots = 0, depth = 0, deepest = 0, max_depth = 0, min_depth = 0;
    Seconds max_age{0}, min_age{0}, oldest_age{0};
    std::uint64_t memory = 0, max_memory = 0; // octets
    std::uint64_t exists = 0, added = 0, recycled_old = 0, recycled_full = 0, refused = 0;
};

// Symmetric keys, and what was done with them.
struct Authentication {
    std::uint64_t keys = 0; // trusted
    std::uint64_t lookups = 0, not_found = 0;
    std::uint64_t digests_made = 0, cmacs_made = 0;
    std::uint64_t digests_checked = 0, digests_wrong = 0;
    std::uint64_t cmacs_checked = 0, cmacs_wrong = 0;
};

struct SmearState {
    Seconds interval{0};
    Seconds offset{0}; // what clients are told minus UTC
};

// Of the sockets that clients ask.
struct Traffic {
    std::uint64_t wakeups = 0, good_wakeups = 0; // good: there was something to read
};

struct Event {
    Instant<Utc> when{};
    std::string text;
};

struct Timers {
    Seconds since_reset{0};
    std::uint64_t overruns = 0, transmits = 0;
};

// Mode 6 system status: what keeps us on time.
enum SourceCode : std::uint8_t {
    source_unspecified = 0,
    source_pps = 1,
    source_lf_radio = 2,
    source_hf_radio = 3,
    source_uhf_radio = 4, // satellites
    source_local = 5,
    source_ntp = 6,
    source_other = 7, // PTP, shared memory
    source_wristwatch = 8,
    source_telephone = 9
};

// Mode 6 peer status: what happened last to an association.
enum PeerEventCode : std::uint8_t {
    peer_mobilize = 1,
    peer_demobilize = 2,
    peer_went_unreachable = 3,
    peer_went_reachable = 4,
    peer_restart = 5,
    peer_no_reply = 6,
    peer_rate_exceeded = 7,
    peer_access_denied = 8,
    peer_leap_armed = 9,
    peer_became_system_peer = 10,
    peer_clock_event = 11,
    peer_bad_auth = 12,
    peer_popcorn = 13
};

// Whoever answers from a report refreshes `now`, `now_mono` and what ages with them first.
struct System {
    sync::SystemState sync;
    Precision precision;
    Instant<Utc> now{}; // when this report was made
    Instant<Mono> now_mono{};
    Seconds root_dispersion{16}; // at `now`
    Seconds uptime{0};
    AssociationId peer; // 0: none
    Endpoint peer_address; // of the system peer
    std::uint8_t source_code = 0; // mode 6 system status: a SourceCode
    std::uint8_t event_count = 0; // since the code changed
    std::uint8_t event_code = 0; // a sync::EventKind
    std::string version; // "ntpd timeball-0.1.0"
    std::string processor, operating_system;
    std::string clock_name; // SystemClock::name()
    std::optional<int> tai_offset;
    std::optional<Instant<Utc>> leap_second, leap_expiry; // the newest in the table
    std::optional<SmearState> smear; // when leap seconds are smeared
    Poll minimum_time_constant{3};
    std::vector<std::pair<std::string, std::string>> variables; // setvar ... default
    std::vector<std::pair<std::string, std::string>> other_variables; // setvar without default
    ServerCounters counters; // since start
    ServerCounters counters_hour; // since the last sysstats record
    Seconds since_counters_hour{0};
    // Empty: there is no such thing here, and nothing is said of it.
    std::optional<KernelClock> kernel;
    std::optional<ClientListState> clients;
    std::optional<Authentication> authentication;
    std::optional<Timers> timers;
    std::optional<Traffic> traffic;
    // What ntpd does not tell.
    std::uint64_t workers = 0; // threads that serve; 0: the control loop does
    std::vector<std::pair<std::string, std::uint64_t>> verdicts, control_verdicts;
    std::string state; // of the discipline, in words
    std::optional<Seconds> since_update; // of the clock by a system peer
    std::optional<Seconds> drift_file_age; // since we wrote it
    std::optional<std::uint64_t> memory; // octets that the process holds
    std::vector<Event> latest_events; // newest first
};

// What a driver says of its device.
struct ReferenceClock {
    std::string name; // of the driver: "NMEA"
    int mode = 0;
    std::string device; // path
    std::string timecode; // the last one, as it came
    std::uint64_t polls = 0, no_reply = 0, bad_format = 0, bad_data = 0;
    Seconds fudge1{0}, fudge2{0};
    Stratum stratum{0};
    ReferenceId reference_id;
    std::uint8_t flags = 0; // flag1 is bit 0
    std::uint8_t event_count = 0, event_code = 0; // mode 6 clock status
    std::vector<std::pair<std::string, std::string>> variables; // of this driver only
};

struct Association {
    AssociationId id;
    sync::SourceId source;
    std::string host_name; // as configured; "NAME(unit)" for a reference clock; empty when numeric
    Endpoint remote; // 0.0.0.0 while unresolved and for a pool
    LocalAddress local;
    std::uint16_t local_port = 0; // from which it was asked last; 0: never
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
    std::uint8_t event_count = 0, event_code = 0; // a PeerEventCode
    bool is_broadcast = false;
    std::uint64_t sent = 0, received = 0, bad_auth = 0, bogus_origin = 0, old_packet = 0,
                  bad_distance = 0, selection_broken = 0;
    Seconds since_reachable_change{0}, until_next_poll{0}, since_received{0};
    std::int32_t candidate = 0; // place among the survivors, from 1; 0: none
    bool is_preemptible = false;
    std::optional<ReferenceClock> clock; // of a reference clock
};

struct Report {
    System system;
    std::vector<Association> associations; // ascending by id, and no id twice
};

} // namespace timeball::report
