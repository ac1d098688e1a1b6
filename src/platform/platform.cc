// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The real world, put together.

#include "platform/platform.h"

#include <utility>

namespace timeball::platform {

RealPlatform::RealPlatform(std::unique_ptr<HostClock> clock, std::unique_ptr<Log> log)
    : log_{std::move(log)},
      clock_{std::move(clock)},
      network_{*clock_},
      resolver_{loop_},
      world_{loop_, *clock_, network_, resolver_, random_, files_, *log_, threads_}
{
}

} // namespace timeball::platform
