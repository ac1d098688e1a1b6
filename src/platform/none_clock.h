// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The system's clock as it is, for `disable ntp`: looked at, never touched.

#include "platform/host_clock.h"

namespace timeball::platform {

class NoneClock final : public HostClock {
public:
    NoneClock();

    Instant<Utc> now() const override;
    Result<Instant<Utc>, std::error_code> set_frequency(Frequency correction) override;
    Result<Instant<Utc>, std::error_code> step(Nanoseconds by) override;
    void announce(const ClockStatus&) override { }
    Frequency frequency() const override { return {}; }
    Frequency max_frequency() const override { return {}; }
    Precision precision() const override { return precision_; }
    bool is_steered() const override { return false; }
    std::string_view name() const override { return "none"; }
    Nanoseconds ahead_of_system() const override { return {}; }

private:
    Precision precision_;
};

} // namespace timeball::platform
