// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Variables as lines of text, and those that the operator or a driver has set.

#include "report/to_mode6.h"

#include "report/mode6_table.h"

namespace timeball::report {

namespace mode6 {

std::string set_text(const std::string& value)
{
    const bool is_number = !value.empty() && value.size() < 18
        && std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; })
        && (value.size() == 1 || value.front() != '0');
    return is_number ? value : *quoted(value);
}

const std::string* value_of(const Pairs& pairs, std::string_view name)
{
    const auto at = std::find_if(
        pairs.begin(), pairs.end(), [&](const auto& pair) { return pair.first == name; });
    return at == pairs.end() ? nullptr : &at->second;
}

} // namespace mode6

std::string to_text(const Variables& variables)
{
    if (variables.empty())
        return {};

    constexpr std::size_t columns = 72;
    std::string text;
    std::size_t line = 0; // characters in the last line so far
    for (const Variable& variable : variables) {
        const std::size_t size = variable.name.size() + 1 + variable.text.size();
        if (line != 0) {
            const bool fits = line + 2 + size < columns; // and a comma may follow
            text += fits ? ", " : ",\r\n";
            line = fits ? line + 2 : 0;
        }
        text.append(variable.name).append("=").append(variable.text);
        line += size;
    }
    return text + "\r\n";
}

} // namespace timeball::report
