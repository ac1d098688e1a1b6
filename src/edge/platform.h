// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Everything a daemon needs of its world, in one place. main() builds the real one, a test the
// simulated one.

#include "edge/event_loop.h"
#include "edge/files.h"
#include "edge/log.h"
#include "edge/network.h"
#include "edge/random.h"
#include "edge/resolver.h"
#include "edge/system_clock.h"
#include "edge/threads.h"

namespace timeball {

struct Platform {
    EventLoop& loop; // the control loop
    SystemClock& clock;
    Network& network;
    Resolver& resolver;
    Random& random;
    Files& files;
    Log& log;
    Threads& threads;
};

} // namespace timeball
