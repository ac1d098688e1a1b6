// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What is remembered of a source, and whether it may be chosen at all: the peer tests of the flash
// word (RFC 5905, section 11.2, "fit").

#include "sync/clock_filter.h"
#include "sync/engine.h"
#include "sync/path_delay.h"
#include "sync/policy.h"

#include <cstdint>
#include <optional>
#include <string>

namespace timeball::sync {

struct Source {
    SourceId id;
    SourceTraits traits;
    std::uint8_t reach = 0;
    std::optional<Sample> last; // what the server said of itself
    ClockFilter filter;
    PathDelay path;
    bool is_newest_popcorn = false;
    bool is_doubtful = false; // the newest reading was a surprise: ask again soon
    bool was_doubtful = false; // and so was the one before
};

// How it stands at the moment. Offsets are UTC minus the free-running clock, less the origin.
struct Standing {
    SourceId id;
    std::optional<Estimate> estimate;
    std::uint16_t flash = 0; // FlashBits
    Select select = Select::reject;
    Seconds root_distance{16};
    Seconds select_jitter{0};
    Interval claim; // offset +- distance: who does not overlap the majority lies
    Interval correctness; // narrower: all that is remembered taken together
    std::string why;

    bool is_followed() const
    {
        return select == Select::system_peer || select == Select::candidate
            || select == Select::pps_peer;
    }
};

struct Circumstances {
    Instant<FreeRun> now;
    Drift drift;
    Poll poll; // at which sources are asked
};

Standing examine(const Source& source, const Circumstances& at, const Policy& policy);

// Nothing speaks against it but that it has given too few readings so far.
bool is_unripe(const Standing& standing);

} // namespace timeball::sync
