// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What may not be changed over the network, whoever asks: names of files, for a key that leaks
// must not reach into the file system, and what only the start can do.

#include "config/draft.h"

namespace timeball::config {

// True when the line was refused, which is told.
bool refuse_remotely(Draft& draft, const Line& line);

} // namespace timeball::config
