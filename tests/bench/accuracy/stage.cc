// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Setting up and playing a situation.

#include "stage.h"

#include <fmt/format.h>

namespace timeball::bench {

Stage::Stage(const Situation& situation, std::uint64_t seed)
    : situation_{situation}, world_{seed}, start_{world_.now()}
{
    for (const Upstream& u : situation.upstreams) {
        auto& server = world_.server(fmt::format("ntp{}", servers_.size() + 1));
        server.lies_by(u.lie).drifts_by(u.drift);
        world_.net().path(client(), server.address()) = u.there;
        world_.net().path(server.address(), client()) = u.back;
        servers_.push_back(&server);
    }
}

Address Stage::client()
{
    return Address::ipv4(0xc6336401u);
}

void Stage::play(Nanoseconds grid, const std::function<void()>& look)
{
    for (const Happening& h : situation_.happenings)
        world_.timeline().at(start_ + h.at, [this, &h] { h.what(*this); });
    while (now() < situation_.span) {
        world_.run_for(grid);
        look();
    }
}

} // namespace timeball::bench
