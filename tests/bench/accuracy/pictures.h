// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The results as pictures: all RMS errors on one scale, and how the error went over time.

#include "table.h"

#include <string>
#include <vector>

namespace timeball::bench {

// What the clocks of the first seed did.
struct Course {
    const Situation* situation = nullptr;
    Track daemon, rfc5905, oracle;
};

std::string picture_of_rms(const std::vector<Row>& rows);
std::string picture_of_courses(const std::vector<Course>& courses);

} // namespace timeball::bench
