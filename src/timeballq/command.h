// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// One command of the interpreter, and how a line is taken apart.

#include "timeballq/interpreter.h"

namespace timeball::query {

struct Interpreter::Command {
    std::string_view name, arguments, purpose;
    Outcome (Interpreter::*carry_out)(const Command& command, const Words& arguments);
};

std::vector<std::string> words_of(std::string_view line); // separated by blanks
std::vector<std::pair<std::string, std::string>> pairs_of(
    std::string_view list); // "name=value, name"
std::string joined(const std::vector<std::string>& words, std::string_view between);

} // namespace timeball::query
