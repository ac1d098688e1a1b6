// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What comes out of the sources: samples, and news of their lives. The functions are called in the
// control loop's turns and may call set_poll() and the like, but destroy nothing.

#include "edge/log.h"
#include "ntp/types.h"
#include "report/statistics.h"
#include "sync/engine.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>

namespace timeball::source {

// Peer event codes of mode 6.
enum class PeerEvent : std::uint8_t {
    none = 0,
    mobilize = 1,
    demobilize = 2,
    unreachable = 3,
    reachable = 4,
    restart = 5,
    no_reply = 6,
    rate_exceeded = 7,
    access_denied = 8,
    leap_armed = 9,
    sys_peer = 10,
    clock_event = 11,
    bad_auth = 12,
    popcorn = 13
};

struct Event {
    AssociationId association;
    PeerEvent kind = PeerEvent::none;
    Severity severity = Severity::info;
    std::string text; // one sentence in the past tense that begins with the source's name
};

// The event field of a peer's status word: the last code and how often it came in a row.
struct EventMark {
    PeerEvent code = PeerEvent::none;
    std::uint8_t count = 0; // at most 15

    void note(PeerEvent kind)
    {
        count = kind == code ? static_cast<std::uint8_t>(std::min(count + 1, 15)) : 1;
        code = kind;
    }
};

struct Sink {
    // A server became known by its address; each address gets an id of its own.
    std::function<void(sync::SourceId, const sync::SourceTraits&)> added = [](auto&&...) {};
    std::function<void(sync::SourceId, const sync::SourceTraits&)> changed = [](auto&&...) {};
    std::function<void(sync::SourceId)> removed = [](auto&&...) {};

    // The shift register, after each poll and before the sample of each reply.
    std::function<void(sync::SourceId, std::uint8_t)> reached = [](auto&&...) {};
    std::function<void(sync::SourceId, const sync::Sample&)> sample = [](auto&&...) {};
    // Each reply to a request of ours, taken or not, before what follows from it.
    std::function<void(const report::RawReply&)> reply = [](auto&&...) {};
    // What a reference clock said, for its record; its name first.
    std::function<void(const std::string&, const std::string&)> timecode = [](auto&&...) {};
    std::function<void(const Event&)> event = [](auto&&...) {};
};

} // namespace timeball::source
