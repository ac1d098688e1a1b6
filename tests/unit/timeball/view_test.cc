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
    model.server.host = "ntp.example.org";
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
            Size{80, 39}, Size{80, 40}, Size{100, 41}, Size{133, 60}, Size{300, 100}})
        for (const char32_t* keys : {U"", U"?", U"\r", U"GG\r", U" ", U"n"}) {
            const Model model = pressed(experienced(size), keys);
            CHECK(view(model, size).size() == size);
            CHECK(view(in_ascii(model), size).size() == size);
            CHECK(view(lost(model), size).size() == size);
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
