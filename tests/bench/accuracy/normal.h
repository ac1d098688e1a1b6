// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The standard normal distribution between two ends, exact far out in the tails as well.

namespace timeball::bench {

double normal_mass(double low, double high);

// The quantile `u` (0 to 1) of the distribution restricted to what lies between the ends.
double normal_within(double low, double high, double u);

} // namespace timeball::bench
