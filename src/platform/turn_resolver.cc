// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Names to addresses in turns of the loop.

#include "platform/turn_resolver.h"

#include <utility>

namespace timeball::platform {

TurnResolver::TurnResolver(EventLoop& loop, ThreadResolver::LookUp look_up)
    : loop_{loop}, look_up_{std::move(look_up)}
{
}

// A question is a timer that is due: it goes when it is forgotten.
EventLoop::Owned TurnResolver::resolve(
    const std::string& name, std::optional<Family> family, std::function<void(const Answer&)> then)
{
    return loop_.at(loop_.now(),
        [this, name, family, then = std::move(then)] { then(look_up_(name, family)); });
}

} // namespace timeball::platform
