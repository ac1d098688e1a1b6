// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The same daemon again, from a recording: everything that happened to it happens once more, and
// whatever it asks or does is compared with what it asked and did then, bit for bit. A different
// build may decide differently; then the first difference is named.
//
// The same build on another processor may find other last bits, for its mathematical library takes
// other ways: what differs by less than that matters is counted apart, and the replay goes on.

#include "time/time.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace timeball::record {

struct Difference {
    std::size_t line = 0; // of the recording, from 1
    std::string recorded; // as it stands there
    std::string now; // what the daemon does instead
};

struct Replayed {
    std::string by; // who wrote it
    std::size_t turns = 0; // replayed, with the one in which it ended
    Nanoseconds span{0}; // of the daemon's monotonic clock
    std::string fault; // why it is not a recording that can be replayed; empty: it is one
    std::optional<Difference> difference;
    std::size_t rounded = 0; // lines that differ by rounding only
    std::optional<Difference> first_rounded;
    bool is_cut = false; // the recording ends within a turn, as after a crash

    bool is_alike() const { return fault.empty() && !difference; }
    bool is_same() const { return is_alike() && rounded == 0; } // bit for bit
};

Replayed replay(std::string_view recording);

std::string to_string(const Replayed& result); // for people, some lines

} // namespace timeball::record
