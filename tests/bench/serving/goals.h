// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What timeball wants to reach, measured.

#include "bench/serving/figures.h"

#include <optional>
#include <string>
#include <vector>

namespace timeball::bench::serving {

struct Goal {
    std::string what;
    double bound = 0;
    bool is_least = true; // the bound: the least, or the most that is allowed
    std::optional<double> reached; // nothing when it was not measured

    bool is_met() const { return reached && (is_least ? *reached >= bound : *reached <= bound); }
};

std::vector<Goal> goals(const Figures& figures);

} // namespace timeball::bench::serving
