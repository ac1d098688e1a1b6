// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Variables as ntpq's readvar prints them: dates, octal registers and flags in words, in lines as
// wide as the terminal.

#include "control/variables.h"

#include <string>
#include <string_view>
#include <vector>

namespace timeball::query {

std::string cooked(
    const control::VariableList& variables, std::size_t width, bool has_units = false);

// As they came, with plain line ends, and \xNN for what is not printable.
std::string raw(const std::string& reply);

// "10.77.0.3", "-0.1", "\"x86_64\"": one value, cooked by its name.
std::string cooked_value(const control::Variable& variable, bool has_unit = false);

// The tests that a peer failed, by the bits of its variable flash: "peer_dist".
std::vector<std::string_view> flash_tests(long long flash);

} // namespace timeball::query
