// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Who keeps the clock. Each plays one situation with one seed and gives the track.

#include "situation.h"
#include "track.h"

#include <cstdint>

namespace timeball::bench {

// The whole daemon, as configured by default.
Track run_daemon(const Situation& situation, std::uint64_t seed);

// The reference algorithm of RFC 5905.
Track run_rfc5905(const Situation& situation, std::uint64_t seed);

// The floor: an estimator that knows the laws of all noise.
Track run_oracle(const Situation& situation, std::uint64_t seed);

// How often the error is looked at: every second where a recovery is timed.
Nanoseconds grid_of(const Situation& situation);

} // namespace timeball::bench
