// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The engine: its door, and the turn it takes with each sample.

#include "sync/engine_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace timeball::sync {

namespace {

// Sources answer at their own pace; so long we wait for the slower ones before the first update,
// lest the fastest one, perhaps a liar, sets the clock alone.
constexpr Seconds patience{8};

// So long after the start what is left of the offset may be made good faster: few were told a time
// before. Not what is so large that only an operator who forbids steps leaves it to be slewed.
constexpr Nanoseconds hurry = std::chrono::minutes{2};
constexpr Seconds quick_slew{0.5};

// The middle of an exchange is so long ago, at most, when its answer is judged.
constexpr Nanoseconds longest_exchange = std::chrono::seconds{1};

// Frequency known beforehand, to begin with.
constexpr Frequency unknown_frequency = Frequency::ppm(100);
constexpr Frequency drift_file_error = Frequency::ppm(2);

// The worst of drift files: of another season, or of another machine.
constexpr Frequency stale_drift_file_error = Frequency::ppm(100);

// A frequency counts as known when its error is below this.
constexpr Frequency frequency_goal = Frequency::ppm(2);

// What an ordinary reading leaves unknown, in units of the usual wait.
constexpr double usual_noise = 0.4;

// An oscillator that has been followed for a while is certainly as fast as it was then, but for a
// change of temperature or load: 2 ppm at once, and what a poll interval adds to that.
constexpr Seconds acquaintance{1800};
constexpr Frequency moods = Frequency::ppm(2.1);

// Half of a round trip may be asymmetry; usually about a tenth of that is.
constexpr double usual_asymmetry = 0.1;

bool is_only_one(const Selection& selection)
{
    return std::count_if(selection.standings.begin(), selection.standings.end(),
               [](const Standing& st) { return st.is_followed(); })
        == 1;
}

} // namespace

Engine::State::State(const Policy& p) : policy{p}, discipline{begin(p)}
{
    range = unknown_range();
    if (policy.initial_frequency) {
        estimator.expect(*policy.initial_frequency, drift_file_error);
        range = frequency_range(*policy.initial_frequency, stale_drift_file_error);
    } else
        estimator.expect(Frequency{}, unknown_frequency);
}

Source* Engine::State::find(SourceId id)
{
    const auto found
        = std::find_if(sources.begin(), sources.end(), [&](const Source& s) { return s.id == id; });
    return found == sources.end() ? nullptr : &*found;
}

Drift Engine::State::drift() const
{
    const Frequency error = std::min(
        greatest_error(range, estimator.frequency()) + estimator.doubt(), policy.max_frequency);
    Frequency tolerance = policy.dispersion + error;
    if (estimator.span() >= acquaintance)
        tolerance = std::min(
            tolerance, moods + estimator.doubt() + estimator.frequency_uncertainty() * 4);
    return {estimator.frequency(), tolerance, estimator.frequency_uncertainty() * 3};
}

FrequencyRange Engine::State::unknown_range() const
{
    return frequency_range({}, policy.max_frequency);
}

Seconds Engine::State::ours(const ClockReading& clock) const
{
    return Seconds{clock.utc_minus_free() - origin.value_or(clock.utc_minus_free())};
}

void Engine::State::forget()
{
    for (Source& s : sources) {
        s.filter = {};
        s.is_newest_popcorn = false;
        s.is_doubtful = true; // all are asked again soon
    }
    origin.reset();
    estimator.forget_offset();
    range.older.reset();
    range.newer.reset();
    first_unripe.reset();
    time_constant = {};
    is_synchronized = false;
    discipline.spike_since.reset();
    discipline.state = discipline.state == ClockState::sync || policy.initial_frequency
        ? ClockState::fset
        : ClockState::nset;
    system.stratum = Stratum::unsynchronized;
    system.reference_id = ReferenceId::letters("STEP");
}

