// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Mitigation.

#include "sync/selection.h"

#include "sync/leap_vote.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace timeball::sync {

namespace {

// To the microsecond. There is a sentence for every source at every turn, and as an integer this is
// several times as fast.
std::string ms(Seconds s)
{
    const auto us = static_cast<std::uint64_t>(std::llround(std::max(0.0, s.count() * 1e6)));
    return fmt::format("{}.{:03}", us / 1000, us % 1000);
}

bool is_orphan_parent(const Source& s, const Policy& policy)
{
    return policy.orphan < Stratum::unsynchronized && s.last && s.last->stratum == policy.orphan;
}

bool votes(const Source& s, const Standing& st, const Policy& policy)
{
    if (st.flash != 0 || is_orphan_parent(s, policy))
        return false;
    return s.traits.kind == SourceKind::server || s.traits.kind == SourceKind::refclock
        || (s.traits.kind == SourceKind::local && s.traits.is_preferred);
}

Candidate candidate(const Source& s, const Standing& st)
{
    return {s.id, s.last->stratum, st.estimate->offset, st.estimate->jitter,
        st.estimate->distance + st.estimate->jitter, s.traits.is_preferred, s.traits.is_true};
}

// The survivors are certain to less than this which second a pulse begins, or it is not followed.
constexpr Seconds numbering_limit{0.4};

// Why its seconds cannot be numbered; empty when they are. Whom the operator prefers is taken at
// his word: a serial line may be late by tenths of a second and not know it. All others must be
// certain, and a pulse outside of what they are certain of is a wrong edge, or badly fudged.
std::string why_not_numbered(const Selection& sel, const Standing& pps, bool is_preferred)
{
    const Seconds offset = pps.estimate->offset;
    if (is_preferred)
        return abs(offset - sel.combined.offset) < numbering_limit
            ? ""
            : "is 0.4 s or more from the preferred source that numbers its seconds";
    if (std::max(abs(offset - sel.truth.lower), abs(offset - sel.truth.upper)) >= numbering_limit)
        return fmt::format("nobody numbers its seconds: the survivors are certain to {} ms only, "
                           "and none is preferred",
            ms(sel.truth.width() / 2));
    if (!overlap(pps.correctness, sel.truth))
        return fmt::format("misses what the survivors are certain of by {} ms: a wrong edge, or a "
                           "wrong time1",
            ms(gap(pps.correctness, sel.truth)));
    return {};
}

Seconds error_of(const Standing& pps)
{
    return pps.estimate->jitter + pps.estimate->dispersion;
}

// Of several pulses the preferred one, else the best; but one that is hardly better does not take
// the place of the one that was followed.
const Standing* best_pulse(Selection& sel, const SelectionInput& in, bool is_numbered_by_preferred)
{
    const Standing* best = nullptr;
    double best_rank = 0;
    for (std::size_t i = 0; i < in.sources.size(); ++i) {
        Standing& pps = sel.standings[i];
        if (in.sources[i].traits.kind != SourceKind::pps || pps.flash != 0 || !pps.estimate)
            continue;
        pps.why = why_not_numbered(sel, pps, is_numbered_by_preferred);
        if (!pps.why.empty())
            continue;
        pps.why = "a pulse; another one is followed";
        constexpr double advantage = 0.5, privilege = 1e-3;
        const double rank = error_of(pps).count() * (pps.id == in.old_peer ? advantage : 1)
            * (in.sources[i].traits.is_preferred ? privilege : 1);
        if (best && rank >= best_rank)
            continue;
        best = &pps;
        best_rank = rank;
    }
    return best;
}

// A pulse says when a second begins and not which: it sharpens what the survivors say.
void follow_pulse(Selection& sel, const SelectionInput& in)
{
    const bool is_by_preferred
        = std::any_of(in.sources.begin(), in.sources.end(), [&](const Source& s) {
              return s.traits.is_preferred && s.traits.kind != SourceKind::pps
                  && sel.standing(s.id)->is_followed();
          });
    const Standing* best = best_pulse(sel, in, is_by_preferred);
    if (!best)
        return;
    const auto survivors = std::count_if(sel.standings.begin(), sel.standings.end(),
        [](const Standing& st) { return st.is_followed(); });
    for (Standing& st : sel.standings)
        if (st.is_followed())
            st.select = Select::candidate;
    Standing& pps = *sel.standing(best->id);
    pps.select = Select::pps_peer;
    pps.why = fmt::format("followed: its pulses tell when a second begins, {} which one",
        is_by_preferred      ? "the preferred source"
            : survivors == 1 ? "the one survivor"
                             : fmt::format("{} survivors", survivors));
    sel.peer = pps.id;
    sel.combined = {pps.estimate->offset, pps.estimate->jitter};
    sel.truth = intersection(pps.correctness, sel.truth).value_or(pps.correctness);
}

// With no source left: the orphan parent with the lowest identifier, as long as it is below our
// own, or else the local clock.
void fall_back(Selection& sel, const SelectionInput& in, const Policy& policy)
{
    const Source* best = nullptr;
    const auto is_parent = [&](const Source& s) {
        return is_orphan_parent(s, policy) && s.traits.reference_id < s.traits.local_id;
    };
    for (const Source& s : in.sources) {
        if (sel.standing(s.id)->flash != 0)
            continue;
        if (is_parent(s)) {
            if (!best || !is_parent(*best) || s.traits.reference_id < best->traits.reference_id)
                best = &s;
        } else if (s.traits.kind == SourceKind::local && !best)
            best = &s;
    }
    if (!best)
        return;
    Standing& st = *sel.standing(best->id);
    st.select = Select::system_peer;
    st.why = is_parent(*best) ? "orphan parent: nothing better is left"
                              : "local clock: nothing better is left";
    sel.combined = {st.estimate->offset, st.estimate->jitter};
    sel.truth = st.correctness;
    sel.peer = best->id;
    sel.is_fallback = true;
    sel.is_local_clock = !is_parent(*best);
}

// What contains the truth if the operator is right about `true` sources and fewer than half of the
// others lie.
Interval truth_of(const Selection& sel, const std::vector<Source>& sources,
    const std::vector<Interval>& correct, const Interval& otherwise)
{
    Interval truth = majority(correct).value_or(otherwise);
    for (const Source& s : sources) {
        const Standing& st = *sel.standing(s.id);
        if (!s.traits.is_true || !st.is_followed())
            continue;
        truth.lower = std::min(truth.lower, st.correctness.lower);
        truth.upper = std::max(truth.upper, st.correctness.upper);
    }
    return truth;
}

} // namespace

