// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The knobs of selection and discipline: `tos` and `tinker`, with ntpd's defaults.

#include "ntp/types.h"
#include "time/time.h"

#include <optional>

namespace timeball::sync {

struct Policy {
    // tos
    int minclock = 3;
    int maxclock = 10;
    int minsane = 1;
    Stratum floor{0}; // servers below are unfit
    Stratum ceiling{16}; // servers at or above are unfit
    Seconds mindist{0.001};
    Seconds maxdist{1.5};
    Stratum orphan{16}; // what we show when no source is left; 16: nothing
    Seconds orphanwait{300};
    Seconds holdover{16}; // with no source left, the error bound up to which we tell the time

    // tinker
    Seconds step_forward{0.128}; // an offset above steps the clock; 0: never
    Seconds step_backward{0.128};
    Seconds panic{1000}; // an offset above stops the daemon; 0: never
    Seconds stepout{300}; // for which an offset must persist before it is believed
    Frequency dispersion = frequency_tolerance;
    Poll allan{11};
    Frequency max_slew = Frequency::ppm(500);
    Frequency max_slew_at_start = Frequency::ppm(20'000);
    Frequency max_frequency = Frequency::ppm(1000); // of an oscillator that is followed

    bool may_panic_once = false; // -g
    bool steps_at_start = false; // -G: the first update steps, however small the offset
    bool steers = true; // `disable ntp`: measure and select, never steer
    std::optional<Frequency> initial_frequency; // from the drift file
    ReferenceId orphan_id
        = ReferenceId::letters("LOOP"); // 127.0.0.1 unless the orphan stratum is 1

    bool operator==(const Policy&) const = default;
};

} // namespace timeball::sync
