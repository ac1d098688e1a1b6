// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// From one state of the console to the next. Nothing else happens here: whoever calls looks at the
// model afterwards and does what it wants done.

#include "timeball/model.h"

namespace timeball::console {

Model update(Model model, const Event& event);

// A round of questions should begin now.
bool wants_answers(const Model& model);

// When to wake up at the latest: for the next round, or because a clock on the screen ticks.
Instant<Mono> next_look(const Model& model);

// The time that plots show.
Seconds plot_span(const Model& model);

// The association under the selection bar. -1 without associations.
int selected_row(const Model& model);
const Peer* selected_peer(const Model& model); // nullptr without associations

// Nobody knows whether what we show is still so.
bool is_stale(const Model& model);

// How long the server has been silent; since the start when it never answered.
Seconds silence(const Model& model);

} // namespace timeball::console
