// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The real world, put together: what main() gives to a daemon.

#include "edge/platform.h"
#include "platform/disk_files.h"
#include "platform/host_clock.h"
#include "platform/kernel_devices.h"
#include "platform/kernel_random.h"
#include "platform/libevent_loop.h"
#include "platform/loop_threads.h"
#include "platform/udp_network.h"

#include <memory>

namespace timeball::platform {

// How many threads the world bears, and so the daemon may have.
enum class Threading { any, one };

// Made after daemonize(): event loops and threads do not survive a fork.
class RealPlatform {
public:
    RealPlatform(std::unique_ptr<HostClock> clock, std::unique_ptr<Log> log,
        Threading threading = Threading::any);
    RealPlatform(const RealPlatform&) = delete;
    RealPlatform& operator=(const RealPlatform&) = delete;

    Platform& world() { return world_; }
    LibeventLoop& loop() { return loop_; } // run() it
    UdpNetwork& network() { return network_; }
    HostClock& clock() { return *clock_; }

private:
    std::unique_ptr<Log> log_;
    std::unique_ptr<HostClock> clock_;
    LibeventLoop loop_;
    KernelRandom random_;
    DiskFiles files_;
    LoopThreads threads_;
    UdpNetwork network_;
    KernelDevices devices_;
    std::unique_ptr<Resolver> resolver_;
    Platform world_;
};

} // namespace timeball::platform
