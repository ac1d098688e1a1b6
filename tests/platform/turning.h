// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A real loop for a test: it runs until something is so, and gives up after a while.

#include "platform/libevent_loop.h"

#include <functional>

namespace timeball::platform {

struct Turning {
    LibeventLoop loop;

    // False when it did not come to be.
    bool until(const std::function<bool()>& so, Nanoseconds patience = std::chrono::seconds{10})
    {
        const auto end = loop.now() + patience;
        const auto look = loop.every(std::chrono::microseconds{200}, [&] {
            if (so() || loop.now() > end)
                loop.stop();
        });
        if (!so())
            loop.run();
        return so();
    }

    void during(Nanoseconds span)
    {
        const auto over = loop.after(span, [this] { loop.stop(); });
        loop.run();
    }
};

} // namespace timeball::platform
