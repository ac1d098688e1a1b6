// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The simulated clock: an oscillator, steered as a kernel would.

#include "edge/system_clock.h"
#include "sim/oscillator.h"
#include "sim/timeline.h"

#include <optional>

namespace timeball::sim {

class SimClock final : public SystemClock {
public:
    SimClock(Timeline& timeline, const OscillatorTraits& traits, Chance chance);

    Instant<Utc> now() const override;
    Result<Instant<Utc>, std::error_code> set_frequency(Frequency correction) override;
    Result<Instant<Utc>, std::error_code> step(Nanoseconds by) override;
    void announce(const ClockStatus& status) override;
    Frequency frequency() const override { return correction_; }
    Frequency max_frequency() const override { return Frequency::ratio(0.1); }
    Precision precision() const override { return Precision{-24}; }
    bool is_steered() const override { return is_steered_; }
    bool leaps_by_itself() const override { return leaps_by_itself_; }
    std::string_view name() const override { return "simulated"; }

    Nanoseconds error() const { return now() - timeline_.utc(); } // clock minus truth
    Oscillator& oscillator() { return oscillator_; }
    const ClockStatus& status() const { return status_; }
    int steps() const { return steps_; }

    void is_steered(bool yes) { is_steered_ = yes; }
    void leaps_by_itself(bool yes) { leaps_by_itself_ = yes; } // as kernels do, when told
    void loses_its_orders() { ahead_.reset(); } // and will not leap
    void moved_by_somebody_else(Nanoseconds by) { shown_ += by; } // settimeofday from outside

private:
    struct Ahead {
        Instant<Utc> at;
        Nanoseconds by;
    };
    Instant<Utc> shown() const;

    Timeline& timeline_;
    mutable Oscillator oscillator_;
    Instant<FreeRun> counter_; // at the last change
    mutable Instant<Utc> shown_; // then
    mutable std::optional<Ahead> ahead_; // that the clock will do by itself
    Frequency correction_;
    ClockStatus status_;
    int steps_ = 0;
    bool is_steered_ = true;
    bool leaps_by_itself_ = false;
};

} // namespace timeball::sim
