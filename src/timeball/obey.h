// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What keys, clicks and written lines do to the model.

#include "timeball/model.h"

namespace timeball::console {

void press(Model& model, Key key);
void click(Model& model, const Clicked& clicked);

// A sentence for the operator, for a few seconds.
void say(Model& model, std::string words, Role role);

// What the bar was on may be gone: then it stays in that row.
void keep_selection(Model& model, int row);

} // namespace timeball::console
