// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A server with four associations, for tests: the system peer, a candidate, a pool that has found
// nobody yet and a reference clock.

#include "report/report.h"

namespace timeball::report {

inline Report sample_report()
{
    using namespace std::chrono_literals;
    const Instant<Utc> now{1'800'000'000s};

    Report r;
    System& s = r.system;
    s.sync.leap = Leap::none;
    s.sync.stratum = Stratum{2};
    s.sync.reference_id = {0xc0000201}; // 192.0.2.1
    s.sync.reference_time = now - 30s;
    s.sync.root_delay = Seconds{0.0125};
    s.sync.offset = Seconds{-0.000123456};
    s.sync.system_jitter = Seconds{0.000045};
    s.sync.clock_jitter = Seconds{0.00003};
    s.sync.frequency = Frequency::ppm(-12.345678);
    s.sync.wander = Frequency::ppm(0.004);
    s.sync.time_constant = Poll{7};
    s.precision = Precision{-24};
    s.now = now;
    s.now_mono = Instant<Mono>{1000s};
    s.root_dispersion = Seconds{0.0021};
    s.uptime = Seconds{3600.9};
    s.peer = {4711};
    s.peer_address = {Address::ipv4(0xc0000201), 123};
    s.source_code = source_ntp;
    s.event_count = 1;
    s.event_code = static_cast<std::uint8_t>(sync::EventKind::clock_sync);
    s.version = "ntpd timeball-0.1.0";
    s.processor = "x86_64";
    s.operating_system = "Linux/6.1.0";
    s.counters.received = 1000;
    s.counters.control_requests = 17;
    s.counters_hour.received = 100;
    s.since_counters_hour = Seconds{600};

    Association first;
    first.id = {4711};
    first.host_name = "ntp1.example.net";
    first.remote = {Address::ipv4(0xc0000201), 123};
    first.local = {Address::ipv4(0xc0000263), 2};
    first.local_port = 40123;
    first.leap = Leap::none;
    first.stratum = Stratum{1};
    first.peer_poll = Poll{6};
    first.host_poll = Poll{7};
    first.precision = Precision{-25};
    first.reference_id = ReferenceId::letters("GPS");
    first.reference_time = now - 40s;
    first.receive_time = now - 12s;
    first.transmit_time = now - 12s;
    first.last_received = s.now_mono - 12s;
    first.reach = 0377;
    first.event_count = 1;
    first.event_code = peer_became_system_peer;
    first.view.select = sync::Select::system_peer;
    first.view.has_estimate = true;
    first.view.offset = Seconds{-0.000123456};
    first.view.delay = Seconds{0.0123456};
    first.view.jitter = Seconds{0.00001};
    first.view.dispersion = Seconds{0.0009};
    first.filter = {{Seconds{0.0123456}, Seconds{-0.000123456}, Seconds{0.0001}},
        {Seconds{0.0129}, Seconds{0.0002}, Seconds{0.0011}}};
    first.sent = 40;
    first.received = 39;

    Association second = first;
    second.id = {4712};
    second.host_name.clear();
    second.remote.address = *parse_address("2001:db8::2");
    second.stratum = Stratum{2};
    second.reference_id = {0x0a000001};
    second.view.select = sync::Select::candidate;
    second.event_code = peer_went_reachable;

    Association pool;
    pool.id = {4713};
    pool.host_name = "pool.example.org";
    pool.is_pool = true;
    pool.event_count = 1;
    pool.event_code = peer_mobilize;
    pool.flash = 0x1200;

    Association pulse;
    pulse.id = {4714};
    pulse.host_name = "PPS(0)";
    pulse.is_refclock = true;
    pulse.remote.address = Address::ipv4(0x7f7f1600);
    pulse.stratum = Stratum{0};
    pulse.reference_id = ReferenceId::letters("PPS");
    pulse.clock = ReferenceClock{.name = "PPS",
        .device = "/dev/pps0",
        .timecode = "17 \"x\"",
        .polls = 5,
        .fudge1 = Seconds{0.0015},
        .reference_id = ReferenceId::letters("PPS"),
        .event_count = 2,
        .event_code = 1,
        .variables = {{"pps.count", "8"}}};

    r.associations = {first, second, pool, pulse};
    return r;
}

} // namespace timeball::report
