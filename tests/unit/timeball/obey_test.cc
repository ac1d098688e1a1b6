// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Views, filters, commands and keys that the operator writes, clicks.

#include "scene.h"

#include "timeball/update.h"
#include "timeball/view.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::console;
using namespace std::chrono_literals;

namespace {

Model clicked(Model model, int column, int line)
{
    return update(model, {model.now, Clicked{{column, line}}});
}

std::u32string line(const char32_t* text)
{
    return std::u32string{U":"} + text + U"\r";
}

} // namespace

TEST_GROUP(ConsoleViews)
{
    Model model = watching({80, 24});
};

TEST(ConsoleViews, AreReachedByTheirNumbers)
{
    for (std::size_t i = 0; i < view_count; ++i)
        CHECK(pressed(model, std::u32string(1, static_cast<char32_t>(U'1' + i))).view == View(i));
}

TEST(ConsoleViews, FollowEachOtherWithTabAndLeaveOutThatOfOneSource)
{
    CHECK(pressed(model, U"\t").view == View::clients);
    CHECK(pressed(model, U"\t\t\t\t\t\t\t").view == View::overview);
    CHECK(pressed(model, std::u32string{key::back_tab}).view == View::hosts);
}

TEST(ConsoleViews, LeadBackToTheOverview)
{
    CHECK(pressed(model, U"5\x1b").view == View::overview);
    CHECK(pressed(model, U"2\x1b").view == View::overview);
}

TEST(ConsoleViews, AskAtOnceForWhatTheyShow)
{
    CHECK_FALSE(wants_answers(model.server(), model.now));
    model = pressed(model, U"5");
    CHECK(wants_answers(model.server(), model.now));
    CHECK(interest_in(model, 0).kernel);
    CHECK(interest_in(pressed(model, U"3"), 0).many_clients);
    CHECK(interest_in(pressed(model, U"4"), 0).access);
    CHECK(interest_in(pressed(model, U"6"), 0).clocks);
    LONGS_EQUAL(17764, interest_in(pressed(model, U"2"), 0).association.value);
}

TEST(ConsoleViews, KeepWhatARoundDidNotAskFor)
{
    Answers with = *model.server().answers;
    with.kernel = told("koffset=1");
    model = pressed(model, U"5");
    model = update(model, {model.now, Asked{interest_in(model, 0)}});
    model = update(model, {model.now + 1s, Answered{with}});
    model = pressed(model, U"1");
    model = update(model, {model.now, Asked{interest_in(model, 0)}});
    model = update(model, {model.now + 1s, Answered{scene()}});
    CHECK(model.server().answers->kernel.has_value());
}

TEST(ConsoleViews, LeadFromTheListOfServersToOneOfThem)
{
    model = pressed(among_others(model), U"8jj\r");
    CHECK(model.view == View::overview);
    LONGS_EQUAL(2, model.current);
    LONGS_EQUAL(0, pressed(model, U"]").current);
    LONGS_EQUAL(1, pressed(model, U"[").current);
}

TEST_GROUP(ConsoleFilter)
{
    Model model = watching({80, 24});
};

TEST(ConsoleFilter, WorksWhileItIsWritten)
{
    model = pressed(model, U"/10.9.0.1");
    LONGS_EQUAL(1, sheet(model, View::overview, 80).rows.size());
    model = pressed(model, std::u32string{key::backspace, key::backspace});
    CHECK(model.listing().filter == "10.9.0");
    model = pressed(model, U"\r");
    CHECK_FALSE(model.prompt.has_value());
    CHECK(model.listing().filter == "10.9.0");
    CHECK(pressed(model, U"\x1b").listing().filter.empty());
    CHECK(model.view == View::overview);
}

TEST(ConsoleFilter, IsAsItWasWhenTheOperatorThinksAgain)
{
    model = pressed(model, U"/liar\r/x\x1b");
    CHECK(model.listing().filter == "liar");
    CHECK(pressed(model, std::u32string{U"/"} + key::control_u + U"\r").listing().filter.empty());
}

TEST(ConsoleFilter, TakesTheBarAlong)
{
    model = pressed(model, U"/liar\r");
    LONGS_EQUAL(0, selected_row(model));
    STRCMP_EQUAL(
        "liar.example.org", selected_peer(pressed(model, U"j"))->figures.host_name.c_str());
}

TEST(ConsoleFilter, IsForOneViewOnly)
{
    model = pressed(model, U"/liar\r3");
    CHECK(model.listing().filter.empty());
}

TEST_GROUP(ConsoleSorting)
{
    Model model = watching({80, 24});
};

