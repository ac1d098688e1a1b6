// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A server with eight associations of every kind, as it would tell of itself in mode 6.

#include "timeball/model.h"

#include <string_view>

namespace timeball::console {

inline constexpr Instant<Mono> start{std::chrono::seconds{1000}};

Answers scene(); // as it is at the first answers
Variables told(std::string_view text); // "name=value, name=value"

// The console after two rounds of questions at `start` and two seconds later.
Model watching(Size size);

// The same with a history of twenty minutes behind it.
Model experienced(Size size);

// The same, with clients, restrictions, what the kernel and the drivers say, and two other servers:
// one that is lost, one that never answered.
Model busy(Size size);
Model among_others(Model model);

Model pressed(Model model, std::u32string_view keys);

} // namespace timeball::console
