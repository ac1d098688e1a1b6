// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Figures with the unit that suits them, as `ntpq -u` writes them: "10.471us" in place of 0.010471
// milliseconds. No digit is shown that the server did not send.

#include <string>
#include <string_view>

namespace timeball::query {

// `value` is a decimal number in `unit` ("s", "ms" or "ppm"). Right-aligned in `width` columns,
// with as many decimals as there is room for; 0: as it is. What is no number stays what it is.
std::string with_unit(std::string_view value, std::string_view unit, std::size_t width = 0);

// The unit of a variable that ntpq shows with one; empty for others.
std::string_view shown_unit(std::string_view variable);

} // namespace timeball::query
