// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A clock of our own: CLOCK_MONOTONIC_RAW, steered by arithmetic. The machine's clock is never
// touched, so it serves where that is not permitted or not wanted. now() may be called by any
// thread while the control loop steers.

#include "base/snapshot.h"
#include "platform/host_clock.h"
#include "platform/steered_time.h"

#include <atomic>
#include <functional>

namespace timeball::platform {

// How a demonstration makes a clock worse than the machine's.
struct Flaws {
    Nanoseconds offset{0}; // from the system's time at the start
    Frequency drift; // by which its oscillator is wrong
    Nanoseconds jitter{0}; // standard deviation of a reading
};

class SoftwareClock final : public HostClock {
public:
    struct Sources {
        std::function<Nanoseconds()> count; // any thread; never backward
        std::function<Instant<Utc>()> system; // any thread
    };
    static Sources kernel_sources();

    // Starts at the system's time.
    explicit SoftwareClock(const Flaws& flaws = {}, Sources sources = kernel_sources());

    Instant<Utc> now() const override;
    Result<Instant<Utc>, std::error_code> set_frequency(Frequency correction) override;
    Result<Instant<Utc>, std::error_code> step(Nanoseconds by) override;
    void announce(const ClockStatus&) override { } // nobody else uses this clock
    Frequency frequency() const override { return correction_; }
    Frequency max_frequency() const override { return Frequency::ratio(0.1); }
    Precision precision() const override { return precision_; }
    bool is_steered() const override { return true; }
    std::string_view name() const override { return "software"; }
    Nanoseconds ahead_of_system() const override;
    std::optional<Frequency> rate_of_its_own() const override;
    std::string written_down() const override;
    bool recall(std::string_view memo) override;

private:
    Instant<Utc> at(Nanoseconds count) const;
    template <class Read>
    auto undisturbed(Read read) const;
    template <class Change>
    Instant<Utc> change(Change change);
    Nanoseconds noise(Nanoseconds count) const;

    Sources sources_;
    Flaws flaws_;
    Frequency correction_;
    Snapshot<SteeredTime> time_;
    std::atomic<unsigned> changes_{0}; // twice their number; odd while one is made
    Precision precision_;
};

} // namespace timeball::platform
