// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// How keys, answers and silence change the console.

#include "scene.h"

#include "timeball/update.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::console;
using namespace std::chrono_literals;

namespace {

Model after(Model model, Nanoseconds span, auto what)
{
    return update(model, {model.now + span, what});
}

} // namespace

TEST_GROUP(ConsoleUpdate)
{
    Model model = watching({80, 24});
};

TEST(ConsoleUpdate, AsksAgainWhenTheIntervalIsOver)
{
    CHECK_FALSE(wants_answers(model.server(), model.now));
    model = after(model, 1s, TimePassed{});
    CHECK_FALSE(wants_answers(model.server(), model.now));
    model = after(model, 990ms, TimePassed{});
    CHECK(wants_answers(model.server(), model.now));
    model = after(model, 0s, Asked{});
    CHECK_FALSE(wants_answers(model.server(), model.now)); // one round at a time
}

TEST(ConsoleUpdate, AsksAgainAtOnceWhenARoundTookLongerThanTheInterval)
{
    model = after(model, 2s, Asked{});
    model = after(model, 7s, Answered{scene()});
    CHECK(wants_answers(model.server(), model.now));
}

TEST(ConsoleUpdate, WakesUpForTheNextRoundAndForTheClock)
{
    CHECK(next_look(model) == model.now + 1s);
    model = after(model, 1500ms, TimePassed{});
    CHECK(next_look(model) == start + 4s);
}

TEST(ConsoleUpdate, AsksNowWhenToldTo)
{
    model = pressed(model, U"r");
    CHECK(wants_answers(model.server(), model.now));
}

TEST(ConsoleUpdate, AsksNothingWhilePausedButOnRequest)
{
    model = pressed(model, U" ");
    CHECK(model.is_paused);
    model = after(model, 100s, TimePassed{});
    CHECK_FALSE(wants_answers(model.server(), model.now));

    model = pressed(model, U"r");
    CHECK(wants_answers(model.server(), model.now));
    model = after(model, 0s, Asked{});
    model = after(model, 1s, Answered{scene()});
    model = after(model, 100s, TimePassed{});
    CHECK_FALSE(wants_answers(model.server(), model.now));

    model = pressed(model, U" ");
    CHECK(wants_answers(model.server(), model.now));
}

TEST(ConsoleUpdate, AsksMoreOrLessOften)
{
    CHECK(pressed(model, U"+").interval == 5s);
    CHECK(pressed(model, U"-").interval == 1s);
    CHECK(pressed(model, U"----------").interval == 200ms);
    CHECK(pressed(model, U"++++++++++").interval == 300s);

    model.interval = 7s; // as given on the command line
    CHECK(pressed(model, U"+").interval == 10s);
    CHECK(pressed(model, U"-").interval == 5s);
}

TEST(ConsoleUpdate, DoesNotWaitForALongIntervalThatWasMadeShort)
{
    model = pressed(model, U"+++++++");
    model = after(model, 0s, Asked{});
    model = after(model, 0s, Answered{scene()});
    model = pressed(model, U"-------");
    model = after(model, 2s, TimePassed{});
    CHECK(wants_answers(model.server(), model.now));
}

TEST(ConsoleUpdate, MovesTheSelectionBarAndStopsAtTheEnds)
{
    LONGS_EQUAL(0, selected_row(model));
    LONGS_EQUAL(2, selected_row(pressed(model, U"jj")));
    LONGS_EQUAL(1, selected_row(pressed(model, U"jjk")));
    LONGS_EQUAL(0, selected_row(pressed(model, U"kk")));
    LONGS_EQUAL(7, selected_row(pressed(model, U"G")));
    LONGS_EQUAL(7, selected_row(pressed(model, U"Gj")));
    LONGS_EQUAL(0, selected_row(pressed(model, U"Gg")));
    LONGS_EQUAL(7, selected_row(pressed(model, U"f")));

    const std::u32string arrows{key::down, key::down, key::up, key::end, key::home, key::down};
    LONGS_EQUAL(1, selected_row(pressed(model, arrows)));
}

TEST(ConsoleUpdate, KeepsTheBarOnItsAssociationWhenOthersComeAndGo)
{
    model = pressed(model, U"jjj");
    const AssociationId liar = model.server().selected;
    Answers fewer = scene();
    fewer.peers.erase(fewer.peers.begin());
    model = after(model, 2s, Answered{fewer});
    CHECK(model.server().selected == liar);
    LONGS_EQUAL(2, selected_row(model));
}

TEST(ConsoleUpdate, KeepsTheBarWhereItWasWhenItsAssociationIsGone)
{
    model = pressed(model, U"jjj");
    Answers renumbered = scene(); // the server was started anew
    for (Peer& peer : renumbered.peers)
        peer.id.value = static_cast<std::uint16_t>(peer.id.value + 1000);
    model = after(model, 2s, Answered{renumbered});
    LONGS_EQUAL(3, selected_row(model));
}

TEST(ConsoleUpdate, HasNoBarWithoutAssociations)
{
    Answers none = scene();
    none.peers.clear();
    model = after(pressed(model, U"\r"), 2s, Answered{none});
    LONGS_EQUAL(-1, selected_row(model));
    CHECK(selected_peer(model) == nullptr);
    CHECK(model.view == View::overview);
    model = pressed(model, U"jkgGfb\r");
    CHECK(model.view == View::overview);
}

