// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What is seen, compared with screens that somebody has looked at. When a change is wanted,
// TIMEBALL_SCREENS=write puts the new screens into tests/data/console: look at the difference.

#include "scene.h"

#include "timeball/update.h"
#include "timeball/view.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::console;
using namespace std::chrono_literals;

namespace {

constexpr Size small{60, 15}, usual{80, 24}, large{200, 50};

std::string difference(const std::string& expected, const std::string& seen)
{
    std::istringstream a{expected}, b{seen};
    std::string report, line_a, line_b;
    for (int line = 1;; ++line) {
        const bool has_a = static_cast<bool>(std::getline(a, line_a));
        const bool has_b = static_cast<bool>(std::getline(b, line_b));
        if (!has_a && !has_b)
            return report;
        if (has_a != has_b || line_a != line_b)
            report += "\nline " + std::to_string(line) + "\n- " + (has_a ? line_a : "") + "\n+ "
                + (has_b ? line_b : "");
    }
}

void compare(const std::string& name, const std::string& seen)
{
    const std::string path = std::string{TEST_DATA} + "/console/" + name + ".txt";
    std::ifstream file{path};
    std::ostringstream expected;
    expected << file.rdbuf();
    const std::string report = difference(expected.str(), seen);
    if (report.empty())
        return;
    const char* wish = std::getenv("TIMEBALL_SCREENS");
    if (wish && std::string{wish} == "write")
        std::ofstream{path} << seen;
    FAIL((path + report).c_str());
}

void compare_screen(const std::string& name, const Model& model)
{
    compare(name, to_text(view(model, model.size)));
}

Model in_ascii(Model model)
{
    model.alphabet = Alphabet::ascii;
    return model;
}

Model lost(Model model)
{
    for (int i = 0; i < 3; ++i)
        model = update(model, {model.now + 5s, Unanswered{"timed out, nothing received"}});
    return update(model, {model.now + 1s, TimePassed{}});
}

} // namespace

TEST_GROUP(ConsoleView){};

TEST(ConsoleView, ShowsSystemAndAssociationsOnAnOrdinaryTerminal)
{
    compare_screen("overview-80x24", watching(usual));
}

TEST(ConsoleView, GivesEachCellItsMeaning)
{
    const Model model = watching(usual);
    compare("roles-80x24", to_roles(view(model, usual)));
}

TEST(ConsoleView, ShowsTheEssentialOnASmallTerminal)
{
    compare_screen("overview-60x15", watching(small));
}

TEST(ConsoleView, ShowsMoreOnALargeTerminal)
{
    compare_screen("overview-200x50", experienced(large));
}

TEST(ConsoleView, DoesWithoutUnicode)
{
    compare_screen("ascii-80x24", in_ascii(watching(usual)));
    compare_screen("ascii-200x50", in_ascii(experienced(large)));
}

TEST(ConsoleView, ShowsDetailsInsteadOfTheTable)
{
    compare_screen("details-80x24", pressed(experienced(usual), U"\r"));
    compare_screen("details-60x15", pressed(experienced(small), U"\r"));
}

TEST(ConsoleView, ShowsDetailsBelowTheTableWhereThereIsRoom)
{
    compare_screen("details-200x50", pressed(experienced(large), U"jl"));
}

TEST(ConsoleView, SaysWhichTestsFailed)
{
    compare_screen("details-failed-80x24", pressed(watching(usual), U"jjjjj\r"));
}

TEST(ConsoleView, SaysInTheServersOwnWordsWhyASourceIsChosen)
{
    compare_screen("why-80x24", pressed(busy(usual), U"\r"));
}

TEST(ConsoleView, ShowsClientsTheBusiestFirst)
{
    compare_screen("clients-80x24", pressed(busy(usual), U"3"));
    compare_screen("clients-200x50", pressed(busy(large), U"3j"));
    compare_screen("clients-60x15", pressed(busy(small), U"3"));
}

TEST(ConsoleView, ShowsRestrictionsAndWhatIsLimited)
{
    compare_screen("access-80x24", pressed(busy(usual), U"4"));
    compare_screen("access-200x50", pressed(busy(large), U"4"));
    Model forbidden = pressed(watching(usual), U"4");
    forbidden.server().answers->no_access = "permission denied (PERMISSION)";
    compare_screen("access-forbidden-80x24", forbidden);
}

TEST(ConsoleView, ShowsTheClock)
{
    compare_screen("clock-80x24", pressed(busy(usual), U"5"));
    compare_screen("clock-end-80x24", pressed(busy(usual), U"5G"));
    compare_screen("clock-200x50", pressed(busy(large), U"5"));
}

TEST(ConsoleView, DoesNotShowTheKernelsFiguresForAnotherClock)
{
    Model model = busy(usual);
    model.server().answers->own->set({"tb_clock", "software"});
    compare_screen("clock-software-80x24", pressed(model, U"5"));
}

TEST(ConsoleView, ShowsReferenceClocks)
{
    compare_screen("refclocks-80x24", pressed(busy(usual), U"6"));
    compare_screen("refclocks-200x50", pressed(busy(large), U"6"));
}

