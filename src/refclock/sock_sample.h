// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The datagram by which gpsd and others tell the time to chronyd (its SOCK reference clock), as it
// lies in memory on machines of 64 bits. Anybody may have sent anything. Pure.

#include "base/result.h"
#include "ntp/types.h"
#include "time/time.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace timeball::refclock {

struct SockSample {
    Instant<Utc> when; // by our clock
    Nanoseconds offset{0}; // device minus our clock
    bool is_pulse = false; // of the offset only what is less than a second counts
    Leap leap = Leap::none;
};

enum class SockFault : std::uint8_t { bad_size, bad_magic, bad_time, bad_leap };

const char* to_string(SockFault fault); // the end of a sentence

Result<SockSample, SockFault> parse_sock(std::span<const std::byte> datagram);

} // namespace timeball::refclock