TEST(ConsoleUpdate, OpensAndLeavesTheDetails)
{
    CHECK(pressed(model, U"\r").view == View::peer);
    CHECK(pressed(model, U"l").view == View::peer);
    CHECK(pressed(model, U"\r\r").view == View::overview);
    CHECK(pressed(model, U"\rh").view == View::overview);
    CHECK(pressed(model, U"\r\x1b").view == View::overview);
}

TEST(ConsoleUpdate, TurnsPagesOfTheDetailsButNotBeyondTheirEnd)
{
    model = pressed(model, U"\r");
    const Model end = pressed(model, U"fffffffff");
    CHECK(end.page_top > 0);
    LONGS_EQUAL(0, pressed(end, U"bbbbbbbbb").page_top);
    CHECK(pressed(end, U"b").page_top < end.page_top);
    LONGS_EQUAL(0, pressed(end, U"j").page_top); // another association begins at its top
}

TEST(ConsoleUpdate, LeavesTheHelpWithAnyKeyButThoseThatMoveIt)
{
    model = pressed(model, U"?");
    CHECK(model.shows_help);
    CHECK(pressed(model, U"jk").shows_help);
    CHECK(pressed(model, U"jjj").help_top == 3);
    CHECK(pressed(model, U"jjjg").help_top == 0);
    for (const char32_t* any : {U"?", U"x", U" ", U"\r"})
        CHECK_FALSE(pressed(model, any).shows_help);

    const Model left = pressed(model, U"q");
    CHECK_FALSE(left.shows_help);
    CHECK_FALSE(left.is_quitting);
    CHECK(pressed(left, U"q").is_quitting);
}

TEST(ConsoleUpdate, IgnoresKeysWithoutMeaning)
{
    const Model same = pressed(model, U"xyzÄ");
    CHECK(same.server().selected == model.server().selected);
    CHECK_FALSE(same.is_quitting);
}

TEST(ConsoleUpdate, LetsPlotsGrowWithTheTimeThatIsWatched)
{
    CHECK(plot_span(model) == Seconds{60});
    CHECK(plot_span(after(model, 100s, TimePassed{})) == Seconds{120});
    CHECK(plot_span(after(model, 600s, TimePassed{})) == Seconds{900});
    CHECK(plot_span(after(model, 24h, TimePassed{})) == Seconds{900});
}

TEST(ConsoleUpdate, LeavesPlotsAsTheOperatorWantsThem)
{
    CHECK(plot_span(pressed(model, U">")) == Seconds{120});
    CHECK(plot_span(pressed(model, U"><")) == Seconds{60});
    CHECK(plot_span(pressed(model, U"<<<<<<<")) == Seconds{60});
    CHECK(plot_span(pressed(model, U">>>>>>>")) == Seconds{86400});
    CHECK(plot_span(after(pressed(model, U">>"), 24h, TimePassed{})) == Seconds{300});
}

TEST(ConsoleUpdate, KeepsWhatItKnowsWhenTheServerIsSilentAndGoesOnAsking)
{
    model = after(model, 2s, Asked{});
    model = after(model, 4s, Unanswered{"timed out"});
    CHECK(is_stale(model.server()));
    CHECK(model.server().answers.has_value());
    DOUBLES_EQUAL(6, silence(model.server(), model.now).count(), 1e-9);
    CHECK(wants_answers(model.server(), model.now));

    model = after(model, 0s, Asked{});
    model = after(model, 1s, Answered{scene()});
    CHECK_FALSE(is_stale(model.server()));
    DOUBLES_EQUAL(0, silence(model.server(), model.now).count(), 1e-9);
}

TEST(ConsoleUpdate, CountsRequestsPerSecond)
{
    Answers next = *model.server().answers;
    *next.served.received += 50;
    *next.served.limited += 10;
    const Model counted = after(model, 5s, Answered{next});
    DOUBLES_EQUAL(10, counted.server().rates->received, 1e-9);
    DOUBLES_EQUAL(2, counted.server().rates->limited, 1e-9);

    next.served.received = 3; // the server was started anew
    CHECK_FALSE(after(model, 5s, Answered{next}).server().rates.has_value());
}

TEST(ConsoleUpdate, RemembersOnePointForEachReplyOfAnAssociation)
{
    const AssociationId first = model.server().answers->peers.front().id;
    LONGS_EQUAL(1, model.server().peer_offset.at(first).points().size());

    Answers next = *model.server().answers;
    model = after(model, 2s, Answered{next}); // says the same once more
    LONGS_EQUAL(1, model.server().peer_offset.at(first).points().size());

    next.peers.front().figures.received->bits += 1ull << 36;
    model = after(model, 2s, Answered{next});
    LONGS_EQUAL(2, model.server().peer_offset.at(first).points().size());
    LONGS_EQUAL(4, model.server().offset.points().size());

    next.peers.erase(next.peers.begin());
    model = after(model, 2s, Answered{next});
    CHECK_FALSE(model.server().peer_offset.contains(first));
}
