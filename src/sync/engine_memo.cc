// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What the engine knows, written down and read back (base/memo.h). What is computed anew at each
// turn is left out.

#include "base/memo.h"
#include "sync/engine_state.h"

#include <algorithm>

namespace timeball::sync {

template <class Memo>
void remember(Memo& memo, SourceTraits& t)
{
    memo(t.kind, t.is_preferred, t.is_true, t.is_noselect, t.minpoll, t.maxpoll, t.reference_id,
        t.local_id);
    memo.check(t.kind <= SourceKind::local);
}

template <class Memo>
void remember(Memo& memo, Sample& s)
{
    memo(s.when, s.offset, s.delay, s.dispersion, s.leap, s.stratum, s.reference_id, s.root_delay,
        s.root_dispersion, s.is_loop);
    memo.check(s.leap <= Leap::unsynchronized);
}

template <class Memo>
void remember(Memo& memo, Reading& r)
{
    memo(r.when, r.offset, r.delay, r.dispersion, r.remote_distance);
}

template <class Memo>
void remember(Memo& memo, ClockFilter& f)
{
    memo(f.shift);
}

template <class Memo>
void remember(Memo& memo, Trip& t)
{
    memo(t.delay, t.surprise);
}

template <class Memo>
void remember(Memo& memo, PathDelay& p)
{
    memo(p.trips, p.least, p.wait, p.share_there, p.has_no_edge, p.spread, p.slowest,
        p.usual_surprise, p.new_route, p.pushed, p.is_remembered);
    memo.check(p.trips.size() <= PathDelay::memory);
}

template <class Memo>
void remember(Memo& memo, Source& s)
{
    memo(s.id, s.traits, s.reach, s.last, s.filter, s.path, s.is_newest_popcorn, s.is_doubtful,
        s.was_doubtful);
    // Who follows a source reads what it said last.
    memo.check(s.last || !s.filter.shift[0]);
}

template <class Memo>
void remember(Memo& memo, Interval& i)
{
    memo(i.lower, i.upper);
    memo.check(i.lower <= i.upper);
}

template <class Memo>
void remember(Memo& memo, ErrorBound& b)
{
    memo(b.truth, b.when);
}

template <class Memo>
void remember(Memo& memo, FrequencyRange& r)
{
    memo(r.lowest, r.highest, r.older, r.newer);
}

template <class Memo>
void remember(Memo& memo, Discipline& d)
{
    memo(d.state, d.before_spike, d.spike_since, d.spike_readings, d.measuring_since, d.may_panic);
    memo.check(d.state <= ClockState::sync && d.before_spike <= ClockState::sync);
}

template <class Memo>
void remember(Memo& memo, TimeConstant& c)
{
    memo(c.poll, c.jiggle);
}

template <class Memo>
void remember(Memo& memo, Learned::Path& p)
{
    memo(p.server, p.least, p.wait);
}

template <class Memo>
void remember(Memo& memo, SystemState& s)
{
    memo(s.leap, s.stratum, s.reference_id, s.peer, s.reference_time, s.root_delay,
        s.root_dispersion, s.dispersion_rate, s.as_of, s.offset, s.system_jitter, s.clock_jitter,
        s.wander, s.frequency, s.time_constant, s.state, s.is_orphan, s.served_offset,
        s.served_rate);
    memo.check(s.leap <= Leap::unsynchronized && s.state <= ClockState::sync);
}

template <class Memo>
void remember(Memo& memo, Estimator& e)
{
    e.remember(memo);
}

template <class Memo>
void Engine::State::remember(Memo& memo)
{
    memo.title("engine");
    memo(sources, origin, estimator, recalled, range, discipline, time_constant);
    memo(started, first_unripe, alone_since, hurries_until, peer, bound, is_synchronized,
        has_just_stepped, leap, leap_by_table, system, offset_square, frequency_square);
    memo.check(std::is_sorted(sources.begin(), sources.end(),
        [](const Source& a, const Source& b) { return a.id < b.id; }));
    // These are used without asking once it is started.
    memo.check(!estimator.is_started() || (origin && hurries_until));
}

std::string Engine::written_down() const
{
    MemoWriter memo;
    state_->remember(memo);
    return memo.written();
}

bool Engine::recall_all(std::string_view text)
{
    auto next = std::make_unique<State>(state_->policy);
    MemoReader memo{text};
    next->remember(memo);
    if (!memo.is_done())
        return false;
    state_ = std::move(next);
    return true;
}

std::vector<SourceId> Engine::sources() const
{
    std::vector<SourceId> all;
    for (const Source& s : state_->sources)
        all.push_back(s.id);
    return all;
}

} // namespace timeball::sync
