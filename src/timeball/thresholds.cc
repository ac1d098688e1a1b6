// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "timeball/thresholds.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace timeball::console {

std::string_view in_words(Level level)
{
    switch (level) {
    case Level::fine:
        return "fine";
    case Level::caution:
        return "caution";
    case Level::bad:
        return "bad";
    }
    return "";
}

Level Threshold::judge(double value) const
{
    const double size = std::fabs(value);
    if (bad && size >= *bad)
        return Level::bad;
    return caution && size >= *caution ? Level::caution : Level::fine;
}

int missed_polls(std::uint8_t reach)
{
    return reach == 0 ? 8 : static_cast<int>(std::bit_width(reach)) - std::popcount(reach);
}

Level level_of(const Thresholds& thresholds, const PeerFigures& peer)
{
    if (!peer.received)
        return Level::fine; // nothing is known of it yet
    Level worst = Level::fine;
    const auto look = [&](Level level) { worst = std::max(worst, level); };
    if (peer.offset)
        look(thresholds.offset.judge(peer.offset->count()));
    if (peer.jitter)
        look(thresholds.jitter.judge(peer.jitter->count()));
    if (peer.reach)
        look(thresholds.missed.judge(missed_polls(*peer.reach)));
    return worst;
}

} // namespace timeball::console
