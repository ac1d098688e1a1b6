// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A clock on tape: what was read of it and what was done to it.

#include "edge/system_clock.h"
#include "record/line.h"
#include "record/tape.h"

#include <string>

namespace timeball::record {

// What of a clock never changes.
struct ClockTraits {
    Frequency max_frequency;
    Precision precision;
    bool is_steered = true;
    bool leaps_by_itself = false;
    std::string name;
};

ClockTraits traits_of(const SystemClock& clock);
Line& put(Line& line, const ClockTraits& traits);
ClockTraits take_clock_traits(Words& words);

class TapedClock final : public SystemClock {
public:
    // `world` is null in a replay.
    TapedClock(Tape& tape, SystemClock* world, ClockTraits traits)
        : tape_{tape}, world_{world}, traits_{std::move(traits)}
    {
    }

    Instant<Utc> now() const override;
    Result<Instant<Utc>, std::error_code> set_frequency(Frequency correction) override;
    Result<Instant<Utc>, std::error_code> step(Nanoseconds by) override;
    void announce(const ClockStatus& status) override;
    Frequency frequency() const override;
    Frequency max_frequency() const override { return traits_.max_frequency; }
    Precision precision() const override { return traits_.precision; }
    bool is_steered() const override { return traits_.is_steered; }
    bool leaps_by_itself() const override { return traits_.leaps_by_itself; }
    std::string_view name() const override { return traits_.name; }
    std::optional<report::KernelClock> kernel() const override // never within a turn
    {
        return world_ ? world_->kernel() : std::nullopt;
    }

private:
    std::string written(const Result<Instant<Utc>, std::error_code>& done) const;
    Result<Instant<Utc>, std::error_code> read(const std::string& answer) const;

    Tape& tape_;
    SystemClock* world_;
    ClockTraits traits_;
};

} // namespace timeball::record
