// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What a server says of itself and its associations in mode 6 (RFC 9327), as figures with units.
// Servers differ in what they tell, and some tell nonsense: what is missing or does not parse is
// nothing here.

#include "control/variables.h"
#include "ntp/timestamp.h"
#include "ntp/types.h"
#include "sync/engine.h"
#include "time/time.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace timeball::console {

using Variables = control::VariableList;

struct SystemFigures {
    std::optional<Leap> leap;
    std::optional<Stratum> stratum;
    std::string reference_id; // dotted quad or letters; empty when not told
    AssociationId peer; // 0: none
    std::optional<Seconds> offset, root_delay, root_dispersion, system_jitter, clock_jitter;
    std::optional<Frequency> frequency, wander;
    std::optional<Poll> time_constant;
    std::optional<ntp::Timestamp> clock; // when it answered, by its own clock
    std::optional<ntp::Timestamp> reference_time; // last update
    std::optional<int> tai; // TAI minus UTC in seconds
    std::string leap_second, leap_expiry; // "2016-12-31T23:59Z"; empty when not told
    std::string version, system;

    bool is_synchronized() const;
    std::optional<Seconds> error_bound() const; // root delay / 2 + root dispersion
    std::optional<Seconds> since_update() const;
};

// What the server has counted since its start or in this hour: it may begin anew. Asked for
// separately, because not every server has them.
struct ServedFigures {
    std::optional<Seconds> uptime;
    std::optional<std::uint64_t> received; // requests, control questions left out
    std::optional<std::uint64_t> processed, limited, kisses;
    std::optional<std::uint64_t> restricted, bad_format, bad_auth, declined;
};

// A row of the access list.
struct Restriction {
    std::string address, mask; // "default" and empty for everybody
    std::uint64_t hits = 0;
    std::string flags; // words
};

struct FilterStage {
    Seconds delay, offset, dispersion;
};

struct PeerFigures {
    std::string host_name; // as configured, "NAME(unit)" for a reference clock; may be empty
    std::string address; // "0.0.0.0" while unresolved
    std::string local_address;
    std::string reference_id;
    std::optional<Stratum> stratum;
    char type = '-'; // as ntpq: l clock, p pool, u unicast, s S symmetric, b B broadcast, 0..8 NTS
    std::optional<Poll> poll;
    std::optional<std::uint8_t> reach; // the last eight polls, newest in the lowest bit
    std::optional<std::uint16_t> flash;
    std::optional<Seconds> offset, delay, jitter, dispersion, root_delay, root_dispersion;
    std::optional<ntp::Timestamp> received; // last reply, by the server's clock
    std::vector<FilterStage> filter; // newest first; empty when not told or garbled

    bool is_refclock() const { return type == 'l'; }
    bool is_pool() const { return type == 'p'; }
    std::string name(bool is_numeric) const;
    std::optional<Seconds> root_distance() const; // truth lies within it of our offset
    std::optional<Seconds> since_received(ntp::Timestamp now) const;
};

// Mode 6 status word of an association.
struct PeerStatus {
    bool is_configured, wants_authentication, is_authentic, is_reachable, is_broadcast;
    sync::Select select;
    unsigned event_count, event_code;
};

SystemFigures system_figures(const Variables& variables);
ServedFigures served_figures(const Variables& variables);
PeerFigures peer_figures(const Variables& variables);
PeerStatus peer_status(std::uint16_t word);
std::vector<Restriction> restrictions_of(const Variables& variables); // addr.0=, mask.0=, ...

// "0xeeab15a9.8e1f8e74"; zero means never and is nothing.
std::optional<ntp::Timestamp> timestamp(std::string_view text);

char tally(sync::Select select); // " x.-+#*o"
std::string_view in_words(sync::Select select); // "system peer"
std::string_view in_words(Leap leap); // "none", "insert a second", ...
std::string_view event_in_words(unsigned peer_event_code); // "became reachable"
std::vector<std::string> flash_in_words(std::uint16_t flash); // one sentence for each bit set

// Seconds from `then` to `now`; both within the same 68 years.
Seconds between(ntp::Timestamp then, ntp::Timestamp now);

} // namespace timeball::console
