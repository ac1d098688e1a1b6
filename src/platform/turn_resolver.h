// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Names to addresses without a thread: the loop waits for each answer. For a world in which that
// takes no time, and in which there is no second thread.

#include "platform/thread_resolver.h"

namespace timeball::platform {

class TurnResolver final : public Resolver {
public:
    // Questions are answered in later turns of `loop`.
    explicit TurnResolver(EventLoop& loop, ThreadResolver::LookUp look_up = platform::look_up);

    EventLoop::Owned resolve(const std::string& name, std::optional<Family> family,
        std::function<void(const Answer&)> then) override;

private:
    EventLoop& loop_;
    ThreadResolver::LookUp look_up_;
};

} // namespace timeball::platform
