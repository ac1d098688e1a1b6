// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What a daemon knows when another one goes on in its place: a value, and the text that carries it
// from process to process. Both are of the same machine and the same boot, so instants on the
// monotonic scale mean the same to both. Sockets and clients come apart: serve::Estate.

#include "daemon/events.h"
#include "daemon/steersman.h"
#include "report/report.h"
#include "serve/estate.h"
#include "time/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace timeball::daemon {

struct Handover {
    std::string clock; // SystemClock::name(): of another clock nothing is known
    SteeringAccount account;
    std::string engine; // sync::Engine::written_down
    std::string sources; // source::Sources::written_down
    EventCount events;
    std::optional<Instant<Mono>> followed_since;
    Instant<Utc> valid_from{};
    std::uint32_t epoch = 0;
    bool was_synchronized = false;
    std::optional<Instant<Utc>> last_leap;
    Instant<Mono> started{};
    report::ServerCounters hour_began;
    Instant<Mono> hour_began_at{};
};

std::string format_handover(const Handover& handover);

// Nothing when it is not of this version, or wrong anywhere.
std::optional<Handover> parse_handover(std::string_view text);

// The estate but for the memory of its lists, which is in as many regions as there are lists.
std::string format_estate(const serve::Estate& estate);
std::optional<serve::Estate> parse_estate(std::string_view text);

} // namespace timeball::daemon
