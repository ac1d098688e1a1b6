// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The table of leap seconds (leap-seconds.list, as IERS and NIST publish it): since when UTC has
// been how far behind TAI, and until when that is known.

#include "base/result.h"
#include "time/time.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace timeball {

// From `at` on, which is the first second of a day, TAI is ahead of UTC by `tai_offset` seconds.
struct LeapEntry {
    Instant<Utc> at;
    int tai_offset;
    bool operator==(const LeapEntry&) const = default;
};

struct LeapTable {
    std::vector<LeapEntry> entries; // ascending, never empty; each differs by one from the last
    Instant<Utc> expires{}; // nothing is known of leap seconds after this
    bool has_hash = false;
    bool operator==(const LeapTable&) const = default;
};

struct LeapTableFault {
    int line; // 0: the file as a whole
    std::string text;
};

// A hash that is there must be right, unless `checks_hash` is false.
Result<LeapTable, LeapTableFault> parse_leap_table(std::string_view text, bool checks_hash);

// TAI minus UTC, in seconds; nothing before the first entry.
std::optional<int> tai_offset(const LeapTable& table, Instant<Utc> t);

// What UTC will be moved by at `midnight`: -1 s where a second is inserted, 1 s where one is left
// out. Nothing when the table does not reach that far.
std::optional<Nanoseconds> leap_at(const LeapTable& table, Instant<Utc> midnight);

// The first midnight after `t`: where the UTC day ends.
Instant<Utc> end_of_day(Instant<Utc> t);

// The first midnight after `t` that begins a month: only there leap seconds are.
Instant<Utc> end_of_month(Instant<Utc> t);

} // namespace timeball