void Engine::State::take(Source& source, const Sample& sample)
{
    const bool is_pulse = source.traits.kind == SourceKind::pps;
    if (!origin && is_pulse)
        return; // not even the year is known
    if (!origin)
        origin = sample.offset;
    Seconds offset{sample.offset - *origin};
    if (is_pulse) { // provisionally: the survivors number it, see renumber()
        const Seconds expected
            = estimator.is_started() ? estimator.offset(sample.when) : Seconds{0};
        offset += Seconds{std::round((expected - offset).count())};
    }
    const Reading reading{sample.when, offset, sample.delay, sample.dispersion,
        sample.root_delay / 2 + sample.root_dispersion};

    source.last = sample;
    source.reach |= 1;
    source.path = push(source.path, sample.delay);
    source.is_newest_popcorn = !source.is_newest_popcorn
        && is_popcorn(source.filter, reading, drift(), source.path.least)
        && estimator.passes_over(source.id, reading.when, reading.offset);
    source.was_doubtful = source.is_doubtful;
    source.is_doubtful = source.is_newest_popcorn;
    source.filter = push(source.filter, reading);

    if (has_broken_past(source.filter, drift())) {
        source.filter = without_past(source.filter);
        source.path = push({}, sample.delay);
    }
}

Outcome Engine::State::turn(const ClockReading& clock, std::optional<SourceId> fresh)
{
    Outcome outcome;
    wake(clock, outcome.events);
    const Source* source = fresh ? find(*fresh) : nullptr;
    if (source && source->is_newest_popcorn)
        outcome.events.push_back({EventKind::popcorn, fresh,
            fmt::format("one reading of {:+.6f} s was left out: nothing explains it",
                (source->filter.shift[0]->offset - ours(clock)).count())});

    const bool may_fall_back
        = alone_since && Seconds{clock.free - *alone_since} >= policy.orphanwait;
    const auto selected = [&] {
        return select(
            {sources, clock.free, drift(), time_constant.poll, peer, may_fall_back}, policy);
    };
    Selection selection = selected();
    if (renumber(selection))
        selection = selected();
    follow(selection, clock.free, outcome.events);
    has_just_stepped = false;
    if (selection.is_local_clock)
        remember_peer(selection, clock);
    else if (selection.peer)
        update(selection, clock, fresh, outcome);

    outcome.system = describe(selection, clock, outcome.events);
    for (std::size_t i = 0; i < sources.size(); ++i) {
        outcome.sources.push_back(view(std::move(selection.standings[i]), clock));
        outcome.polls.push_back(next_poll(sources[i]));
    }
    return outcome;
}

// Which second a pulse begins is for the survivors to say, at each turn anew: what we thought when
// it came may have been wrong by seconds.
bool Engine::State::renumber(const Selection& selection)
{
    bool any = false;
    for (std::size_t i = 0; selection.numbering && i < sources.size(); ++i) {
        const auto& estimate = selection.standings[i].estimate;
        if (sources[i].traits.kind != SourceKind::pps || !estimate)
            continue;
        const Seconds by{std::round((*selection.numbering - estimate->offset).count())};
        if (by == Seconds{0})
            continue;
        for (auto& stage : sources[i].filter.shift)
            if (stage)
                stage->offset += by;
        any = true;
    }
    return any;
}

void Engine::State::wake(const ClockReading& clock, std::vector<Event>& events)
{
    if (started)
        return;
    started = alone_since = clock.free;
    if (policy.initial_frequency) {
        system.frequency = *policy.initial_frequency;
        events.push_back({EventKind::freq_set, std::nullopt,
            fmt::format("frequency of {:+.3f} ppm was taken over", system.frequency.ppm())});
        return;
    }
    // Whoever steered this clock before us may have known something.
    system.frequency = clock.correction;
    estimator.expect(clock.correction, unknown_frequency);
    events.push_back({EventKind::freq_not_set, std::nullopt, "no frequency is known from before"});
}

void Engine::State::follow(
    const Selection& selection, Instant<FreeRun> now, std::vector<Event>& events)
{
    if (selection.peer != peer) {
        if (!selection.peer)
            events.push_back({EventKind::no_sys_peer, std::nullopt,
                is_synchronized
                    ? fmt::format("no source is left to be followed: the time is held over, and "
                                  "its error bound grows by {:.2f} ppm",
                        drift().tolerance.ppm())
                    : std::string{"no source is left to be followed"}});
        else
            events.push_back({EventKind::sys_peer, selection.peer,
                fmt::format("became the system peer, root distance {:.3f} ms",
                    selection.standing(*selection.peer)->root_distance.count() * 1e3)});
    }
    peer = selection.peer;
    if (peer && !selection.is_fallback)
        alone_since.reset();
    else if (!alone_since)
        alone_since = now;
}

