// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What a path's round trips tell of the error of one reading. A packet that waited in a queue makes
// the offset wrong by at most half of what it waited: with an excess s over the least delay the
// truth lies within s / 2 of the offset, on either side.

#include "time/time.h"

#include <cstddef>
#include <deque>

namespace timeball::sync {

struct PathDelay {
    static constexpr std::size_t memory = 512;
    static constexpr std::size_t convincing = 64; // so many slow ones in a row are another route

    std::deque<Seconds> delays; // newest last, at most `memory`
    Seconds least{0};
    Seconds wait{0}; // usual one in a queue, each way: the mean, as far as the median tells
    bool is_new_route = false; // what was before the newest delays was just forgotten
};

PathDelay push(PathDelay path, Seconds delay);

struct Queueing {
    Seconds excess{0}; // truth lies within half of it, but for what is constant
    Seconds wait{0}; // usual one, each way
    Seconds noise{0}; // standard deviation of all else, the doubt about the least delay included
};

// What a reading with this delay has met. `floor` is what remains without any queue: resolution
// and stamping.
Queueing queueing(const PathDelay& path, Seconds delay, Seconds floor);

// Standard deviation of the offset of such a reading, when nothing else is known.
Seconds offset_noise(const PathDelay& path, Seconds delay, Seconds floor);

} // namespace timeball::sync
