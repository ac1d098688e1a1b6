// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The real world, put together.

#include "platform/platform.h"

#include "platform/shared_memory.h"
#include "platform/thread_resolver.h"
#include "platform/turn_resolver.h"

#include <utility>

namespace timeball::platform {

namespace {

std::unique_ptr<Resolver> make_resolver(LibeventLoop& loop, Threading threading)
{
    if (threading == Threading::one)
        return std::make_unique<TurnResolver>(loop);
    return std::make_unique<ThreadResolver>(loop);
}

} // namespace

RealPlatform::RealPlatform(
    std::unique_ptr<HostClock> clock, std::unique_ptr<Log> log, Threading threading)
    : log_{std::move(log)},
      clock_{std::move(clock)},
      loop_{
          threading == Threading::one ? LibeventLoop::Waiting::poll : LibeventLoop::Waiting::best},
      network_{*clock_},
      devices_{*clock_},
      resolver_{make_resolver(loop_, threading)},
      world_{loop_, *clock_, network_, *resolver_, random_, files_, *log_, threads_}
{
    world_.devices = &devices_;
    world_.memory = std::make_shared<SharedMemory>();
}

} // namespace timeball::platform
