// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Mitigation (RFC 5905, section 11.2): from what is known of each source to who is fit, who tells
// the truth, who is followed, and what they say together.

#include "sync/cluster.h"
#include "sync/fitness.h"
#include "sync/policy.h"

#include <optional>
#include <vector>

namespace timeball::sync {

struct Selection {
    std::vector<Standing> standings; // in the order of the sources
    std::optional<SourceId> peer;
    bool is_fallback = false; // the peer is an orphan parent or the local clock
    bool is_local_clock = false; // which is shown, never followed
    Combined combined; // meaningful with a peer
    Interval truth; // contains UTC if fewer than half of the fit sources lie; with a peer
    std::optional<Seconds> numbering; // what survivors without pulses say together
    Leap leap = Leap::none;
    int unripe = 0; // reachable sources that want more readings before they can be judged

    const Standing* standing(SourceId id) const; // none when there is no such source
    Standing* standing(SourceId id);
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
