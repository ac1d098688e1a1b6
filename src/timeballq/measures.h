// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Variables as JSON: numbers as numbers, with the unit in the name ("offset_ms"), timestamps as
// dates, registers as lists.

#include "control/variables.h"
#include "timeballq/json.h"

#include <string>
#include <utility>

namespace timeball::query {

std::pair<std::string, Json> json_of(const control::Variable& variable);
Json json_of(const control::VariableList& variables);

// "2026-11-20T18:51:53.885123Z"; null for zero.
Json json_of(ntp::Timestamp time);

// "s", "ms", "ppm", "log2_s", "kB"; empty for what has none.
std::string_view unit_of(std::string_view variable);

} // namespace timeball::query
