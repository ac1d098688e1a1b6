// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The figures as comma-separated values: one line for each contestant in each situation. The same
// program gives the same file, to the byte.

#include "table.h"

#include <string>
#include <vector>

namespace timeball::bench {

std::string csv(const std::vector<Row>& rows, int seeds);

} // namespace timeball::bench
