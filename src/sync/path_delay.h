// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What a path's round trips tell of the error of one reading. A packet that waited in a queue makes
// the offset wrong by at most half of what it waited: with an excess s over the least delay the
// truth lies within s / 2 of the offset, on either side.

#include "time/time.h"

#include <cstddef>
#include <deque>
#include <optional>

namespace timeball::sync {

struct Trip {
    Seconds delay; // there and back
    Seconds surprise{0}; // of its offset: measured less expected
};

struct PathDelay {
    static constexpr std::size_t memory = 512;
    static constexpr std::size_t convincing = 64; // so many slow ones in a row are another route

    std::deque<Trip> trips; // newest last, at most `memory`
    Seconds least{0};
    Seconds wait{0}; // usual one in a queue, each way: the mean, as far as the median tells
    double share_there = 0.5; // of both waits, on the way there
    bool has_no_edge = false; // delays lie evenly about their mean, not on one side of a least one
    Seconds spread{0}; // then: their standard deviation
    Seconds slowest{0}; // and what few of them pass
    std::optional<Seconds> usual_surprise; // standard deviation of the surprises, robust
    std::optional<Seconds> new_route; // all before was just forgotten: by so much offsets changed
    unsigned pushed = 0;
    bool is_remembered = false; // the first trips stand for those of an earlier run
};

// A path as it was known in an earlier run. The first new trips decide whether it is still that.
PathDelay remembered(Seconds least, Seconds wait);

// The surprise of the newest trip is told afterwards.
PathDelay push(PathDelay path, Seconds delay);

struct Queueing {
    Seconds excess{0}; // truth lies within half of it, but for what is constant
    Seconds wait_there{0}, wait_back{0}; // usual ones
    Seconds noise{0}; // standard deviation of all else, the doubt about the least delay included
};

// What a reading with this delay has met. `floor` is what remains without any queue: resolution
// and stamping.
Queueing queueing(const PathDelay& path, Seconds delay, Seconds floor);

// Standard deviation of the offset of such a reading, when nothing else is known.
Seconds offset_noise(const PathDelay& path, Seconds delay, Seconds floor);

} // namespace timeball::sync
