// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What is seen of a model: a screen.

#include "timeball/model.h"
#include "timeball/screen.h"
#include "timeball/sheet.h"

#include <string>

namespace timeball::console {

inline constexpr Size least_size{60, 15};

Screen view(const Model& model, Size size);

// Sentences, figures and table as plain text, for those who are not terminals.
std::string billboard(const Model& model, int columns);

// Where the parts of the screen are. A part that has no room has no lines.
struct Lines {
    int first = 0, count = 0;
};
struct Layout {
    Lines figures, plots, table, page; // the table's first line is its heading
};
Layout layout(const Model& model, Size size);

// The table of a view, filtered and sorted as the operator wants it, for so many columns.
Sheet sheet(const Model& model, View view, int columns);

// All that the server says of the source or the clock that is looked at, to be saved.
Sheet variables_sheet(const Model& model);

// Pages that may be longer than the room they are shown in.
Screen help_page(Size size, const Glyphs& with);
int help_room(Size size); // lines of it that are seen at once
Screen page(const Model& model, Size size); // of the present view; no lines when it has none

// What a click meets.
struct Touched {
    Key key = 0; // as if that key had been pressed
    int row = -1; // of the table
    std::string column; // its heading
};
Touched touched_at(const Model& model, Place place);

// "2026-11-20 18:54:22", by the clock of the server; empty when nobody knows.
std::string server_time(const Model& model);

} // namespace timeball::console
