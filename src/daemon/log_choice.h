// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Which events are written to the log (`logconfig`). Errors and what concerns the program itself
// are written whatever it says.

#include "daemon/events.h"
#include "source/sink.h"
#include "sync/engine.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace timeball::daemon {

// What a message is about, and of which kind it is, in the words of `logconfig`.
enum class Topic : std::uint8_t { clock, peer, sync, sys };
enum class Message : std::uint8_t { info, events, status, statistics };

class LogChoice {
public:
    // Words separated by blanks, each good: "=syncstatus +sysevents". Without any, all is written.
    explicit LogChoice(std::string_view words = {});

    bool has(Topic topic, Message message) const;
    bool has(const sync::Event& event) const;
    bool has(const source::Event& event) const;

private:
    std::array<std::uint8_t, 4> of_; // by topic: a bit for each kind of message
};

} // namespace timeball::daemon
