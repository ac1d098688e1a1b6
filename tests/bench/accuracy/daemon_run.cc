// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The daemon on a stage.

#include "contestants.h"

#include "stage.h"

#include <fmt/format.h>

namespace timeball::bench {

using namespace std::chrono_literals;

namespace {

std::string configuration(const Stage& stage)
{
    std::string conf;
    for (const sim::SimServer* s : stage.servers())
        conf += fmt::format("server {} iburst minpoll {} maxpoll {}\n", s->name(),
            stage.situation().minpoll.log2, stage.situation().maxpoll.log2);
    return conf;
}

std::uint64_t requests(const Stage& stage)
{
    std::uint64_t n = 0;
    for (const sim::SimServer* s : stage.servers())
        n += s->requests();
    return n;
}

} // namespace

Track run_daemon(const Situation& situation, std::uint64_t seed)
{
    Stage stage{situation, seed};
    sim::Node& node = stage.world().node({.conf = configuration(stage),
        .address = Stage::client(),
        .oscillator = situation.oscillator});
    stage.has_clock(node.clock());

    Track track = begun(situation);
    std::uint64_t before = 0;
    stage.play(track.grid, [&] {
        track.moments.push_back({Seconds{node.clock_error()} - stage.reference(),
            node.is_synchronized() ? std::optional{node.root_distance()} : std::nullopt});
        if (stage.now() <= situation.settled)
            before = requests(stage);
    });
    track.packets = requests(stage) - before;
    // Not only at the moments of the track: at every event.
    track.claims_checked = situation.is_truth_told ? stage.world().claims_checked() : 0;
    track.claims_broken = situation.is_truth_told ? stage.world().claims_broken() : 0;
    if (situation.is_truth_told)
        track.first_broken = stage.world().first_broken();
    return track;
}

} // namespace timeball::bench
