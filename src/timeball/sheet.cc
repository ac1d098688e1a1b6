// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "timeball/sheet.h"

#include "timeball/glyphs.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace timeball::console {

namespace {

char32_t lower(char32_t c)
{
    return c >= U'A' && c <= U'Z' ? c + 32 : c;
}

bool holds(std::u32string_view text, std::u32string_view part)
{
    return std::search(text.begin(), text.end(), part.begin(), part.end(),
               [](char32_t a, char32_t b) { return lower(a) == lower(b); })
        != text.end();
}

bool holds(const SheetRow& row, const std::u32string& part)
{
    return std::any_of(row.entries.begin(), row.entries.end(),
        [&](const Entry& entry) { return holds(entry.shown, part); });
}

// Numbers before words, the largest first: who sorts by a figure looks for what sticks out.
bool comes_before(const Entry& a, const Entry& b)
{
    if (a.number && b.number)
        return std::fabs(*a.number) > std::fabs(*b.number);
    if (a.number || b.number)
        return a.number.has_value();
    return a.shown < b.shown;
}

std::string number(double value)
{
    return std::isfinite(value) ? fmt::format("{:.12g}", value) : std::string{};
}

std::string csv_field(const std::string& text)
{
    if (text.find_first_of(",\"\r\n") == std::string::npos)
        return text;
    std::string quoted = "\"";
    for (const char c : text)
        quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + '"';
}

std::string json_text(std::string_view text)
{
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            quoted += '\\';
        if (static_cast<unsigned char>(c) < 0x20)
            quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else
            quoted += c;
    }
    return quoted + '"';
}

// Without what only makes up the number's look: "-" is nothing.
std::string words_of(const Entry& entry)
{
    return entry.shown == U"-" ? std::string{} : to_utf8(entry.shown);
}

std::vector<std::size_t> saved_columns(const Sheet& sheet)
{
    std::vector<std::size_t> saved;
    for (std::size_t at = 0; at < sheet.columns.size(); ++at)
        if (!sheet.columns[at].is_picture)
            saved.push_back(at);
    return saved;
}

} // namespace

Entry::Entry(std::string_view words, std::optional<double> value, std::optional<Role> look)
    : shown{to_glyphs(words)}, number{value}, role{look}
{
}

Sheet arranged(Sheet sheet, const Listing& listing)
{
    if (!listing.filter.empty()) {
        const std::u32string part = to_glyphs(listing.filter);
        std::erase_if(sheet.rows, [&](const SheetRow& row) { return !holds(row, part); });
        if (sheet.rows.empty())
            sheet.empty = "nothing holds '" + listing.filter + "'";
    }
    const auto column = std::find_if(sheet.columns.begin(), sheet.columns.end(),
        [&](const SheetColumn& c) { return c.name == listing.sorted_by; });
    if (column != sheet.columns.end()) {
        const auto at = static_cast<std::size_t>(column - sheet.columns.begin());
        std::stable_sort(
            sheet.rows.begin(), sheet.rows.end(), [&](const SheetRow& a, const SheetRow& b) {
                return listing.is_reversed ? comes_before(b.entries[at], a.entries[at])
                                           : comes_before(a.entries[at], b.entries[at]);
            });
    } else if (listing.is_reversed) {
        std::reverse(sheet.rows.begin(), sheet.rows.end());
    }
    return sheet;
}

int row_of(const Sheet& sheet, const std::string& identity)
{
    for (std::size_t row = 0; row < sheet.rows.size(); ++row)
        if (sheet.rows[row].identity == identity)
            return static_cast<int>(row);
    return -1;
}

std::string next_column(const Sheet& sheet, const std::string& sorted_by)
{
    bool is_next = sorted_by.empty();
    for (const SheetColumn& column : sheet.columns) {
        if (is_next && column.is_seen && !column.is_picture)
            return column.name;
        is_next = is_next || column.name == sorted_by;
    }
    return {};
}

std::string to_csv(const Sheet& sheet)
{
    std::string text;
    const auto saved = saved_columns(sheet);
    for (const std::size_t at : saved)
        text += (at != saved.front() ? "," : "") + csv_field(sheet.columns[at].name);
    text += "\r\n";
    for (const SheetRow& row : sheet.rows) {
        for (const std::size_t at : saved) {
            const Entry& entry = row.entries[at];
            text += at != saved.front() ? "," : "";
            text += csv_field(entry.number ? number(*entry.number) : words_of(entry));
        }
        text += "\r\n";
    }
    return text;
}

std::string to_json(
    const Sheet& sheet, std::string_view host, std::string_view view, std::string_view time)
{
    std::string text = fmt::format("{{\n  \"host\": {},\n  \"view\": {},\n  \"time\": {},\n",
        json_text(host), json_text(view), json_text(time));
    text += "  \"rows\": [";
    for (std::size_t i = 0; i < sheet.rows.size(); ++i) {
        text += i > 0 ? ",\n    {" : "\n    {";
        const SheetRow& row = sheet.rows[i];
        for (const std::size_t at : saved_columns(sheet)) {
            const Entry& entry = row.entries[at];
            text += (at > 0 ? ", " : "") + json_text(sheet.columns[at].name) + ": ";
            if (entry.number)
                text += std::isfinite(*entry.number) ? number(*entry.number) : "null";
            else
                text += entry.shown == U"-" ? "null" : json_text(words_of(entry));
        }
        text += '}';
    }
    return text + "\n  ]\n}\n";
}

} // namespace timeball::console
