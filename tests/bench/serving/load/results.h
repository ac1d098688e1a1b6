// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What a run found, for people and for programs.

#include "bench/serving/load/run.h"

#include <string>

namespace timeball::load {

std::string table(const Options& options, const Outcome& outcome); // several lines

// One line for each crowd; the first has the names.
std::string csv(const Outcome& outcome);

std::string json(const Outcome& outcome); // one object

// Whether something was answered, nothing wrongly, and nothing forged.
bool is_good(const Outcome& outcome);

} // namespace timeball::load
