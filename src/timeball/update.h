// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// From one state of the console to the next. Nothing else happens here: whoever calls looks at the
// model afterwards and does what it wants done.

#include "timeball/model.h"

namespace timeball::console {

Model update(Model model, const Event& event);

// A round of questions to that server should begin now, and this is what it should ask for.
bool wants_answers(const Server& server, Instant<Mono> now);
Interest interest_in(const Model& model, std::size_t host);

// When to wake up at the latest: for the next round, or because a clock on the screen ticks.
Instant<Mono> next_look(const Model& model);

// The time that plots show.
Seconds plot_span(const Model& model);

// The row under the selection bar, in the order in which rows are seen. -1 without rows.
int selected_row(const Model& model);
const Peer* selected_peer(const Model& model); // nullptr without associations

// Nobody knows whether what we show is still so.
bool is_stale(const Server& server);

// How long the server has been silent; since the start when it never answered.
Seconds silence(const Server& server, Instant<Mono> now);

} // namespace timeball::console
