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

// A pulse numbers no seconds, so it can only sharpen what a preferred survivor says.
void follow_pulse(Selection& sel, const std::vector<Source>& sources)
{
    for (std::size_t i = 0; i < sources.size(); ++i) {
        Standing& pps = sel.standings[i];
        if (sources[i].traits.kind != SourceKind::pps || pps.flash != 0 || !pps.estimate)
            continue;
        const auto numbers = std::find_if(sources.begin(), sources.end(), [&](const Source& s) {
            return s.traits.is_preferred && s.traits.kind != SourceKind::pps
                && sel.standing(s.id)->is_followed();
        });
        if (numbers == sources.end()) {
            pps.why = "no preferred source survives to number its seconds";
            continue;
        }
        if (abs(pps.estimate->offset - sel.combined.offset) >= Seconds{0.4}) {
            pps.why = "is 0.4 s or more from the source that numbers its seconds";
            continue;
        }
        for (Standing& st : sel.standings)
            if (st.is_followed())
                st.select = Select::candidate;
        pps.select = Select::pps_peer;
        pps.why = "followed: its pulses tell when a second begins";
        sel.peer = pps.id;
        sel.combined = {pps.estimate->offset, pps.estimate->jitter};
        return;
    }
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
    follow_pulse(sel, in.sources);
    return sel;
}

} // namespace timeball::sync
