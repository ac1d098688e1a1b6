// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The figures of all contestants in a situation, as a line for people.

#include "track.h"

#include <string>

namespace timeball::bench {

struct Row {
    const Situation* situation = nullptr;
    Figures daemon, rfc5905, oracle;
};

std::string heading();
std::string line(const Row& result);

} // namespace timeball::bench
