// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What a reload changes, so that whatever stays the same keeps its state.

#include "config/config.h"

#include <string>
#include <vector>

namespace timeball::config {

struct Changes {
    // By identity(): a source with another port is another source, one with another minpoll is the
    // same one changed.
    std::vector<SourceConfig> removed, added;
    std::vector<SourceConfig> changed; // as they are from now on

    bool access = false; // restrictions, names, or whether clients are monitored
    bool limit = false;
    bool mru = false;
    bool serve = false; // workers, and what they may do
    bool interfaces = false; // where we listen, and the DSCP we send with
    bool policy = false; // tos, tinker, enable ntp
    bool leap = false;
    bool drift = false;
    bool statistics = false;
    bool log = false;
    bool keys = false;
    bool variables = false;
    bool nts = false;

    bool is_empty() const;
    bool operator==(const Changes&) const = default;
};

Changes diff(const LiveConfig& before, const LiveConfig& after);

// What only a restart can change, by the words of the configuration: "port", "clock".
std::vector<std::string> wants_restart(const StartConfig& before, const StartConfig& after);

} // namespace timeball::config
