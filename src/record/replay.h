// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The same daemon again, from a recording: everything that happened to it happens once more, and
// whatever it asks or does is compared with what it asked and did then, bit for bit. A different
// build may decide differently; then the first difference is named.

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
    bool is_cut = false; // the recording ends within a turn, as after a crash

    bool is_same() const { return fault.empty() && !difference; }
};

Replayed replay(std::string_view recording);

std::string to_string(const Replayed& result); // for people, some lines

} // namespace timeball::record
