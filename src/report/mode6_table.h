// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What the tables of mode 6 variables have in common: how one row looks, and how a list of names
// is answered from a table.

#include "report/mode6_text.h"
#include "report/to_mode6.h"

#include <algorithm>

namespace timeball::report::mode6 {

template <class Subject>
struct Row {
    std::string_view name;
    bool is_default;
    Text (*text)(const Subject& subject); // nothing: there is no such figure
};

template <class Subject>
using Table = std::span<const Row<Subject>>;

template <class Subject>
void add(Variables& to, const Row<Subject>& row, const Subject& subject)
{
    if (auto text = row.text(subject))
        to.push_back({std::string{row.name}, std::move(*text)});
}

template <class Subject>
Variables defaults(Table<Subject> table, const Subject& subject)
{
    Variables all;
    for (const auto& row : table) {
        if (row.is_default)
            add(all, row, subject);
    }
    return all;
}

template <class Subject>
const Row<Subject>* find(Table<Subject> table, std::string_view name)
{
    const auto at = std::find_if(
        table.begin(), table.end(), [&](const auto& row) { return row.name == name; });
    return at == table.end() ? nullptr : &*at;
}

template <class Subject>
std::string names_of(Table<Subject> table)
{
    std::string names;
    for (const auto& row : table)
        names.append(names.empty() ? "" : ",").append(row.name);
    return names;
}

inline bool has(const Variables& variables, std::string_view name)
{
    return std::any_of(variables.begin(), variables.end(),
        [&](const Variable& variable) { return variable.name == name; });
}

// Pairs that the operator or a driver has set.
using Pairs = std::vector<std::pair<std::string, std::string>>;
std::string set_text(const std::string& value); // a whole number as it is, anything else quoted
const std::string* value_of(const Pairs& pairs, std::string_view name);

template <class Subject>
std::optional<Variables> in_table_order(
    Table<Subject> table, const Subject& subject, Names names, const Pairs& pairs = {})
{
    const auto is_asked = [&](std::string_view name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    for (const std::string_view name : names) {
        if (!find(table, name) && !value_of(pairs, name))
            return std::nullopt;
    }
    Variables all;
    for (const auto& row : table) {
        if (is_asked(row.name))
            add(all, row, subject);
    }
    for (const auto& [name, value] : pairs) {
        if (is_asked(name) && !has(all, name))
            all.push_back({name, set_text(value)});
    }
    return all;
}

} // namespace timeball::report::mode6