bool Engine::State::is_waiting_for_others(const Selection& selection, Instant<FreeRun> now)
{
    if (estimator.is_started() || selection.unripe == 0)
        return false;
    if (!first_unripe)
        first_unripe = now;
    return Seconds{now - *first_unripe} < patience;
}

bool Engine::State::feeds(const Selection& selection, const Source& source) const
{
    const Standing* st = selection.standing(source.id);
    if (!st || !st->is_followed())
        return false;
    const auto is_alone = [](const Source& s, const Standing& standing) {
        return standing.is_followed()
            && (standing.select == Select::pps_peer || s.traits.is_preferred);
    };
    // Beside pulses, a device that is at least as sure of itself: a good hardware clock, not the
    // receiver that numbers them.
    const auto is_as_sure = [&](const Standing& pulse) {
        return source.traits.kind == SourceKind::refclock && st->estimate && pulse.estimate
            && pulse.select == Select::pps_peer
            && st->estimate->distance <= pulse.estimate->distance;
    };
    for (const Source& s : sources) {
        const Standing& other = *selection.standing(s.id);
        if (is_alone(s, other) && selection.peer == s.id)
            return s.id == source.id || is_as_sure(other);
    }
    return true;
}

Innovation Engine::State::measure(const Source& source, const Reading& reading)
{
    // What a device says of its own error is a bound; its noise is what it surprises us by.
    const bool is_device = source.traits.kind != SourceKind::server;
    const Seconds floor = is_device && source.path.usual_surprise
        ? std::max(*source.path.usual_surprise, Seconds{1e-8})
        : reading.dispersion + Seconds{1e-6};
    const Queueing queues = queueing(source.path, reading.delay, floor);
    return estimator.update({source.id, reading.when, reading.offset, queues.noise,
        usual_asymmetry * (reading.delay / 2 + reading.remote_distance) + Seconds{1e-6}, queues,
        source.path.new_route});
}

void Engine::State::restart_estimator(
    const Selection& selection, Instant<FreeRun> now, Instant<FreeRun> since)
{
    struct Fed {
        const Source* source;
        const Reading* reading;
    };
    std::vector<Fed> fed;
    for (const Source& s : sources) {
        if (!feeds(selection, s))
            continue;
        const Reading* newer = nullptr; // a filter whose past was wrong repeats its oldest one
        for (const auto& stage : s.filter.shift)
            if (stage && stage->when >= since && !(newer && newer->when == stage->when))
                fed.push_back({&s, newer = &*stage});
    }
    std::sort(fed.begin(), fed.end(),
        [](const Fed& a, const Fed& b) { return a.reading->when < b.reading->when; });
    if (fed.empty())
        return;

    const Instant<FreeRun> first = fed.front().reading->when;
    estimator.start(first, selection.combined.offset - estimator.frequency() * Seconds{now - first},
        10 * selection.truth.width() + Seconds{1e-3});
    for (const Fed& f : fed)
        measure(*f.source, *f.reading);
}

void Engine::State::update(const Selection& selection, const ClockReading& clock,
    std::optional<SourceId> fresh, Outcome& outcome)
{
    bound = {selection.truth, clock.free};
    range = narrowed(range, bound, unknown_range());
    Source* source = fresh ? find(*fresh) : nullptr;
    const bool begins = !estimator.is_started();
    if (begins) {
        if (is_waiting_for_others(selection, clock.free))
            return;
        restart_estimator(selection, clock.free, Instant<FreeRun>::min());
        time_constant = {find(*peer)->traits.minpoll, 0};
        hurries_until = clock.free + hurry;
    } else if (!source || !feeds(selection, *source) || source->is_newest_popcorn)
        return;

    const Seconds shown = ours(clock);
    const Seen seen{(begins ? estimator.offset(clock.free) : selection.combined.offset) - shown,
        shown < selection.truth.lower || shown > selection.truth.upper};
    const Judgment judgment = judge(
        discipline, seen, clock.free, estimator.frequency_uncertainty() < frequency_goal, policy);
    const auto spike_since = discipline.spike_since;
    discipline = judgment.next;
    outcome.events.insert(outcome.events.end(), judgment.events.begin(), judgment.events.end());

    if (judgment.action == Action::panic) {
        outcome.steering.action = Steering::Action::panic;
        if (begins)
            estimator.forget_offset();
        return;
    }
    if (judgment.action == Action::wait) {
        if (source)
            source->is_doubtful = true;
        return;
    }
    if (!begins) {
        if (judgment.action == Action::step && spike_since) {
            estimator.distrust_frequency(seen.offset, clock.free);
            restart_estimator(selection, clock.free, *spike_since - longest_exchange);
            time_constant = {source->traits.minpoll, 0};
        } else {
            const Innovation innovation = measure(*source, *source->filter.shift[0]);
            source->path.trips.back().surprise = innovation.offset;
            adapt_poll(innovation, *source, is_only_one(selection));
        }
        // Whatever the filter believes, it lies where the sources say the truth is.
        const Seconds e = estimator.offset(clock.free);
        estimator.shift(std::clamp(e, selection.truth.lower, selection.truth.upper) - e);
    }
    remember_peer(selection, clock);
    is_synchronized = true;
    steer(judgment.action, clock, outcome);
}

