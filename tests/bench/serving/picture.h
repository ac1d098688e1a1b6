// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The picture of the serving benchmark: what each server does, and what clients cost.

#include "bench/serving/figures.h"

#include <string>

namespace timeball::bench::serving {

std::string picture(const Figures& figures); // SVG

} // namespace timeball::bench::serving
