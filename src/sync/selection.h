// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Mitigation (RFC 5905, section 11.2): from what is known of each source to who is fit, who tells
// the truth, who is followed, and what they say together.

#include "sync/clock_filter.h"
#include "sync/cluster.h"
#include "sync/engine.h"
#include "sync/path_delay.h"
#include "sync/policy.h"

#include <optional>
#include <string>
#include <vector>

namespace timeball::sync {

// What is remembered of a source.
struct Source {
    SourceId id;
    SourceTraits traits;
    std::uint8_t reach = 0;
    std::optional<Sample> last; // what the server said of itself
    ClockFilter filter;
    PathDelay path;
    bool is_newest_popcorn = false;
    bool is_doubtful = false; // the newest reading was a surprise: ask again soon
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

struct Selection {
    std::vector<Standing> standings; // in the order of the sources
    std::optional<SourceId> peer;
    bool is_fallback = false; // the peer is an orphan parent or the local clock
    bool is_local_clock = false; // which is shown, never followed
    Combined combined; // meaningful with a peer
    Interval truth; // contains UTC if fewer than half of the fit sources lie; with a peer
    Leap leap = Leap::none;
    int unripe = 0; // reachable sources that want more readings before they can be judged
    int followed = 0;

    const Standing* standing(SourceId id) const;
};

struct SelectionInput {
    const std::vector<Source>& sources;
    Instant<FreeRun> now;
    Drift drift;
    Poll poll;
    std::optional<SourceId> old_peer;
    bool allows_fallback = false; // there was nothing better for long enough
};

Selection select(const SelectionInput& input, const Policy& policy);

} // namespace timeball::sync