const Standing* Selection::standing(SourceId id) const
{
    const auto found = std::find_if(
        standings.begin(), standings.end(), [&](const Standing& st) { return st.id == id; });
    return found == standings.end() ? nullptr : &*found;
}

Standing* Selection::standing(SourceId id)
{
    return const_cast<Standing*>(std::as_const(*this).standing(id));
}

namespace {

// Candidates for the truth.
struct Voters {
    std::vector<std::size_t> index; // into the sources
    std::vector<Interval> claims, correct;
};

Voters voters(const Selection& sel, const std::vector<Source>& sources, const Policy& policy)
{
    Voters found;
    for (std::size_t i = 0; i < sources.size(); ++i) {
        if (!votes(sources[i], sel.standings[i], policy))
            continue;
        found.index.push_back(i);
        found.claims.push_back(sel.standings[i].claim);
        found.correct.push_back(sel.standings[i].correctness);
    }
    return found;
}

// Claims are generous: jitter makes two servers agree that prove each other wrong. Where no
// majority can be right by what is certain, nobody is believed, but for what `mindist` forgives.
std::optional<Interval> agreement(const Voters& voters, const Policy& policy)
{
    std::vector<Interval> forgiving;
    for (const Interval& i : voters.correct)
        forgiving.push_back({i.lower - policy.mindist, i.upper + policy.mindist});
    return majority(forgiving) ? agreement(voters.claims) : std::nullopt;
}

// Marks the falsetickers and returns the rest.
std::vector<Candidate> truechimers(Selection& sel, const std::vector<Source>& sources,
    const Voters& voters, const std::optional<Interval>& agreed)
{
    std::vector<Candidate> kept;
    for (const std::size_t i : voters.index) {
        Standing& st = sel.standings[i];
        if (sources[i].traits.is_true || (agreed && overlap(st.claim, *agreed))) {
            kept.push_back(candidate(sources[i], st));
            continue;
        }
        st.select = Select::falseticker;
        st.why = agreed ? fmt::format("falseticker: misses what the majority agrees on by {} ms",
                     ms(gap(st.claim, *agreed)))
                        : "no majority of the sources agrees";
    }
    return kept;
}

void mark(Selection& sel, const Clustered& clustered)
{
    for (const Candidate& c : clustered.outliers) {
        Standing& st = *sel.standing(c.id);
        st.select = Select::outlier;
        st.select_jitter = c.select_jitter;
        st.why = fmt::format(
            "outlier: {} ms from the others, the farthest of all", ms(c.select_jitter));
    }
    for (const Candidate& c : clustered.survivors) {
        Standing& st = *sel.standing(c.id);
        st.select = Select::candidate;
        st.select_jitter = c.select_jitter;
        st.why
            = fmt::format("survivor: within {} ms of the truth by its own account", ms(c.distance));
    }
}

Leap vote(const Selection& sel, const std::vector<Source>& sources)
{
    std::vector<LeapVoter> survivors;
    for (const Source& s : sources)
        if (sel.standing(s.id)->is_followed())
            survivors.push_back({s.last->leap, s.traits.kind == SourceKind::refclock});
    return leap_vote(survivors);
}

} // namespace

Selection select(const SelectionInput& in, const Policy& policy)
{
    Selection sel;
    for (const Source& s : in.sources) {
        sel.standings.push_back(examine(s, {in.now, in.drift, in.poll}, policy));
        if (is_unripe(sel.standings.back()))
            ++sel.unripe;
    }

    const Voters candidates = voters(sel, in.sources, policy);
    const auto agreed = agreement(candidates, policy);
    const Clustered clustered = cluster(
        truechimers(sel, in.sources, candidates, agreed), policy.minclock, policy.mindist);
    mark(sel, clustered);

    const auto& survivors = clustered.survivors;
    if (survivors.empty()) {
        if (in.allows_fallback)
            fall_back(sel, in, policy);
        return sel;
    }
    if (survivors.size() < static_cast<std::size_t>(std::max(0, policy.minsane))) {
        for (const Candidate& c : survivors)
            sel.standing(c.id)->why = fmt::format(
                "only {} of minsane {} sources agree", survivors.size(), policy.minsane);
        return sel;
    }

    sel.peer = choose_peer(survivors, in.old_peer, policy.mindist);
    sel.combined = combine(survivors, *sel.peer);
    Standing& peer = *sel.standing(*sel.peer);
    peer.select = Select::system_peer;
    peer.why = fmt::format("system peer: within {} ms of the truth by its own account",
        ms(peer.estimate->distance + peer.estimate->jitter));
    sel.truth = truth_of(sel, in.sources, candidates.correct, agreed.value_or(peer.claim));
    sel.leap = vote(sel, in.sources);
    sel.numbering = sel.combined.offset;
    follow_pulse(sel, in);
    return sel;
}

} // namespace timeball::sync
