// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Variables as ntpq's readvar prints them: dates, octal registers and flags in words, in lines as
// wide as the terminal.

#include "control/variables.h"

#include <string>

namespace timeball::query {

std::string cooked(const control::VariableList& variables, std::size_t width);

// As they came, with plain line ends, and \xNN for what is not printable.
std::string raw(const std::string& reply);

// "10.77.0.3", "-0.1", "\"x86_64\"": one value, cooked by its name.
std::string cooked_value(const control::Variable& variable);

} // namespace timeball::query
