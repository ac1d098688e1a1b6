// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Quantities in the words an operator reads.

#include "time/time.h"

#include <string>

namespace timeball::console {

// Milliseconds with at most `decimals`, fewer where `width` is short: "0.012", "12.345", "1234.5".
// "-" when even the whole number does not fit.
std::string milliseconds(Seconds value, int width, int decimals = 3);
std::string signed_milliseconds(Seconds value, int width, int decimals = 3); // "+0.012"

// Three figures and the unit that suits them: "12.3 ms", "840 us", "+1.20 s".
std::string with_unit(Seconds value);
std::string signed_with_unit(Seconds value);

std::string ppm(Frequency value, int decimals = 3); // "+12.345"

// An interval in at most four columns, as ntpq shows "when" and "poll": "64", "35m", "36h", "4d".
std::string short_age(Seconds age);

std::string interval_in_words(Nanoseconds interval); // "0.5 s", "2 s", "5 min"

// "23 s", "4 min 10 s", "3 h 12 min", "4 d 3 h"
std::string long_age(Seconds age);

std::string time_of_day(Instant<Utc> t); // "12:34:56"
std::string date(Instant<Utc> t); // "2024-05-01"

std::string rate(double per_second); // "0", "0.25/s", "13.1/s", "1250/s"

} // namespace timeball::console
