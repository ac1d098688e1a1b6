// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// From the text of the files and the command line to one configuration, with everything there is to
// say about it. What is wrong is told and skipped; the rest applies.

#include "config/build.h"
#include "config/command_line.h"
#include "config/config.h"
#include "config/diagnostic.h"

#include <string>
#include <string_view>
#include <vector>

namespace timeball {
class Files;
}

namespace timeball::config {

struct Loaded {
    Config config;
    std::vector<Diagnostic>
        diagnostics; // in order of the files, then of the configuration as a whole
};

// Reads ntp.conf, the *.conf files of the directory ntp.d beside it, and timeball.conf, which need
// not exist. A reload is the same call again.
Loaded load(const CommandLine& options, Files& files, const Build& build = {});

// The same from text, for tests and for lines given at run time. The files are called "ntp.conf"
// and "timeball.conf", and nothing can be included.
Loaded load_text(std::string_view ntp_conf, std::string_view timeball_conf = "",
    const CommandLine& options = {}, const Build& build = {});

// What is in force with more lines of ntp.conf, given at run time. They are applied in their order
// or, when there is anything to complain of, not at all: the configuration is the present one then.
// Names of files may not be among them (see remote.h). The lines are the file "change".
Loaded amend(const Config& present, std::string_view lines, const Build& build = {});

} // namespace timeball::config
