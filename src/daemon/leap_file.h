// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The leapfile: read at the start, on a reload and each hour, because packages renew it in place.

#include "edge/files.h"
#include "edge/log.h"
#include "ntp/types.h"
#include "time/leap_table.h"

#include <optional>
#include <string>

namespace timeball::daemon {

class LeapFile {
public:
    // An empty path: no file.
    LeapFile(Files& files, std::string path, bool checks_hash);

    // What to say of it, if anything. The same is said again a day later only.
    struct Said {
        Severity severity;
        std::string text;
        bool is_stale = false; // it has expired
    };
    std::optional<Said> read(Instant<Utc> now, Instant<Mono> when);

    // The last good one, even when it has expired; null: none.
    const LeapTable* table() const { return table_ ? &*table_ : nullptr; }

    // What it says of the end of this month. Nothing when it does not reach so far.
    std::optional<Leap> coming(Instant<Utc> now) const;

private:
    Said look(Instant<Utc> now);
    Said refused(const std::string& why) const;

    Files* files_;
    std::string path_;
    bool checks_hash_;
    std::optional<LeapTable> table_;
    std::string said_;
    Instant<Mono> said_at_{};
};

} // namespace timeball::daemon
