// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What every clock of this room is besides a SystemClock: it knows how far it stands from the
// kernel's CLOCK_REALTIME, so that the stamps that the kernel gives to packets can be told on it.

#include "edge/system_clock.h"
#include "platform/kernel_state.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace timeball::platform {

class HostClock : public SystemClock {
public:
    std::optional<report::KernelClock> kernel() const override { return kernel_state(); }

    // This clock minus CLOCK_REALTIME, at this moment. From any thread.
    virtual Nanoseconds ahead_of_system() const = 0;

    // By how much it runs faster than CLOCK_MONOTONIC_RAW; nothing when its rate is that of
    // CLOCK_REALTIME. For the control loop.
    virtual std::optional<Frequency> rate_of_its_own() const { return std::nullopt; }

    // Told on the control loop when it was stepped or its rate changed, if that is of its own.
    std::function<void()> changed = [] {};

    // Where this clock stands, for another process of the same machine that goes on with it; from
    // the thread that steers. Empty: the kernel knows. False: not of our making, nothing has
    // changed.
    virtual std::string written_down() const { return {}; }
    virtual bool recall(std::string_view memo) { return memo.empty(); }
};

} // namespace timeball::platform
