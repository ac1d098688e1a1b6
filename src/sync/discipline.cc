// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The clock discipline's rules.

#include "sync/discipline.h"

#include <fmt/format.h>

#include <algorithm>

namespace timeball::sync {

namespace {

bool is_beyond(Seconds offset, Seconds threshold)
{
    return threshold > Seconds{0} && abs(offset) > threshold;
}

bool wants_step(Seconds offset, const Policy& policy)
{
    return is_beyond(offset, offset > Seconds{0} ? policy.step_forward : policy.step_backward);
}

void begin_count(Discipline& d, const Seen& seen, Instant<FreeRun> now)
{
    d.alike_since = now;
    d.spike = seen.offset;
    d.spike_readings = 1;
    d.is_spike_proven = seen.is_proven;
}

void enter(Judgment& j, ClockState state, Instant<FreeRun> now, Seconds offset)
{
    Discipline& d = j.next;
    if (d.state == state)
        return;
    d.state = state;
    switch (state) {
    case ClockState::freq:
        d.measuring_since = now;
        j.events.push_back({EventKind::freq_mode, std::nullopt, "measuring the frequency"});
        break;
    case ClockState::spike:
        d.spike_since = now;
        j.events.push_back({EventKind::spike_detect, std::nullopt,
            fmt::format("offset of {:+.6f} s is beyond the step threshold; waiting whether it "
                        "persists",
                offset.count())});
        break;
    case ClockState::sync:
        j.events.push_back({EventKind::clock_sync, std::nullopt, "the clock was synchronized"});
        break;
    case ClockState::nset:
    case ClockState::fset:
        break;
    }
}

void step(Judgment& j, Seconds offset)
{
    j.action = Action::step;
    j.events.push_back({EventKind::clock_step, std::nullopt,
        fmt::format("the clock was stepped by {:+.6f} s", offset.count())});
}

// ntpd waits for the stepout lest it steps for congestion. Where several readings in a row prove
// the same offset, as none does that congestion explains, all that could pass is the hiccup of a
// server; that is given a tenth of the time.
bool has_persisted(const Discipline& d, Instant<FreeRun> now, const Policy& policy)
{
    constexpr int convincing = 5;
    return Seconds{now - *d.spike_since} >= policy.stepout
        || (d.is_spike_proven && d.spike_readings >= convincing
            && Seconds{now - *d.alike_since} >= policy.stepout / 10);
}

// Only what agrees confirms: with an offset that has moved by as much as would make a step, the
// count begins again.
void count_spike(Discipline& d, const Seen& seen, Instant<FreeRun> now, const Policy& policy)
{
    const Seconds alike = d.spike > Seconds{0} ? policy.step_forward : policy.step_backward;
    if (abs(seen.offset - d.spike) > alike)
        return begin_count(d, seen, now);
    ++d.spike_readings;
    d.is_spike_proven = d.is_spike_proven && seen.is_proven;
}

} // namespace

Discipline begin(const Policy& policy)
{
    Discipline d;
    d.state = policy.initial_frequency ? ClockState::fset : ClockState::nset;
    d.may_panic = policy.may_panic_once;
    return d;
}

Judgment judge(Discipline discipline, const Seen& seen, Instant<FreeRun> now,
    bool is_frequency_known, const Policy& policy)
{
    Judgment j{Action::slew, discipline, {}};
    Discipline& d = j.next;
    const Seconds offset = seen.offset;

    if (policy.steers && is_beyond(offset, policy.panic) && !d.may_panic) {
        j.action = Action::panic;
        j.events.push_back({EventKind::panic_stop, std::nullopt,
            fmt::format("offset of {:+.3f} s is beyond the panic threshold of {:.0f} s; set the "
                        "clock by hand or allow it once with -g",
                offset.count(), policy.panic.count())});
        return j;
    }
    const bool beyond = policy.steers && wants_step(offset, policy);

    switch (d.state) {
    case ClockState::nset:
    case ClockState::fset:
        if (beyond || (policy.steers && policy.steps_at_start))
            step(j, offset);
        enter(j, d.state == ClockState::nset ? ClockState::freq : ClockState::sync, now, offset);
        break;

    case ClockState::freq:
    case ClockState::sync:
        if (beyond) {
            d.before_spike = d.state;
            j.action = Action::wait;
            begin_count(d, seen, now);
            enter(j, ClockState::spike, now, offset);
            return j;
        }
        if (d.state == ClockState::freq
            && (is_frequency_known || Seconds{now - *d.measuring_since} >= policy.stepout))
            enter(j, ClockState::sync, now, offset);
        break;

    case ClockState::spike:
        count_spike(d, seen, now, policy);
        if (beyond && !has_persisted(d, now, policy)) {
            j.action = Action::wait;
            return j;
        }
        if (beyond)
            step(j, offset);
        d.spike_since.reset();
        enter(j, d.before_spike, now, offset);
        break;
    }
    d.may_panic = false;
    return j;
}

Frequency slew_rate(Seconds offset, Seconds span, Frequency limit)
{
    return std::min(abs(frequency_of(offset, span)), limit);
}

} // namespace timeball::sync
