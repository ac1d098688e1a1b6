// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Cuts what a device sends into its lines, and knows when each of them ended.

#include "time/time.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace timeball::refclock {

struct DeviceLine {
    std::string text; // without its end
    Instant<Utc> ended{}; // when the end came
};

class LineCutter {
public:
    // Lines that are longer are dropped and counted. `per_byte` is how long one is on its way: what
    // came together did not arrive together. Zero where bytes travel in packets.
    LineCutter(std::size_t longest, Nanoseconds per_byte);

    // The lines that these bytes complete; `when` the last of them was there.
    std::vector<DeviceLine> take(std::span<const std::byte> bytes, Instant<Utc> when);

    std::size_t dropped() const { return dropped_; } // since the beginning

private:
    std::size_t longest_;
    Nanoseconds per_byte_;
    std::string begun_;
    bool skips_ = false; // to the end of a line that is too long
    std::size_t dropped_ = 0;
};

} // namespace timeball::refclock
