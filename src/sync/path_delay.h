// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What a path's round trips tell of the error of one reading. A packet that waited in a queue makes
// the offset wrong by at most half of what it waited: with an excess s over the least delay the
// error is spread over s, so its variance is near s^2 / 12.

#include "time/time.h"

#include <cstddef>
#include <deque>

namespace timeball::sync {

struct PathDelay {
    static constexpr std::size_t memory = 32;
    std::deque<Seconds> delays; // newest last, at most `memory`
};

PathDelay push(PathDelay path, Seconds delay);

// Standard deviation of the offset of a reading with this delay. `floor` is what remains without
// any queue: resolution and stamping.
Seconds offset_noise(const PathDelay& path, Seconds delay, Seconds floor);

} // namespace timeball::sync
