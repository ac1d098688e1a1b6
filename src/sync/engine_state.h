// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What the engine remembers between samples, and the turns it takes. Private to the room.

#include "sync/discipline.h"
#include "sync/engine.h"
#include "sync/error_bound.h"
#include "sync/estimator.h"
#include "sync/frequency_range.h"
#include "sync/selection.h"
#include "sync/time_constant.h"

#include <optional>
#include <vector>

namespace timeball::sync {

struct Engine::State {
    Policy policy;
    std::vector<Source> sources; // in order of id
    std::optional<Nanoseconds> origin; // near UTC minus free-running; offsets are kept less this
    Estimator estimator;
    std::vector<Learned::Path> recalled; // of an earlier run
    FrequencyRange range; // in which its frequency certainly lies
    Discipline discipline;
    TimeConstant time_constant;

    std::optional<Instant<FreeRun>> started; // the first turn
    std::optional<Instant<FreeRun>> first_unripe; // since when we wait for slower sources
    std::optional<Instant<FreeRun>> alone_since; // without anybody to follow
    std::optional<Instant<FreeRun>> hurries_until; // made good fast, as at the start
    std::optional<SourceId> peer;
    ErrorBound bound;
    bool is_synchronized = false; // an update was made, and nothing has spoilt it since
    bool has_just_stepped = false; // no claim until the clock has been read again
    Leap leap = Leap::none; // as voted
    std::optional<Leap> leap_by_table; // goes before that
    SystemState system; // as last told; the parts that only an update changes live here
    double offset_square = 0; // running means for clock jitter and wander
    double frequency_square = 0;

    explicit State(const Policy& p);

    Source* find(SourceId id);
    void take(Source& source, const Sample& sample);
    Outcome turn(const ClockReading& clock, std::optional<SourceId> fresh);
    void forget();

    template <class Memo>
    void remember(Memo& memo); // engine_memo.cc

    Drift drift() const;
    FrequencyRange unknown_range() const;
    Seconds ours(const ClockReading& clock) const; // UTC shown minus free-running, less the origin

private:
    bool renumber(const Selection& selection); // true: something changed
    void wake(const ClockReading& clock, std::vector<Event>& events);
    void follow(const Selection& selection, Instant<FreeRun> now, std::vector<Event>& events);
    bool is_waiting_for_others(const Selection& selection, Instant<FreeRun> now);
    bool feeds(const Selection& selection, const Source& source) const;
    void restart_estimator(
        const Selection& selection, Instant<FreeRun> now, Instant<FreeRun> since);
    Innovation measure(const Source& source, const Reading& reading);
    void update(const Selection& selection, const ClockReading& clock,
        std::optional<SourceId> fresh, Outcome& outcome);
    void steer(Action action, const ClockReading& clock, Outcome& outcome);
    void adapt_poll(const Innovation& innovation, Source& source, bool is_only_one);
    void remember_peer(const Selection& selection, const ClockReading& clock);
    Leap announced_leap(Instant<Utc> now, Leap voted) const;
    SystemState describe(
        const Selection& selection, const ClockReading& clock, std::vector<Event>& events);
    SourceView view(Standing&& standing, const ClockReading& clock) const;
    NextPoll next_poll(const Source& source) const;
};

} // namespace timeball::sync
