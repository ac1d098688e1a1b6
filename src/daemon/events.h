// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What happened: each event becomes one line of the log and the event code and count of the mode 6
// status word.

#include "edge/log.h"
#include "sync/engine.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace timeball::daemon {

// Last event and how often it happened in a row, as the status words have it (0..15).
struct EventCount {
    std::uint8_t code = 0;
    std::uint8_t count = 0;

    void add(std::uint8_t happened)
    {
        count = happened == code ? static_cast<std::uint8_t>(std::min(count + 1, 15)) : 1;
        code = happened;
    }
};

// How much an operator cares.
inline Severity severity_of(sync::EventKind kind)
{
    using enum sync::EventKind;
    switch (kind) {
    case panic_stop:
        return Severity::error;
    case no_sys_peer:
    case spike_detect:
    case clock_step:
    case stale_leap_values:
        return Severity::warning;
    case popcorn:
    case sys_peer: // they take turns while they agree
        return Severity::debug;
    default:
        return Severity::notice;
    }
}

} // namespace timeball::daemon
