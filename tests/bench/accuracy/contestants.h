// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Who keeps the clock. Each plays one situation with one seed and gives the track.

#include "situation.h"
#include "track.h"

#include <cstdint>

namespace timeball::bench {

using Contestant = Track (*)(const Situation&, std::uint64_t seed);

// The whole daemon, as configured by default.
Track run_daemon(const Situation& situation, std::uint64_t seed);

// The reference algorithm of RFC 5905.
Track run_rfc5905(const Situation& situation, std::uint64_t seed);

// The floor: an estimator that knows the laws of all noise.
Track run_oracle(const Situation& situation, std::uint64_t seed);

// The same where the source is a reference clock.
Track run_engine_on_reference(const Situation& situation, std::uint64_t seed);
Track run_rfc5905_on_reference(const Situation& situation, std::uint64_t seed);
Track run_oracle_on_reference(const Situation& situation, std::uint64_t seed);

} // namespace timeball::bench
