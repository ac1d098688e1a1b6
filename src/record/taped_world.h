// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// All edges on one tape, put together as the platform that a daemon is given.

#include "edge/platform.h"
#include "record/taped_clock.h"
#include "record/taped_devices.h"
#include "record/taped_edges.h"
#include "record/taped_loop.h"
#include "record/taped_network.h"

namespace timeball::record {

struct TapedWorld {
    // Around a world: everything is asked of it.
    TapedWorld(Tape& tape, const Platform& world, Disguise& disguise)
        : clock{tape, &world.clock, traits_of(world.clock)},
          loop{tape, &world.loop, waiting},
          network{tape, &world.network, &world.loop, waiting, &disguise},
          resolver{tape, &world.resolver, waiting},
          random{tape, &world.random},
          files{tape, &world.files, &disguise},
          log{tape, &world.log},
          devices{tape, world.devices, &world.loop},
          platform{loop, clock, network, resolver, random, files, log, world.threads, world.machine}
    {
        platform.machine.pid = 0; // a replay has another
        platform.devices = &devices;
    }

    // Without one: everything is on the tape. No thread is asked for there.
    TapedWorld(Tape& tape, ClockTraits traits, Threads& threads)
        : clock{tape, nullptr, std::move(traits)},
          loop{tape, nullptr, waiting},
          network{tape, nullptr, nullptr, waiting, nullptr},
          resolver{tape, nullptr, waiting},
          random{tape, nullptr},
          files{tape, nullptr, nullptr},
          log{tape, nullptr},
          devices{tape, nullptr, nullptr},
          platform{loop, clock, network, resolver, random, files, log, threads}
    {
        platform.devices = &devices;
    }
    TapedWorld(const TapedWorld&) = delete;
    TapedWorld& operator=(const TapedWorld&) = delete;

    Waiting waiting;
    TapedClock clock;
    TapedLoop loop;
    TapedNetwork network;
    TapedResolver resolver;
    TapedRandom random;
    TapedFiles files;
    TapedLog log;
    TapedDevices devices;
    Platform platform;
};

} // namespace timeball::record
