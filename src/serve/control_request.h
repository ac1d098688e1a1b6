// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A packet of the control protocol on its way from a worker to the control loop, with what is
// needed to answer through the socket on which it came.

#include "base/address.h"
#include "serve/access_list.h"
#include "time/time.h"

#include <cstddef>
#include <vector>

namespace timeball::serve {

struct ControlRequest {
    std::vector<std::byte> bytes;
    Endpoint from;
    LocalAddress to;
    Instant<Utc> received{};
    Rule rule; // of access control, for this sender; it has no `ignore` and no `noquery`

    // The way back.
    unsigned worker = 0;
    Endpoint door; // where the socket is bound
};

} // namespace timeball::serve