TEST(ConsoleSorting, GoesFromColumnToColumnAndBackToTheServersOwnOrder)
{
    CHECK(pressed(model, U"s").listing().sorted_by == "remote");
    CHECK(pressed(model, U"ss").listing().sorted_by == "refid");
    CHECK(pressed(model, U"ssssssssss").listing().sorted_by == "jitter_ms");
    CHECK(pressed(model, U"sssssssssss").listing().sorted_by.empty());
    model = pressed(model, U"sssssssss");
    STRCMP_EQUAL(
        "17767", sheet(model, View::overview, 80).rows.front().identity.c_str()); // the liar
    STRCMP_EQUAL(
        "17767", sheet(pressed(model, U"S"), View::overview, 80).rows.back().identity.c_str());
}

TEST_GROUP(ConsoleCommands)
{
    Model model = watching({80, 24});
};

TEST(ConsoleCommands, AreObeyed)
{
    CHECK(pressed(model, line(U"q")).is_quitting);
    CHECK(pressed(model, line(U"help")).shows_help);
    CHECK(pressed(model, line(U"view cl")).view == View::clients);
    CHECK(pressed(model, line(U"interval 7")).interval == 7s);
    CHECK(pressed(model, line(U"interval x")).interval == model.interval);
    LONGS_EQUAL(1, pressed(among_others(model), line(U"host 2")).current);
    CHECK_FALSE(pressed(model, line(U"")).prompt.has_value());
}

TEST(ConsoleCommands, ThatAreNoneAreTold)
{
    STRCMP_EQUAL("'sever' is not a command; man timeball lists them.",
        pressed(model, line(U"sever a")).notice.c_str());
    STRCMP_EQUAL("There is no view 'x'.", pressed(model, line(U"view x")).notice.c_str());
    STRCMP_EQUAL("'x' is not watched.", pressed(model, line(U"host x")).notice.c_str());
}

TEST(ConsoleCommands, ThatChangeTheServerAskForAKeyAndArePassedOn)
{
    model = pressed(model, line(U"server ntp9.example.net iburst"));
    CHECK(model.prompt->kind == Prompt::Kind::key);
    model = pressed(model, U"17 aes\r");
    CHECK(model.prompt->kind == Prompt::Kind::password);
    model = pressed(model, U"secret?q");
    CHECK(to_text(view(model, model.size)).find("secret") == std::string::npos);
    CHECK(to_text(view(model, model.size)).find("Password: ********") != std::string::npos);
    model = pressed(model, U"\r");
    LONGS_EQUAL(1, model.errands.size());
    STRCMP_EQUAL(
        "server ntp9.example.net iburst", std::get<Change>(model.errands.front()).line.c_str());
    LONGS_EQUAL(17, model.credentials->key);
    STRCMP_EQUAL("aes", model.credentials->type.c_str());
    LONGS_EQUAL(8, model.credentials->password.size());

    // The next one needs no key any more.
    model = pressed(model, line(U"server ntp8.example.net"));
    LONGS_EQUAL(2, model.errands.size());
}

TEST(ConsoleCommands, ThatTakeSomethingAwayAreConfirmed)
{
    model = pressed(model, line(U"key 1") + U"\rsecret\r");
    model = pressed(model, line(U"unpeer 192.0.2.1"));
    CHECK(model.prompt->kind == Prompt::Kind::confirm);
    CHECK(pressed(model, U"n").errands.empty());
    CHECK(pressed(model, U"\r").errands.empty());
    STRCMP_EQUAL("Nothing was changed.", pressed(model, U"n").notice.c_str());
    LONGS_EQUAL(1, pressed(model, U"y").errands.size());
}

TEST(ConsoleCommands, ForgetTheKeyWhenToldToAndAfterAWhile)
{
    model = pressed(model, line(U"key 1") + U"\rsecret\r");
    CHECK(model.credentials.has_value());
    CHECK_FALSE(pressed(model, line(U"forget")).credentials.has_value());
    model = update(model, {model.now + 9min, TimePassed{}});
    CHECK(model.credentials.has_value());
    model = update(model, {model.now + 2min, TimePassed{}});
    CHECK_FALSE(model.credentials.has_value());
}

TEST(ConsoleCommands, GiveUpWithoutAKey)
{
    model = pressed(model, line(U"server a"));
    CHECK(pressed(model, U"x\r").waiting_change.empty());
    model = pressed(model, U"1\rpass\x1b");
    CHECK_FALSE(model.credentials.has_value());
    CHECK(model.waiting_change.empty());
    CHECK(model.errands.empty());
}