void Engine::State::steer(Action action, const ClockReading& clock, Outcome& outcome)
{
    const Seconds left = estimator.offset(clock.free) - ours(clock);
    const Frequency before = system.frequency;
    const double limit = policy.max_frequency.ratio();
    system.frequency = Frequency::ratio(std::clamp(estimator.frequency().ratio(), -limit, limit));
    system.offset = left;

    const double change = (system.frequency - before).ratio();
    frequency_square += (change * change - frequency_square) / 8;
    const double off = action == Action::step ? 0 : left.count();
    offset_square += (off * off - offset_square) / 8;
    if (!policy.steers)
        return;

    Steering& s = outcome.steering;
    s.frequency = system.frequency;
    if (action == Action::step) {
        s.action = Steering::Action::step;
        s.step = *origin + rounded(estimator.offset(clock.free)) - clock.utc_minus_free();
        has_just_stepped = true;
        system.reference_time += s.step; // as it will be read from now on
        return;
    }
    // Soon enough to be done well before the next sample, late enough to be smooth.
    const double span = std::clamp(time_constant.poll.interval().count() / 16, 2.0, 32.0);
    s.action = Steering::Action::slew;
    s.slew = left;
    const bool may_hurry = abs(left) <= quick_slew && clock.free < *hurries_until
        && policy.step_forward <= quick_slew && policy.step_backward <= quick_slew;
    s.slew_rate = slew_rate(left, Seconds{span},
        may_hurry ? std::max(policy.max_slew, policy.max_slew_at_start) : policy.max_slew);
}

void Engine::State::adapt_poll(const Innovation& innovation, Source& source, bool is_only_one)
{
    source.is_doubtful = innovation.meaning != Innovation::Meaning::noise;
    if (source.is_doubtful && source.was_doubtful) // confirmed: what do the others say?
        for (Source& s : sources)
            s.is_doubtful = true;

    const Poll lowest = source.traits.minpoll;
    const auto wandered
        = [&](Seconds span) { return estimator.wander() * span * std::sqrt(span.count() / 3); };
    if (innovation.meaning == Innovation::Meaning::clock_changed)
        time_constant = {lowest, 0};
    if (source.id != peer)
        return;
    // Asking is worth its packets while the oscillator loses more than the network hides.
    const Seconds noise = usual_noise
            * std::max(source.path.wait, source.path.has_no_edge ? source.path.spread : Seconds{0})
        + source.filter.shift[0]->dispersion + Seconds{2e-6};
    const Seconds present = time_constant.poll.interval();
    const bool may_grow = discipline.state == ClockState::sync
        && estimator.frequency_uncertainty() * (4 * present) < std::max(noise, Seconds{5e-6})
        && wandered(2 * present) < noise;
    const bool is_as_expected
        = innovation.meaning == Innovation::Meaning::noise && wandered(present) < 2 * noise;
    // Nobody else tells when the only server's clock was set, or ours has changed: it is asked
    // twice as often as it might be.
    Poll highest = source.traits.maxpoll;
    if (is_only_one)
        --highest.log2;
    time_constant = adapt(time_constant, is_as_expected, may_grow, lowest, highest);
}

} // namespace timeball::sync
