// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The life of the process: into the background, onto the real platform, out of its privileges,
// until a signal or its own end.

#include "config/load.h"

#include <functional>

namespace timeball {

// `load` reads the configuration again, for a reload. Gives the exit status.
int live(config::Loaded loaded, const std::function<config::Loaded()>& load);

} // namespace timeball
