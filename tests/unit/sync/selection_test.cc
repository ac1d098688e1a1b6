// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// From sources to who is followed, and why not.

#include "sync/selection.h"

#include <vector>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::sync;
using namespace std::chrono_literals;

namespace {

constexpr Instant<FreeRun> now{1'000'000s};

Source source(std::uint32_t id, Seconds offset, Seconds delay = 20ms)
{
    Source s;
    s.id = {id};
    s.reach = 0377;
    s.last = Sample{};
    s.last->stratum = Stratum{1};
    for (int i = 8; i > 0; --i)
        s.filter = push(s.filter, {now - i * 16s, offset, delay, 1us, 0s});
    return s;
}

} // namespace

TEST_GROUP(Selection)
{
    Policy policy;
    std::vector<Source> sources;
    std::optional<SourceId> old_peer;
    bool allows_fallback = false;

    Selection selected()
    {
        return select(
            {sources, now, {Frequency{}, frequency_tolerance}, Poll{6}, old_peer, allows_fallback},
            policy);
    }
    void check(const Selection& s, std::initializer_list<Select> codes)
    {
        std::size_t i = 0;
        for (const Select code : codes)
            CHECK(s.standings[i++].select == code);
    }
    bool says(const Standing& st, const char* words)
    {
        return st.why.find(words) != std::string::npos;
    }
};

TEST(Selection, OfNobodyFindsNobody)
{
    CHECK(!selected().peer.has_value());
}

TEST(Selection, FollowsTheOnlySource)
{
    sources = {source(1, 5ms)};
    const auto s = selected();
    CHECK(s.peer == SourceId{1});
    DOUBLES_EQUAL(0.005, s.combined.offset.count(), 1e-9);
    check(s, {Select::system_peer});
    CHECK(s.truth.lower < Seconds{-5e-3});
    CHECK(s.truth.upper > Seconds{15e-3});
    CHECK(s.truth.upper < Seconds{16e-3});
}

TEST(Selection, BelievesNeitherOfTwoThatProveEachOtherWrong)
{
    sources = {source(1, 0ms), source(2, 24ms)};
    sources[0].filter.shift[3]->offset = -6ms; // jitter makes the claims wide enough to touch
    sources[1].filter.shift[3]->offset = 30ms;
    auto s = selected();
    CHECK(!s.peer.has_value());
    check(s, {Select::falseticker, Select::falseticker});
    CHECK(says(s.standings[0], "no majority"));

    policy.mindist = 9ms; // forgives so much
    s = selected();
    CHECK(s.peer.has_value());
}

TEST(Selection, IsNotTakenInByOneLiar)
{
    sources = {source(1, 0ms), source(2, 250ms), source(3, 1ms), source(4, -1ms)};
    const auto s = selected();
    check(s, {Select::system_peer, Select::falseticker, Select::candidate, Select::candidate});
    CHECK(says(s.standings[1], "falseticker"));
    CHECK(abs(s.combined.offset) < Seconds{1e-3});
}

TEST(Selection, FollowsATrueSourceWhateverTheOthersSay)
{
    sources = {source(1, 0ms), source(2, 250ms), source(3, 1ms), source(4, -1ms)};
    sources[1].traits.is_true = true;
    const auto s = selected();
    CHECK(s.standings[1].is_followed());
    CHECK(s.truth.upper > Seconds{0.25});
    CHECK(s.truth.lower < Seconds{0});
}

TEST(Selection, FollowsThePreferredAlone)
{
    sources = {source(1, 0ms, 1ms), source(2, 300us, 30ms), source(3, 100us, 2ms)};
    sources[1].traits.is_preferred = true;
    const auto s = selected();
    CHECK(s.peer == SourceId{2});
    DOUBLES_EQUAL(0.0003, s.combined.offset.count(), 1e-9);
}

TEST(Selection, DoesNotFollowAPreferredLiar)
{
    sources = {source(1, 0ms), source(2, 250ms), source(3, 1ms)};
    sources[1].traits.is_preferred = true;
    const auto s = selected();
    CHECK(s.standings[1].select == Select::falseticker);
    CHECK(s.peer != SourceId{2});
}

