// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Does in the world what the console wants done beside asking: files, commands, and the settings
// that are read at the start.

#include "timeball/errand.h"
#include "timeball/options.h"

#include <string>

namespace timeball::console {

// The settings file of the options, or the usual one if it is there.
Result<Options, std::string> with_settings(Options options);

// In a sentence what became of it. A file that exists is not overwritten.
Result<std::string, std::string> save(const SaveFile& file);

// In the background, without a terminal; nobody waits for it.
void run(const RunCommand& command);

} // namespace timeball::console
