// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Oscillators far from where they should be: they are followed, and nothing false is said of them
// at any time, though nobody knew beforehand.

#include "sim/world.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::sim;
using namespace std::chrono_literals;

namespace {

struct Outcome {
    Seconds error;
    bool is_synchronized = false;
    Seconds root_distance;
    std::string broken;
};

// Where a clock of such a frequency error is after some hours, with four servers or with one.
Outcome after_hours(Frequency error, int servers)
{
    World world{5};
    world.net().all_paths() = {.delay = 20ms, .jitter = 1ms, .loss = 0.01};
    std::string conf;
    for (int i = 1; i <= servers; ++i) {
        const std::string name = "ntp" + std::to_string(i);
        world.server(name);
        conf += "server " + name + " iburst\n";
    }
    Node& node = world.node(conf, {.offset = 3s, .frequency = error, .wander = 1e-9});
    world.run_for(6h);
    return {node.clock_error(), node.is_synchronized(), node.root_distance(), world.first_broken()};
}

} // namespace

TEST_GROUP(FarOscillator){};

TEST(FarOscillator, IsFollowed)
{
    for (const int servers : {1, 4})
        for (const double ppm : {450.0, -450.0, 600.0, -600.0, 900.0, -900.0}) {
            const Outcome o = after_hours(Frequency::ppm(ppm), servers);
            STRCMP_EQUAL("", o.broken.c_str());
            CHECK(o.is_synchronized);
            CHECK(abs(o.error) < 2ms);
            CHECK(o.root_distance < 40ms);
        }
}