TEST(Selection, NeverChoosesNoselect)
{
    sources = {source(1, 0ms)};
    sources[0].traits.is_noselect = true;
    const auto s = selected();
    CHECK(!s.peer.has_value());
    LONGS_EQUAL(peer_unreachable, s.standings[0].flash);
    CHECK(says(s.standings[0], "noselect"));
}

TEST(Selection, SaysWhyASourceIsUnfit)
{
    sources = {source(1, 0ms), source(2, 0ms), source(3, 0ms), source(4, 0ms), source(5, 0ms)};
    sources[0].reach = 0;
    sources[1].last->stratum = Stratum{16};
    sources[2].last->is_loop = true;
    sources[3].last->root_dispersion = 2s;
    sources[4].filter = push({}, {now, 0s, 20ms, 1us, 0s});
    const auto s = selected();
    LONGS_EQUAL(peer_unreachable, s.standings[0].flash);
    LONGS_EQUAL(peer_stratum, s.standings[1].flash);
    LONGS_EQUAL(peer_loop, s.standings[2].flash);
    LONGS_EQUAL(peer_distance, s.standings[3].flash);
    LONGS_EQUAL(peer_distance, s.standings[4].flash);
    CHECK(says(s.standings[0], "did not answer"));
    CHECK(says(s.standings[1], "not synchronized"));
    CHECK(says(s.standings[2], "synchronized to this server"));
    CHECK(says(s.standings[3], "root distance 2.0"));
    CHECK(says(s.standings[4], "1 of 4 readings"));
    LONGS_EQUAL(1, s.unripe);
    CHECK(!s.peer.has_value());
}

TEST(Selection, HonorsFloorAndCeiling)
{
    sources = {source(1, 0ms), source(2, 0ms), source(3, 0ms)};
    sources[0].last->stratum = Stratum{1};
    sources[1].last->stratum = Stratum{4};
    sources[2].last->stratum = Stratum{9};
    policy.floor = Stratum{2};
    policy.ceiling = Stratum{9};
    const auto s = selected();
    LONGS_EQUAL(peer_stratum, s.standings[0].flash);
    LONGS_EQUAL(0, s.standings[1].flash);
    LONGS_EQUAL(peer_stratum, s.standings[2].flash);
}

TEST(Selection, HonorsMaxdist)
{
    sources = {source(1, 0ms, 200ms)};
    CHECK(selected().peer.has_value());
    policy.maxdist = 90ms;
    CHECK(!selected().peer.has_value());
}

TEST(Selection, CountsSourcesCloserThanMindistAsAgreeing)
{
    // On a quiet network, servers claim less than they differ.
    sources = {source(1, 0ms, 50us), source(2, 800us, 50us)};
    policy.mindist = 1us;
    CHECK(!selected().peer.has_value());
    policy.mindist = 1ms;
    CHECK(selected().peer.has_value());
}

TEST(Selection, HonorsMinsane)
{
    sources = {source(1, 0ms), source(2, 0ms)};
    policy.minsane = 3;
    const auto s = selected();
    CHECK(!s.peer.has_value());
    CHECK(says(s.standings[0], "minsane"));
    sources.push_back(source(3, 0ms));
    CHECK(selected().peer.has_value());
}

TEST(Selection, NamesTheOneThatWasDroppedForItsDistance)
{
    sources = {source(1, 0ms), source(2, 1us), source(3, 2us), source(4, 6ms), source(5, 1us)};
    const auto s = selected();
    CHECK(s.standings[3].select == Select::outlier);
    CHECK(says(s.standings[3], "outlier"));
}

TEST(Selection, VotesForALeapSecond)
{
    sources = {source(1, 0ms), source(2, 0ms), source(3, 0ms)};
    sources[0].last->leap = sources[1].last->leap = Leap::insert;
    CHECK(selected().leap == Leap::insert);
    sources[1].last->leap = Leap::none;
    CHECK(selected().leap == Leap::none);
}

