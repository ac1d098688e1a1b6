// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The life of the process: into the background, onto the real platform, out of its privileges,
// until a signal or its own end.

#include "config/load.h"
#include "edge/files.h"

#include <functional>
#include <string>
#include <vector>

namespace timeball {

// What it was told at the start.
struct Orders {
    std::vector<std::string> words; // as they were said
    std::string recording; // a file; empty: none is made
    bool takes_over = false; // from the daemon that runs
    std::function<config::Loaded(Files&)> load; // reads the configuration again
};

// Gives the exit status.
int live(config::Loaded loaded, const Orders& orders);

} // namespace timeball
