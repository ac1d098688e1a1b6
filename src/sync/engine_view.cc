// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The engine: what it says of itself and of the sources.

#include "sync/engine_state.h"

#include "sync/leap_vote.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace timeball::sync {

namespace {

// Who was surprised asks again at once.
constexpr Seconds surprised_poll{2};
constexpr Seconds persuaded_poll{8}; // once the first reply has confirmed it

// Who does not know the frequency yet loses a millisecond between one ordinary poll and the next:
// they ask before they are likely to have lost so much, or such a part of the usual wait.
constexpr Seconds beginner_loss{150e-6};
constexpr double beginner_share = 0.15;
constexpr Seconds beginner_poll{4};
constexpr std::size_t worth_keeping = 32; // trips, until a path is known
constexpr Seconds least_dispersion{1e-6};

} // namespace

// What a client of ours is told: from the system peer, as of this update.
void Engine::State::remember_peer(const Selection& selection, const ClockReading& clock)
{
    const Source& p = *find(*selection.peer);
    system.stratum = Stratum{static_cast<std::uint8_t>(p.last->stratum.value + 1)};
    system.reference_id = p.traits.reference_id;
    system.reference_time = clock.utc;
    system.root_delay = p.last->root_delay + selection.standing(p.id)->estimate->delay;
    system.system_jitter = selection.combined.jitter;
    leap = selection.leap;
    if (selection.is_local_clock) {
        bound = {selection.truth, clock.free};
        is_synchronized = true;
    }
}

// A table that reaches so far goes before what was voted.
Leap Engine::State::announced_leap(Instant<Utc> now, Leap voted) const
{
    return is_last_day_of_month(now) ? leap_by_table.value_or(voted) : Leap::none;
}

SystemState Engine::State::describe(
    const Selection& selection, const ClockReading& clock, std::vector<Event>& events)
{
    const Drift now = drift();
    SystemState s = system;
    s.peer = selection.peer;
    s.as_of = clock.utc;
    s.dispersion_rate = now.tolerance;
    s.clock_jitter = Seconds{std::sqrt(offset_square)};
    s.wander = Frequency::ratio(std::sqrt(frequency_square));
    s.time_constant = time_constant.poll;
    s.state = discipline.state;

    const bool is_alone = alone_since && Seconds{clock.free - *alone_since} >= policy.orphanwait;
    if (policy.orphan < Stratum::unsynchronized && is_alone && !selection.peer) {
        s.is_orphan = true;
        s.leap = announced_leap(clock.utc, Leap::none);
        s.stratum = policy.orphan;
        s.reference_id = policy.orphan_id;
        s.reference_time = clock.utc;
        s.root_delay = Seconds{0};
        s.root_dispersion = policy.mindist;
        return s;
    }

    const Seconds shown = ours(clock);
    const Seconds wanted = estimator.is_started() && !selection.is_local_clock
        ? estimator.offset(clock.free)
        : shown;
    if (!policy.steers && is_synchronized) {
        s.served_offset = wanted - shown;
        s.served_rate = now.frequency - clock.correction;
    }
    const Seconds far
        = farthest(carried(bound, clock.free, now).truth, policy.steers ? shown : wanted, wanted);
    s.root_dispersion = std::clamp(far - s.root_delay / 2, least_dispersion, max_dispersion);

    const Seconds distance = s.root_delay / 2 + s.root_dispersion;
    const bool is_held_too_long = !selection.peer && distance >= policy.holdover;
    if (is_held_too_long && system.leap != Leap::unsynchronized)
        events.push_back({EventKind::no_sys_peer, std::nullopt,
            fmt::format("the time is not told any more: without any source for {:.0f} s it may be "
                        "wrong by {:.6f} s",
                Seconds{clock.free - alone_since.value_or(clock.free)}.count(), distance.count())});
    if (!is_synchronized || has_just_stepped || s.root_dispersion >= max_dispersion
        || is_held_too_long || s.stratum >= Stratum::unsynchronized) {
        s.leap = Leap::unsynchronized;
        s.stratum = Stratum::unsynchronized;
        s.root_delay = Seconds{0};
        s.root_dispersion = max_dispersion;
        if (has_just_stepped)
            s.reference_id = ReferenceId::letters("STEP");
        system.leap = s.leap;
        return s;
    }
    s.leap = announced_leap(clock.utc, leap);
    const auto is_armed = [](Leap l) { return l == Leap::insert || l == Leap::remove; };
    if (is_armed(s.leap) != is_armed(system.leap))
        events.push_back(is_armed(s.leap) ? Event{EventKind::leap_armed, std::nullopt,
                             "a leap second was announced for the "
                             "end of this day"}
                                          : Event{EventKind::leap_disarmed, std::nullopt,
                                              "no leap second is announced any "
                                              "more"});
    system.leap = s.leap;
    return s;
}