TEST(ConsoleView, ShowsWhatHappened)
{
    compare_screen("events-80x24", pressed(among_others(busy(usual)), U"7"));
    compare_screen("events-200x50", pressed(among_others(busy(large)), U"7"));
}

TEST(ConsoleView, ShowsAllServersThatAreWatched)
{
    compare_screen("hosts-80x24", pressed(among_others(busy(usual)), U"8"));
    compare_screen("hosts-200x50", pressed(among_others(busy(large)), U"8"));
}

TEST(ConsoleView, ShowsWhoAbusesTheServerAndWhatIsBeyondItsThreshold)
{
    compare_screen("busy-80x24", busy(usual));
    compare_screen("busy-200x50", busy(large));
    compare("busy-roles-80x24", to_roles(view(busy(usual), usual)));
}

TEST(ConsoleView, ShowsWhatTheOperatorWrites)
{
    compare_screen("filter-80x24", pressed(busy(usual), U"3/192.0.2.1"));
    compare_screen("confirm-80x24", pressed(busy(usual), U":key 1\r\rx\r:unpeer 10.9.0.111\r"));
}

TEST(ConsoleView, LeavesOutWhatOtherServersDoNotTell)
{
    Answers answers = scene();
    answers.served = {};
    answers.no_clients = "this server does not tell it";
    Model model = update(watching(usual), {start + 4s, Answered{answers}});
    compare_screen("untold-80x24", model);
    compare_screen("untold-clients-80x24", pressed(model, U"3"));
    compare_screen("untold-clock-80x24", pressed(model, U"5"));
    answers.peers.clear();
    model = update(model, {start + 6s, Answered{answers}});
    compare_screen("untold-refclocks-80x24", pressed(model, U"6"));
}

TEST(ConsoleView, TurnsThePagesOfDetails)
{
    compare_screen("details-end-80x24", pressed(watching(usual), U"\rffff"));
}

TEST(ConsoleView, HelpsWithEveryKey)
{
    compare_screen("help-80x24", pressed(watching(usual), U"?"));
    compare_screen("help-end-80x24", pressed(watching(usual), U"?ff"));
    compare_screen("help-60x15", pressed(watching(small), U"?"));
    compare_screen("help-200x50", pressed(watching(large), U"?"));
}

TEST(ConsoleView, SaysHowLongTheServerHasBeenSilentAndKeepsTheTable)
{
    const Model model = lost(watching(usual));
    compare_screen("lost-80x24", model);
    compare("lost-roles-80x24", to_roles(view(model, usual)));
}

TEST(ConsoleView, SaysThatNobodyHasAnsweredYet)
{
    Model model;
    model.server().host = "ntp.example.org";
    model.size = usual;
    compare_screen("asking-80x24", model);
    compare_screen("never-80x24", lost(model));
}

TEST(ConsoleView, SaysWhyAServerIsNotSynchronized)
{
    Answers answers = scene();
    answers.system = system_figures(told("leap=3, stratum=16, refid=INIT, offset=0.0, "
                                         "rootdelay=0.000, rootdisp=0.375, peer=0, "
                                         "clock=0xeeab15dc.5f575555"));
    for (Peer& peer : answers.peers)
        peer.status.select = sync::Select::reject;
    const Model model = update(watching(usual), {start + 4s, Answered{answers}});
    compare_screen("unsynchronized-80x24", model);
}

TEST(ConsoleView, SaysWhenTheTerminalIsTooSmall)
{
    compare_screen("small-59x24", watching({59, 24}));
    compare_screen("small-20x3", watching({20, 3}));
}

TEST(ConsoleView, HasAPictureForEverySizeAndState)
{
    for (const Size size :
        {Size{1, 1}, Size{1, 100}, Size{300, 1}, Size{60, 15}, Size{61, 16}, Size{72, 20},
            Size{80, 39}, Size{80, 40}, Size{100, 41}, Size{133, 60}, Size{300, 100}}) {
        const Model rich = among_others(busy(size));
        for (const char32_t* keys : {U"", U"?", U"\r", U"GG\r", U" ", U"n", U"3", U"4", U"5G", U"6",
                 U"7", U"8", U"3/x", U":", U"sS"}) {
            const Model model = pressed(rich, keys);
            CHECK(view(model, size).size() == size);
            CHECK(view(in_ascii(model), size).size() == size);
            CHECK(view(lost(model), size).size() == size);
        }
    }
}

TEST(ConsoleView, PrintsABillboardForThoseWhoAreNotTerminals)
{
    compare("billboard-80", billboard(in_ascii(watching(usual)), 80));
    compare("billboard-160", billboard(watching(usual), 160));
}

TEST(ConsoleView, KeepsTheSelectionBarInSight)
{
    Model model = watching(small);
    const auto bar = [&] {
        const std::string roles = to_roles(view(model, small));
        return roles.find('#') != std::string::npos;
    };
    CHECK(bar());
    for (int i = 0; i < 10; ++i) {
        model = pressed(model, U"j");
        CHECK(bar());
    }
    for (int i = 0; i < 10; ++i) {
        model = pressed(model, U"k");
        CHECK(bar());
    }
}
