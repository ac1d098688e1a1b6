// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The segment of shared memory through which gpsd and others tell the time to ntpd, as it lies in
// memory on machines of 64 bits. Anybody may have written anything there. Pure.

#include "base/result.h"
#include "edge/devices.h"
#include "ntp/types.h"
#include "time/time.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace timeball::refclock {

using ShmBytes = std::array<std::byte, SharedSegment::size>;

inline constexpr std::size_t shm_valid_word = 48; // set by the writer, cleared by the reader

struct ShmSample {
    std::uint32_t count = 0; // changes while it is written, in mode 1
    Instant<Utc> clock, receive; // the device's time, and ours when it said so
    Leap leap = Leap::none;
    Precision precision;
};

enum class ShmFault : std::uint8_t {
    nothing_new, // since it was last read
    torn, // the writer was at work
    bad_mode,
    bad_time, // a time that cannot be
    bad_leap,
    bad_precision
};

const char* to_string(ShmFault fault); // the end of a sentence

// Of two copies, one after the other: where they differ, the writer was at work.
Result<ShmSample, ShmFault> parse_shm(const ShmBytes& first, const ShmBytes& second);

} // namespace timeball::refclock
