// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A table as a value: what is in it, apart from how much of it is seen. It can be filtered, sorted,
// drawn and saved.

#include "timeball/screen.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace timeball::console {

struct SheetColumn {
    std::string name; // in files, with the unit: "offset_ms"
    std::u32string heading; // on the screen
    int width = 0;
    bool is_left = false; // else at the right
    bool is_seen = true; // else there is no room for it: only in files, and to sort by
    bool is_picture = false; // only on the screen
};

// One field.
struct Entry {
    std::u32string shown;
    std::optional<double> number; // in the column's unit; what is sorted by and saved
    std::optional<Role> role; // else that of the row

    Entry() = default;
    Entry(std::u32string words, std::optional<double> value = std::nullopt,
        std::optional<Role> look = std::nullopt)
        : shown{std::move(words)}, number{value}, role{look}
    {
    }
    Entry(std::string_view words, std::optional<double> value = std::nullopt,
        std::optional<Role> look = std::nullopt);
};

struct SheetRow {
    std::string identity; // what the selection bar stays on
    char32_t mark = U' '; // in front: the tally
    char32_t sign = U' '; // in front of that: beyond a threshold
    Role role = Role::text;
    std::vector<Entry> entries; // one for each column
};

struct Sheet {
    std::vector<SheetColumn> columns;
    std::vector<SheetRow> rows;
    std::string empty; // what to say when there are no rows
};

// How the operator wants to see one.
struct Listing {
    std::string selected; // identity; empty: the first one
    int top = 0; // first row shown
    std::string sorted_by; // a column's name; empty: as it comes
    bool is_reversed = false;
    std::string filter; // rows that hold it, in either case of letters

    bool operator==(const Listing&) const = default;
};

Sheet arranged(Sheet sheet, const Listing& listing); // filtered and sorted

int row_of(const Sheet& sheet, const std::string& identity); // -1 when there is none

// The column to sort by after the present one; empty after the last.
std::string next_column(const Sheet& sheet, const std::string& sorted_by);

std::string to_csv(const Sheet& sheet); // RFC 4180
std::string to_json(const Sheet& sheet, std::string_view host, std::string_view view,
    std::string_view time); // one object

} // namespace timeball::console