SourceView Engine::State::view(Standing&& st, const ClockReading& clock) const
{
    SourceView v;
    v.id = st.id;
    v.select = st.select;
    v.flash = st.flash;
    v.root_distance = st.root_distance;
    v.select_jitter = st.select_jitter;
    v.why = std::move(st.why);
    if (st.estimate) {
        v.has_estimate = true;
        v.offset = st.estimate->offset - ours(clock);
        v.delay = st.estimate->delay;
        v.dispersion = st.estimate->dispersion;
        v.jitter = st.estimate->jitter;
    }
    return v;
}

NextPoll Engine::State::next_poll(const Source& source) const
{
    const Poll highest = std::max(source.traits.minpoll, source.traits.maxpoll);
    const Poll wanted = source.is_doubtful ? source.traits.minpoll : time_constant.poll;
    NextPoll next{source.id, std::clamp(wanted, source.traits.minpoll, highest), std::nullopt};
    if (source.is_doubtful)
        next.soon = source.was_doubtful ? persuaded_poll : surprised_poll;
    else if (estimator.is_started()) {
        const Seconds bearable = std::max(beginner_loss, beginner_share * source.path.wait);
        const Seconds span = bearable / estimator.frequency_uncertainty().ratio();
        if (span < source.traits.minpoll.interval())
            next.soon = std::max(span, beginner_poll);
    }
    return next;
}

Engine::Engine(const Policy& policy) : state_{std::make_unique<State>(policy)} { }
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

void Engine::reconfigure(const Policy& policy)
{
    state_->policy = policy;
}

void Engine::add(SourceId id, const SourceTraits& traits)
{
    auto& sources = state_->sources;
    const auto after
        = std::find_if(sources.begin(), sources.end(), [&](const Source& s) { return s.id > id; });
    Source source;
    source.id = id;
    source.traits = traits;
    for (const Learned::Path& path : state_->recalled)
        if (path.server == traits.reference_id)
            source.path = remembered(path.least, path.wait);
    sources.insert(after, std::move(source));
}

void Engine::change(SourceId id, const SourceTraits& traits)
{
    if (Source* s = state_->find(id))
        s->traits = traits;
}

void Engine::remove(SourceId id)
{
    std::erase_if(state_->sources, [&](const Source& s) { return s.id == id; });
    state_->estimator.forget(id);
}

void Engine::reach(SourceId id, std::uint8_t reach)
{
    if (Source* s = state_->find(id))
        s->reach = reach;
}

Outcome Engine::take(SourceId id, const Sample& sample, const ClockReading& clock)
{
    if (Source* s = state_->find(id))
        state_->take(*s, sample);
    return state_->turn(clock, id);
}

Outcome Engine::look(const ClockReading& clock)
{
    return state_->turn(clock, std::nullopt);
}

void Engine::expect_leap(std::optional<Leap> by_table)
{
    state_->leap_by_table = by_table;
}

// Offsets are kept less the origin, so this is all.
void Engine::leaped(Nanoseconds by)
{
    if (state_->origin)
        *state_->origin += by;
    if (state_->system.reference_time != Instant<Utc>{})
        state_->system.reference_time += by;
}

Learned Engine::learned() const
{
    Learned l{state_->estimator.evidence(), {}};
    for (const Source& s : state_->sources)
        if (s.traits.kind == SourceKind::server && s.path.trips.size() >= worth_keeping)
            l.paths.push_back({s.traits.reference_id, s.path.least, s.path.wait});
    return l;
}

void Engine::recall(Learned learned)
{
    state_->estimator.recall(learned.wander);
    state_->recalled = std::move(learned.paths);
}

void Engine::forget_samples()
{
    state_->forget();
}

std::vector<FilterStage> Engine::filter(SourceId id, const ClockReading& clock) const
{
    std::vector<FilterStage> stages;
    const Source* s = state_->find(id);
    if (!s)
        return stages;
    const Drift drift = state_->drift();
    for (const auto& stage : s->filter.shift)
        if (stage)
            stages.push_back(
                {stage->delay, carried_offset(*stage, clock.free, drift) - state_->ours(clock),
                    aged_dispersion(*stage, clock.free, drift)});
    return stages;
}

} // namespace timeball::sync
