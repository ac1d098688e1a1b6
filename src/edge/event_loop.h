// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Time passing and things becoming ready. A loop belongs to one thread; only post() may be called
// from others.

#include "time/time.h"

#include <functional>
#include <memory>

namespace timeball {

class EventLoop {
public:
    // Being registered is a thing one owns: destroying it ends it. Destroying it from within its
    // own callback is allowed.
    class Registration {
    public:
        virtual ~Registration() = default;
    };
    using Owned = std::unique_ptr<Registration>;

    virtual ~EventLoop() = default;
    virtual Instant<Mono> now() const = 0;

    virtual Owned at(Instant<Mono> when, std::function<void()> then) = 0; // once
    virtual Owned every(Nanoseconds interval, std::function<void()> then)
        = 0; // first after one interval

    // Runs `then` in the loop's own turn. From any thread; bounded: false when the mailbox is full.
    virtual bool post(std::function<void()> then) = 0;

    virtual void stop() = 0; // run() returns after the present turn

    Owned after(Nanoseconds span, std::function<void()> then)
    {
        return at(now() + span, std::move(then));
    }
};

} // namespace timeball
