// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A run: crowds ask through an engine until time is up or all is asked.

#include "bench/serving/load/account.h"
#include "bench/serving/load/engine.h"
#include "bench/serving/load/options.h"

#include <functional>
#include <vector>

namespace timeball::load {

struct Outcome {
    std::vector<Crowd> crowds;
    std::vector<Account> accounts; // of the crowds
    Unmatched unmatched;
    Seconds elapsed{0}; // while questions were sent
    std::uint64_t refused = 0; // the kernel would not send them; among `sent` all the same
    std::uint64_t overrun = 0; // answers that the kernel dropped before we read them
};

// What a run needs of the world.
struct World {
    Engine& engine;
    std::function<Instant<Mono>()> mono;
    std::function<Instant<Utc>()> utc;
    std::function<bool()> is_interrupted;
    std::uint64_t seed;
};

Outcome run(const Options& options, const World& world);

} // namespace timeball::load
