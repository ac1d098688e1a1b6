// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// From one exchange of packets to one sample on the free-running scale (RFC 5905, section 8).

#include "ntp/association.h"
#include "sync/engine.h"
#include "time/correction_log.h"

namespace timeball::source {

// `bias` is added to the offset: what is known of an asymmetric path.
sync::Sample sample_of(
    const ntp::Exchange& e, const CorrectionLog& corrections, Precision local, Seconds bias);

} // namespace timeball::source