TEST(ConsoleCommands, SaveWhatIsSeen)
{
    model = pressed(model, U"e");
    STRCMP_EQUAL(
        "timeball-overview-ntp.example.org-20261120-185422.csv", model.prompt->text.c_str());
    model = pressed(model, U"\r");
    const auto& file = std::get<SaveFile>(model.errands.back());
    CHECK(file.content.starts_with("remote,refid,stratum,type,when_s,poll_s,reach,delay_ms,"));
    CHECK(file.content.find("liar.example.org,ATOM,1,u,30,64,377,3.123,247.6774,")
        != std::string::npos);
    const Model json = pressed(model, line(U"save a.json"));
    CHECK(std::get<SaveFile>(json.errands.back())
              .content.starts_with("{\n  \"host\": \"ntp.example.org\""));
    const Model clock = pressed(model, U"5" + line(U"save clock.csv"));
    CHECK(std::get<SaveFile>(clock.errands.back()).content.find("stratum,2\r\n")
        != std::string::npos);
}

TEST(ConsoleCommands, TellWhatBecameOfThem)
{
    model = update(model, {model.now, Reported{false, "file.csv: File exists"}});
    CHECK(to_text(view(model, model.size)).find("\n file.csv: File exists\n") != std::string::npos);
    model = update(model, {model.now + 10s, TimePassed{}});
    CHECK(model.notice.empty());
}

TEST_GROUP(ConsoleMouse)
{
    Model model = watching({80, 24});
};

TEST(ConsoleMouse, ChoosesARowAndOpensItWithASecondClick)
{
    const Lines table = layout(model, model.size).table;
    const Model chosen = clicked(model, 10, table.first + 4);
    LONGS_EQUAL(3, selected_row(chosen));
    CHECK(chosen.view == View::overview);
    CHECK(clicked(chosen, 10, table.first + 4).view == View::peer);
    CHECK(clicked(model, 10, table.first + 20).view == View::overview); // below the table
}

TEST(ConsoleMouse, SortsByAHeading)
{
    const int line = layout(model, model.size).table.first;
    const Model sorted = clicked(model, 4, line);
    CHECK(sorted.listing().sorted_by == "remote");
    CHECK(clicked(sorted, 4, line).listing().is_reversed);
}

TEST(ConsoleMouse, PressesTheKeysOfTheBottomLine)
{
    CHECK(clicked(model, 3, 23).view == View::overview);
    CHECK(clicked(model, 23, 23).view == View::clients);
    CHECK(clicked(model, 79, 0).view == View::overview);
}

TEST_GROUP(ConsoleJournal)
{
    Model model = watching({80, 24});

    const char* newest() const
    {
        return model.server().journal.front().words.c_str();
    }
};

TEST(ConsoleJournal, TellsWhatChangesFromRoundToRound)
{
    STRCMP_EQUAL("first answer: synchronized, follows ntp1.example.net", newest());
    LONGS_EQUAL(1, model.server().journal.size());

    Answers next = *model.server().answers;
    next.peers[1].status.select = sync::Select::falseticker;
    model = update(model, {model.now + 2s, Answered{next}});
    STRCMP_EQUAL("a-very-long-host-name.research.example.com: is a falseticker: it contradicts the "
                 "majority",
        newest());

    next.system.peer = {17765};
    model = update(model, {model.now + 2s, Answered{next}});
    STRCMP_EQUAL(
        "follows a-very-long-host-name.research.example.com, not ntp1.example.net", newest());

    next.peers.pop_back();
    model = update(model, {model.now + 2s, Answered{next}});
    STRCMP_EQUAL("2.debian.pool.ntp.org: gone", newest());

    next.served.uptime = Seconds{1};
    model = update(model, {model.now + 2s, Answered{next}});
    STRCMP_EQUAL("the server was started anew", newest());

    next.system.leap = Leap::unsynchronized;
    model = update(model, {model.now + 2s, Answered{next}});
    STRCMP_EQUAL("not synchronized any more", newest());

    const std::size_t said = model.server().journal.size();
    model = update(model, {model.now + 2s, Answered{next}});
    LONGS_EQUAL(said, model.server().journal.size());
}

TEST(ConsoleJournal, TellsOnceThatAServerIsLostAndThatItIsBack)
{
    model = update(model, {model.now + 2s, Unanswered{"timed out"}});
    STRCMP_EQUAL("no answer: timed out", newest());
    const std::size_t said = model.server().journal.size();
    model = update(model, {model.now + 2s, Unanswered{"timed out"}});
    LONGS_EQUAL(said, model.server().journal.size());
    model = update(model, {model.now + 2s, Answered{*model.server().answers}});
    STRCMP_EQUAL("answers again", newest());
}

TEST(ConsoleJournal, SaysSinceWhenTheClockFollowsWhomItFollows)
{
    CHECK_FALSE(model.server().saw_change);
    Answers next = *model.server().answers;
    next.system.peer = {17765};
    model = update(model, {model.now + 2s, Answered{next}});
    CHECK(model.server().saw_change);
    CHECK(model.server().steady_since == model.now);
}
