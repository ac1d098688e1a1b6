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
    int spike_readings = 0; // in a row that agreed with it
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

// `offset` is UTC minus our clock, as the sources tell it now.
Judgment judge(Discipline discipline, Seconds offset, Instant<FreeRun> now, bool is_frequency_known,
    const Policy& policy);

// The extra frequency by which `offset` is added to the clock without haste within `span`, as far
// as the limit allows.
Frequency slew_rate(Seconds offset, Seconds span, Frequency limit);

} // namespace timeball::sync
