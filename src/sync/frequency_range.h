// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Between which limits the free-running clock's frequency lies for certain. An estimate may be
// wrong by more than its standard deviation says; but if UTC was within one interval then and is
// within another now, what has been gained in between is bounded, whatever the paths' asymmetry.
// Hours later that is a few ppm.

#include "sync/error_bound.h"
#include "time/time.h"

#include <optional>

namespace timeball::sync {

struct FrequencyRange {
    Frequency lowest, highest;

    // The older one is what the present is compared with; the newer will be.
    std::optional<ErrorBound> older, newer;
};

// All that a clock can be wrong, or a drift file.
FrequencyRange frequency_range(Frequency about, Frequency at_most);

// With what is certain now. When it contradicts what was certain before, the frequency has changed,
// and the range is `unknown` again.
FrequencyRange narrowed(FrequencyRange range, const ErrorBound& now, const FrequencyRange& unknown);

// How far `estimate` may be from the truth.
Frequency greatest_error(const FrequencyRange& range, Frequency estimate);

} // namespace timeball::sync
