// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The clock discipline's rules (RFC 5905, section 12): whether an offset is slewed, stepped,
// waited for or refused. How fast a slew goes is decided here too.

#include "sync/engine.h"
#include "sync/policy.h"
#include "time/time.h"

#include <optional>
#include <vector>

namespace timeball::sync {

struct Discipline {
    ClockState state = ClockState::nset;
    ClockState before_spike = ClockState::sync;
    std::optional<Instant<FreeRun>> spike_since;
    std::optional<Instant<FreeRun>> alike_since; // and since when readings agree about it
    Seconds spike{0}; // as the first of these saw it
    int spike_readings = 0; // of these
    bool is_spike_proven = false; // by all of these
    std::optional<Instant<FreeRun>> measuring_since; // since when in state freq
    bool may_panic = false; // one offset beyond the panic threshold is still allowed
};

Discipline begin(const Policy& policy);

enum class Action : std::uint8_t {
    slew,
    step,
    wait, // it may pass
    panic
};

struct Judgment {
    Action action = Action::wait;
    Discipline next;
    std::vector<Event> events;
};

// UTC minus our clock, as the sources tell it now.
struct Seen {
    Seconds offset{0};
    bool is_proven = false; // no delay on any path could feign so much
};

Judgment judge(Discipline discipline, const Seen& seen, Instant<FreeRun> now,
    bool is_frequency_known, const Policy& policy);

// The extra frequency by which `offset` is added to the clock without haste within `span`, as far
// as the limit allows.
Frequency slew_rate(Seconds offset, Seconds span, Frequency limit);

} // namespace timeball::sync
