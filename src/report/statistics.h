// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The lines of the statistics files, byte for byte as ntpd writes them: programs that draw them
// count columns. Each begins with the Modified Julian Day and the seconds past midnight, UTC.

#include "report/report.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace timeball::report {

// Each correction of the clock.
std::string loopstats_line(Instant<Utc> when, const sync::SystemState& system);

// Each sample of a source. The view's figures are those of the filter after it.
std::string peerstats_line(Instant<Utc> when, const Association& source);

// Each reply as it came: the four time stamps, and what the server said of itself.
struct RawReply {
    Endpoint remote;
    LocalAddress local;
    Instant<Utc> origin, receive, transmit, destination; // T1 to T4; the epoch: there is none
    Leap leap = Leap::none;
    std::uint8_t version = 4;
    std::uint8_t mode = 4;
    Stratum stratum;
    Poll poll;
    Precision precision;
    Seconds root_delay{0}, root_dispersion{0};
    ReferenceId reference_id;
    std::uint64_t sent = 0, bogus = 0; // of this association so far
    std::uint16_t flash = 0; // packet bits; 0: it was taken
};
std::string rawstats_line(Instant<Utc> when, const RawReply& reply);

// What a reference clock said.
std::string clockstats_line(
    Instant<Utc> when, std::string_view clock_name, std::string_view timecode);

// What was answered since the last line, an hour ago as a rule.
std::string sysstats_line(Instant<Utc> when, Seconds since, const ServerCounters& counters);

// What the process has used of the machine since the last line.
struct ResourceUse {
    Seconds user{0}, system{0};
    std::int64_t minor_faults = 0, major_faults = 0, swaps = 0, blocks_in = 0, blocks_out = 0,
                 waits = 0, preemptions = 0, signals = 0;
    std::int64_t most_memory = 0; // kB, ever

    ResourceUse since(const ResourceUse& earlier) const;
};
std::string usestats_line(Instant<Utc> when, Seconds since, const ResourceUse& use);

// An event of the server (source 0.0.0.0) or of one of its sources, by its mode 6 code; a peer's
// has 0x80 added.
std::string protostats_line(Instant<Utc> when, std::string_view source, std::uint16_t status,
    std::uint8_t code, std::string_view text);

// "sys_peer" for 0x8a; "code_93" for one that has no name.
std::string event_name(std::uint8_t code);

} // namespace timeball::report
