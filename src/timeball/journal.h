// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What happened to a server, as far as it can be seen from outside: the differences between what it
// says now and what it said before, in sentences.

#include "timeball/model.h"

namespace timeball::console {

// The sentences for what is new in `now`. `before` may be nullptr.
std::vector<Happening> differences(const Answers* before, const Answers& now, bool is_numeric);

// The server's own account, when it keeps one (tb_events): what is newer than `known`, oldest
// first.
std::vector<Happening> told_happenings(
    const Answers& now, const std::optional<ntp::Timestamp>& known);

// Puts them into the server's journal, the newest first; it is bounded.
void note(Server& server, std::vector<Happening> news, Instant<Mono> now);

} // namespace timeball::console