TEST(Selection, FollowsThePulseThatAPreferredSourceNumbers)
{
    sources = {source(1, 300ms), source(2, 0ms, 2us)};
    sources[1].traits.kind = SourceKind::pps;
    CHECK(selected().peer == SourceId{1}); // 300 ms from all that is certain
    sources[0].traits.is_preferred = true;
    const auto s = selected();
    CHECK(s.peer == SourceId{2});
    check(s, {Select::candidate, Select::pps_peer});
    DOUBLES_EQUAL(0, s.combined.offset.count(), 1e-9);
    CHECK(says(s.standings[1], "the preferred source which one"));
    sources[0] = source(1, 450ms);
    sources[0].traits.is_preferred = true;
    CHECK(selected().peer == SourceId{1});
}

TEST(Selection, FollowsThePulseThatSurvivorsNumberWithCertainty)
{
    sources = {source(1, 1ms), source(2, -1ms), source(3, 0ms, 2us)};
    sources[2].traits.kind = SourceKind::pps;
    const auto s = selected();
    CHECK(s.peer == SourceId{3});
    CHECK(says(s.standings[2], "2 survivors which one"));
    DOUBLES_EQUAL(0, s.combined.offset.count(), 1e-9);
    CHECK(s.truth.width() < Seconds{1e-3}); // the pulse tells it closer than they do

    sources = {source(1, 1ms, 900ms), source(3, 0ms, 2us)};
    sources[1].traits.kind = SourceKind::pps;
    CHECK(selected().peer == SourceId{1});
    CHECK(says(selected().standings[1], "nobody numbers its seconds"));
}

TEST(Selection, RefusesAPulseThatTheSurvivorsContradict)
{
    sources = {source(1, 100ms), source(2, 100ms), source(3, 0ms, 2us)};
    sources[2].traits.kind = SourceKind::pps;
    const auto s = selected();
    CHECK(s.peer != SourceId{3});
    CHECK(says(s.standings[2], "wrong edge"));
}

TEST(Selection, FollowsTheBetterOfTwoPulses)
{
    sources = {source(1, 0ms), source(2, 0ms, 50us), source(3, 0ms, 2us)};
    sources[1].traits.kind = sources[2].traits.kind = SourceKind::pps;
    sources[1].filter.shift[0]->dispersion = 50us;
    CHECK(selected().peer == SourceId{3});
    CHECK(says(selected().standings[1], "another one is followed"));
    sources[1].traits.is_preferred = true;
    CHECK(selected().peer == SourceId{2});
}

TEST(Selection, FallsBackToTheLocalClockOnlyWhenNothingElseIsLeft)
{
    sources = {source(1, 0ms), source(2, 0ms)};
    sources[1].traits.kind = SourceKind::local;
    allows_fallback = true;
    CHECK(selected().peer == SourceId{1});
    sources[0].reach = 0;
    const auto s = selected();
    CHECK(s.peer == SourceId{2});
    CHECK(s.is_local_clock);
    allows_fallback = false;
    CHECK(!selected().peer.has_value());
}

TEST(Selection, MakesTheLowestOfTheOrphansTheParent)
{
    policy.orphan = Stratum{6};
    allows_fallback = true;
    sources = {source(1, 0ms), source(2, 1ms), source(3, 1ms)};
    for (Source& s : sources) {
        s.last->stratum = Stratum{6};
        s.traits.local_id = ReferenceId{100};
    }
    sources[0].traits.reference_id = ReferenceId{90};
    sources[1].traits.reference_id = ReferenceId{80};
    sources[2].traits.reference_id = ReferenceId{110};
    const auto s = selected();
    CHECK(s.peer == SourceId{2});
    CHECK(s.is_fallback);
    CHECK(!s.is_local_clock);

    // None is below ourselves: we are the parent.
    for (Source& o : sources)
        o.traits.local_id = ReferenceId{10};
    CHECK(!selected().peer.has_value());
}

TEST(Selection, PrefersAnyServerToAnOrphan)
{
    policy.orphan = Stratum{6};
    allows_fallback = true;
    sources = {source(1, 0ms), source(2, 1ms)};
    sources[0].last->stratum = Stratum{6};
    sources[0].traits.local_id = ReferenceId{100};
    sources[1].last->stratum = Stratum{5};
    CHECK(selected().peer == SourceId{2});
    sources[1].last->stratum = Stratum{7}; // an orphan's child
    CHECK(selected().peer == SourceId{1});
    LONGS_EQUAL(peer_stratum, selected().standings[1].flash);
}
