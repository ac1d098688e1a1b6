// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Starting a thread that runs a loop of its own.

#include "edge/event_loop.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace timeball {

class Threads {
public:
    class Thread {
    public:
        virtual ~Thread() = default; // stops the loop and waits for its end
        virtual EventLoop& loop() = 0; // post() to it from elsewhere; the rest only from within
    };
    virtual ~Threads() = default;

    // Runs `begin` first in the new thread (it opens sockets on the loop it is given), then the
    // loop, then `end`, still in the new thread.
    virtual std::unique_ptr<Thread> start(
        const std::string& name, std::function<void(EventLoop&)> begin, std::function<void()> end)
        = 0;

    virtual unsigned cores() const = 0;

    // Binds the thread that calls to one core, counted round; nothing: to all of them again. False
    // where the system does not allow it.
    virtual bool pin(std::optional<unsigned> core) const = 0;
};

} // namespace timeball
