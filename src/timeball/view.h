// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What is seen of a model: a screen.

#include "timeball/model.h"
#include "timeball/screen.h"

#include <string>

namespace timeball::console {

inline constexpr Size least_size{60, 15};

Screen view(const Model& model, Size size);

// Sentence, figures and table as plain text, for those who are not terminals.
std::string billboard(const Model& model, int columns);

// Where the parts of the screen are. A part that has no room has no lines.
struct Lines {
    int first = 0, count = 0;
};
struct Layout {
    Lines figures, plots, table, details; // the table's first line is its heading
};
Layout layout(const Model& model, Size size);

// Pages that may be longer than the room they are shown in.
Screen help_page(Size size, const Glyphs& with);
int help_room(Size size); // lines of it that are seen at once
Screen details_page(
    const Model& model, Size size); // of the selected association; at least its room

} // namespace timeball::console
