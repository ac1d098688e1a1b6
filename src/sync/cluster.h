// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// From the truechimers to the few that are combined (RFC 5905, sections 11.2.2 and 11.2.3): the
// cluster algorithm, the choice of the system peer and the weighted mean.

#include "ntp/types.h"
#include "sync/engine.h"
#include "time/time.h"

#include <optional>
#include <span>
#include <vector>

namespace timeball::sync {

struct Candidate {
    SourceId id;
    Stratum stratum;
    Seconds offset;
    Seconds jitter;
    Seconds distance; // half delays and dispersions up to the root, without age
    bool is_preferred = false;
    bool is_true = false;
    Seconds select_jitter{0}; // filled in by cluster()
};

struct Clustered {
    std::vector<Candidate> survivors;
    std::vector<Candidate> outliers; // in the order in which they were dropped
};

// Drops whoever lies farthest from the rest, while that makes the rest more coherent than the
// best of them is by itself, and than `mindist`; never below `minclock`, and never a preferred or
// `true` source.
Clustered cluster(std::vector<Candidate> candidates, int minclock, Seconds mindist);

// Whom to name, as far as only one can be named: the nearest, a stratum counting `mindist`. The one
// we have is kept until another is nearer by a quarter, lest it hops to and fro with the noise.
// None without survivors.
std::optional<SourceId> choose_peer(
    std::span<const Candidate> survivors, std::optional<SourceId> old, Seconds mindist);

struct Combined {
    Seconds offset{0};
    Seconds jitter{0};
};

// Weighted by 1 / distance; the jitter is that of the system peer and the spread of the rest about
// it. With a preferred survivor, that one alone. `survivors` is not empty.
Combined combine(std::span<const Candidate> survivors, SourceId peer);

} // namespace timeball::sync
