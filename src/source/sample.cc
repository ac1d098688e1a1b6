// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// theta = ((T2 - T1) + (T3 - T4)) / 2, delta = (T4 - T1) - (T3 - T2), in integers first.

#include "source/sample.h"

#include <algorithm>

namespace timeball::source {

sync::Sample sample_of(
    const ntp::Exchange& e, const CorrectionLog& corrections, Precision local, Seconds bias)
{
    const Nanoseconds t1 = corrections.free_run(e.origin).time_since_epoch();
    const Nanoseconds t2 = e.receive.time_since_epoch();
    const Nanoseconds t3 = e.transmit.time_since_epoch();
    const Nanoseconds t4 = corrections.free_run(e.destination).time_since_epoch();
    const Nanoseconds delay = (t4 - t1) - (t3 - t2);

    sync::Sample s;
    s.when = Instant<FreeRun>{t1 + (t4 - t1) / 2};
    s.offset = ((t2 - t1) + (t3 - t4)) / 2 + rounded(bias);
    s.delay = std::max(Seconds{delay}, local.interval());

    // The free-running clock is wrong by the correction in force and what we do not know of it.
    const Frequency error = frequency_tolerance + abs(corrections.correction());
    s.dispersion = local.interval() + e.precision.interval() + error * Seconds{t4 - t1};
    if (delay < Nanoseconds{0})
        s.dispersion -= Seconds{delay}; // stamps that contradict each other by this much

    s.leap = e.leap;
    s.stratum = e.stratum;
    s.reference_id = e.reference_id;
    s.root_delay = e.root_delay;
    s.root_dispersion = e.root_dispersion;
    return s;
}

} // namespace timeball::source
