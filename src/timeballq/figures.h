// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Summaries: a list of variables, each with a legend, in two columns or, for counters that are
// kept twice, in five.

#include "control/variables.h"

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace timeball::query {

struct Figure {
    enum class Form { text, number, address, date, leap, mode, uptime, packets };
    std::string_view variable;
    std::string_view legend;
    Form form;
};

struct Summary {
    std::string_view command;
    std::string_view purpose;
    std::span<const Figure> figures;
    std::span<const Figure> twice; // counted since the last record and, with _r, since the start
    bool has_status = false; // the system's status word comes first
};

// Each of sysinfo, kerninfo, sysstats, ...; nothing for other names.
const Summary* find_summary(std::string_view command);
std::span<const Summary> summaries();
std::span<const Figure> peer_figures(); // pstats

// What to ask for.
std::string names_of(std::span<const Figure> figures, bool twice = false);

// One line for each figure that the server has. `name_of` gives addresses names.
using NameOf = std::function<std::string(const std::string& address)>;
std::string figures_table(const control::VariableList& variables, std::span<const Figure> figures,
    const NameOf& name_of, bool has_units = false);
std::string double_table(const control::VariableList& variables, std::span<const Figure> figures);

} // namespace timeball::query
