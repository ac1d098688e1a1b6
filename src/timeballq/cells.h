// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Figures as ntpq has always written them: in columns of a fixed width, and dates in a fixed form.

#include "control/variables.h"
#include "ntp/timestamp.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace timeball::query {

// Eight columns, with as many of `decimals` (3 or 4) as there is room for. What is no number is
// shown as it is.
std::string eight_columns(std::string_view value, int decimals);

// "17", "35m", "4h", "12d"; "-" for nothing and for what is not positive.
std::string interval(std::optional<std::int64_t> seconds);

// A number as ntpq prints it: whole ones without a point, others with at least one decimal, as
// short as can be read back.
std::string plain_number(double value);

using control::to_timestamp;

// "eeab1549.e2cc5d77 2026-11-20T18:51:53.885Z"; "(no time)" for zero.
std::string date(ntp::Timestamp time);
std::string iso_date(ntp::Timestamp time); // the second part of it

std::string uptime(std::int64_t seconds); // "02:18:07", "3D 02:18:07"

std::string padded(std::string_view text, std::size_t width); // to the left, never cut
std::string right(std::string_view text, std::size_t width); // to the right, never cut

// The end of a name that is too long, with "-" before it: addresses differ in their last digits.
std::string end_of(std::string_view text, std::size_t width);

} // namespace timeball::query
