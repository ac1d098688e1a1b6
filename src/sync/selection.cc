// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Mitigation.

#include "sync/selection.h"

#include "sync/leap_vote.h"

#include <fmt/format.h>

#include <algorithm>

namespace timeball::sync {

namespace {

constexpr int ripe_readings = 4;

double ms(Seconds s)
{
    return s.count() * 1e3;
}

bool is_orphan_parent(const Source& s, const Policy& policy)
{
    return policy.orphan < Stratum::unsynchronized && s.last && s.last->stratum == policy.orphan;
}

void refuse(Standing& st, std::uint16_t bit, std::string why)
{
    if (st.flash == 0)
        st.why = std::move(why);
    st.flash |= bit;
}

void test_stratum(Standing& st, const Sample& last, const Policy& policy)
{
    if (last.leap == Leap::unsynchronized || last.stratum >= Stratum::unsynchronized)
        refuse(st, peer_stratum, "not synchronized itself");
    else if (last.stratum < policy.floor || last.stratum >= policy.ceiling)
        refuse(st, peer_stratum,
            fmt::format("stratum {} is outside {} to {}", last.stratum.value, policy.floor.value,
                policy.ceiling.value - 1));
    else if (last.stratum > policy.orphan)
        refuse(st, peer_stratum,
            fmt::format("stratum {} is above the orphan stratum {}", last.stratum.value,
                policy.orphan.value));
}

// The peer tests of the flash word.
Standing examine(const Source& s, const SelectionInput& in, const Policy& policy)
{
    Standing st;
    st.id = s.id;
    st.estimate = estimate(s.filter, in.now, in.drift);
    if (s.reach == 0)
        refuse(st, peer_unreachable,
            s.last ? "did not answer the last eight polls" : "has not answered yet");
    if (s.traits.is_noselect)
        refuse(st, peer_unreachable, "configured with noselect");
    if (!s.last || !st.estimate) {
        refuse(st, peer_unreachable, "has not answered yet");
        return st;
    }

    test_stratum(st, *s.last, policy);
    if (s.last->is_loop)
        refuse(st, peer_loop, "is synchronized to this server");

    const Estimate& e = *st.estimate;
    st.root_distance = std::max(policy.mindist,
        e.delay / 2 + e.dispersion + s.last->root_delay / 2 + s.last->root_dispersion + e.jitter);
    const Seconds farthest = policy.maxdist + policy.dispersion * in.poll.interval();
    if (s.traits.kind == SourceKind::server && st.root_distance >= farthest)
        refuse(st, peer_distance,
            e.readings < ripe_readings
                ? fmt::format("{} of {} readings needed", e.readings, ripe_readings)
                : fmt::format("root distance {:.3f} s is not below {:.3f} s",
                    st.root_distance.count(), farthest.count()));

    const Seconds reach = std::max(policy.mindist, e.distance + e.age_dispersion + e.jitter);
    st.claim = {e.offset - reach, e.offset + reach};
    st.correctness = correctness(s.filter, in.now, in.drift).value_or(st.claim);
    return st;
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
    for (Standing& st : sel.standings)
        if (st.id == best->id) {
            st.select = Select::system_peer;
            st.why = is_parent(*best) ? "orphan parent: nothing better is left"
                                      : "local clock: nothing better is left";
            sel.combined = {st.estimate->offset, st.estimate->jitter};
            sel.truth = st.correctness;
        }
    sel.peer = best->id;
    sel.followed = 1;
    sel.is_fallback = true;
    sel.is_local_clock = !is_parent(*best);
}

void tell_truth(Selection& sel, const std::vector<Interval>& correct, const Interval& agreed)
{
    sel.truth = majority(correct).value_or(agreed);
}

} // namespace

const Standing* Selection::standing(SourceId id) const
{
    const auto found = std::find_if(
        standings.begin(), standings.end(), [&](const Standing& st) { return st.id == id; });
    return found == standings.end() ? nullptr : &*found;
}

Selection select(const SelectionInput& in, const Policy& policy)
{
    Selection sel;
    std::vector<Interval> claims, correct;
    for (const Source& s : in.sources) {
        Standing st = examine(s, in, policy);
        if ((st.flash & ~peer_distance) == 0 && st.estimate->readings < ripe_readings)
            ++sel.unripe;
        if (votes(s, st, policy)) {
            claims.push_back(st.claim);
            correct.push_back(st.correctness);
        }
        sel.standings.push_back(std::move(st));
    }

    // Who tells the truth.
    const auto agreed = agreement(claims);
    std::vector<Candidate> truechimers;
    for (std::size_t i = 0; i < in.sources.size(); ++i) {
        const Source& s = in.sources[i];
        Standing& st = sel.standings[i];
        if (!votes(s, st, policy))
            continue;
        if (s.traits.is_true || (agreed && overlap(st.claim, *agreed))) {
            truechimers.push_back(candidate(s, st));
            continue;
        }
        st.select = Select::falseticker;
        st.why = agreed
            ? fmt::format("falseticker: misses what the majority agrees on by {:.3f} ms",
                ms(gap(st.claim, *agreed)))
            : "no majority of the sources agrees";
    }

    // Who is followed.
    const Clustered clustered = cluster(std::move(truechimers), policy.minclock);
    for (Standing& st : sel.standings) {
        for (const Candidate& c : clustered.outliers)
            if (c.id == st.id) {
                st.select = Select::outlier;
                st.select_jitter = c.select_jitter;
                st.why = fmt::format(
                    "outlier: {:.3f} ms from the others, the farthest of all", ms(c.select_jitter));
            }
        for (const Candidate& c : clustered.survivors)
            if (c.id == st.id) {
                st.select = Select::candidate;
                st.select_jitter = c.select_jitter;
                st.why = fmt::format(
                    "survivor: within {:.3f} ms of the truth by its own account", ms(c.distance));
            }
    }
    const auto& survivors = clustered.survivors;
    if (!survivors.empty() && survivors.size() >= static_cast<std::size_t>(policy.minsane)) {
        sel.peer = choose_peer(survivors, in.old_peer, policy.mindist);
        sel.combined = combine(survivors, *sel.peer);
        sel.followed = static_cast<int>(survivors.size());

        std::vector<LeapVoter> voters;
        for (const Source& s : in.sources)
            if (sel.standing(s.id)->is_followed())
                voters.push_back({s.last->leap, s.traits.kind == SourceKind::refclock});
        sel.leap = leap_vote(voters);
        for (Standing& st : sel.standings)
            if (st.id == sel.peer) {
                st.select = Select::system_peer;
                st.why.replace(0, std::string_view{"survivor"}.size(), "system peer");
                tell_truth(sel, correct, agreed.value_or(st.claim));
            }
        follow_pulse(sel, in.sources);
    } else {
        for (Standing& st : sel.standings)
            if (st.is_followed())
                st.why = fmt::format(
                    "{} survive, fewer than minsane {}", survivors.size(), policy.minsane);
        if (in.allows_fallback && survivors.empty())
            fall_back(sel, in, policy);
    }
    return sel;
}

} // namespace timeball::sync
