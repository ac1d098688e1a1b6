// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The statistics files (`statsdir`, `statistics`, `filegen`): which file a line of a kind goes to
// at an instant, and writing it there. A file begins anew with the day, the month or whatever the
// configuration says; the bare name is then another name of the current one.

#include "config/config.h"
#include "edge/files.h"
#include "time/time.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace timeball::daemon {

// "loopstats.20261124": the file's name within statsdir. `age` is the time since the start.
std::string file_name(
    const config::FileGeneration& generation, Instant<Utc> when, Seconds age, int pid);

class Statistics {
public:
    // `failed` is told once when a kind cannot be written, until it can again.
    Statistics(Files& files, int pid, std::function<void(const std::string&)> failed);

    void configure(const config::LiveConfig& config);

    // Whether lines of this kind ("loopstats") go anywhere: else there is no need to make them.
    bool wants(std::string_view kind) const;
    void write(std::string_view kind, Instant<Utc> when, Seconds age, const std::string& line);

private:
    struct Current {
        config::FileGeneration generation;
        std::string name; // of the file that was written last; empty: none yet
        bool is_failing = false;
    };

    Files& files_;
    int pid_;
    std::function<void(const std::string&)> failed_;
    std::string directory_; // ends in a slash; empty: nothing is written
    std::map<std::string, Current, std::less<>> kinds_; // those that are enabled
};

} // namespace timeball::daemon
