// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What stands between a daemon and its world while it is recorded or replayed. A turn is something
// that happens to the daemon; within it the daemon asks the world things and does things to it, in
// an order that is its own. A Recorder writes all of it down; a Replay knows the answers and
// compares the questions.

#include "time/time.h"

#include <functional>
#include <string>
#include <string_view>

namespace timeball::record {

class Tape {
public:
    virtual ~Tape() = default;

    // False between turns, and when nothing more is written: what is asked then goes to the world
    // and nowhere else.
    virtual bool is_running() const = 0;

    // Something happens to the daemon. `then` is always done.
    virtual void turn(const std::string& what, const std::function<void()>& then) = 0;

    // The daemon asks or does something, while the tape is running. The answer, as it was written;
    // empty when the recording knows of no such question. Only a recorder asks `world`.
    virtual std::string call(const std::string& question, const std::function<std::string()>& world)
        = 0;

    // Instants are written as what has passed since the last one of their scale that was read.
    Instant<Utc> last_utc{};
    Instant<Mono> last_mono{};
};

} // namespace timeball::record
