// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A page of one worker's client list, read in one turn of the worker: from the oldest client to the
// newest, and never so much of it that those who ask for the time would notice.

#include "control/client_question.h"
#include "serve/access_list.h"
#include "serve/client_list.h"
#include "serve/rate_limiter.h"

#include <optional>
#include <vector>

namespace timeball::serve {

inline constexpr std::size_t most_visits = 4000; // of clients in one turn

struct PageRequest {
    control::ClientFilter filter;
    std::size_t rows = 0; // at most
    // Go on behind the first of these who has not been heard of since, and show nobody who was last
    // heard of before the first of them. Newest first; empty: from the oldest client on.
    std::vector<control::ClientMark> behind;
    // Where to begin to look when none of them is here: clients that stood before them. Newest
    // first. They spare work and change nothing else.
    std::vector<control::ClientMark> bookmarks;
    bool only_these = false; // show those in `behind`, wherever they stand now
    std::size_t recent = 0; // begin so many clients before the first of `behind`, or the newest
};

struct Page {
    std::vector<control::ClientRow> rows;
    bool has_newest = false; // there is nobody behind the last row
    bool is_cut = false; // the turn was over: ask again behind `stands_at`
    std::optional<control::ClientMark> stands_at; // the last client visited
    std::size_t recent_left = 0; // to go back still, when cut
    std::optional<std::size_t> resumed; // which of `behind` was found as it was
    std::vector<control::ClientMark> bookmarks; // for later pages
};

struct ClientBook {
    const ClientList& list;
    const AccessList& access;
    const RateLimiter& limiter;
};
Page page_of(const ClientBook& book, const PageRequest& request, Instant<Mono> now);

} // namespace timeball::serve
