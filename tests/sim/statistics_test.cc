// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The statistics files that a day of the whole daemon leaves behind.

#include "sim/world.h"

#include <algorithm>
#include <map>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::sim;
using namespace std::chrono_literals;

namespace {

auto lines_in(const std::string& text)
{
    return std::count(text.begin(), text.end(), '\n');
}

} // namespace

TEST_GROUP(StatisticsFiles){};

TEST(StatisticsFiles, ADayLeavesOneFileOfEachKindAndALinkToIt)
{
    World world{1};
    world.net().all_paths() = {.delay = 20ms, .jitter = 1ms};
    world.server("ntp1");
    world.server("ntp2");
    Node& node = world.node("server ntp1 iburst\nserver ntp2 iburst\n"
                            "statsdir /stats\n"
                            "statistics loopstats peerstats rawstats sysstats protostats\n"
                            "filegen rawstats file raw type none\n");
    world.run_for(3h + 1min);

    std::map<std::string, std::string>& files = node.files().content;
    const auto of = [&](const std::string& kind) -> const std::string& {
        const auto link = files.find("/stats/" + kind);
        CHECK(link != files.end());
        return link->second;
    };
    CHECK(lines_in(of("loopstats")) > 50);
    CHECK(lines_in(of("peerstats")) >= lines_in(of("loopstats")));
    CHECK(lines_in(of("raw")) >= lines_in(of("peerstats")));
    CHECK_EQUAL(3, lines_in(of("sysstats")));
    CHECK(of("protostats").find(" 0.0.0.0 ") != std::string::npos);
    CHECK(of("protostats").find(" 84 reachable ") != std::string::npos);
    CHECK(of("protostats").find(" 192.0.2.1 8011 81 mobilize ") != std::string::npos);
    CHECK(of("peerstats").find(" 192.0.2.1 ") != std::string::npos);
    // One bare name and one with its day for each kind, but for the one without days.
    const auto kept = std::count_if(files.begin(), files.end(),
        [](const auto& file) { return file.first.starts_with("/stats/"); });
    CHECK_EQUAL(9, kept);
}
