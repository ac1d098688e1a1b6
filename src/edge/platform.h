// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Everything a daemon needs of its world, in one place. main() builds the real one, a test the
// simulated one.

#include "edge/devices.h"
#include "edge/event_loop.h"
#include "edge/fast_path.h"
#include "edge/files.h"
#include "edge/log.h"
#include "edge/memory.h"
#include "edge/network.h"
#include "edge/random.h"
#include "edge/resolver.h"
#include "edge/system_clock.h"
#include "edge/threads.h"
#include "report/statistics.h"

#include <functional>
#include <memory>
#include <string>

namespace timeball {

// What the machine calls itself.
struct Machine {
    std::string processor; // "x86_64"
    std::string operating_system; // "Linux/6.1.0"
    int pid = 0; // of this process
};

struct Platform {
    EventLoop& loop; // the control loop
    SystemClock& clock;
    Network& network;
    Resolver& resolver;
    Random& random;
    Files& files;
    Log& log;
    Threads& threads;
    Machine machine{};
    std::function<report::ResourceUse()> use{}; // of this process so far; empty: not to be had
    FastPath* fast_path = nullptr; // null: clients are answered by workers alone
    Devices* devices = nullptr; // null: there are no reference clocks
    std::shared_ptr<Memory> memory = std::make_shared<HeapMemory>();
};

} // namespace timeball
