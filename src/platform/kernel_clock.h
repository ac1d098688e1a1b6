// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The kernel's clock, steered through clock_adjtime(2) alone: its frequency, and steps. The
// kernel's own disciplines (PLL, FLL, PPS) are switched off, because the account of corrections
// holds only when nobody else steers.

#include "platform/host_clock.h"
#include "platform/kernel_calls.h"

namespace timeball::platform {

class KernelClock final : public HostClock {
public:
    // Reads what is in force; changes nothing. Throws std::system_error when that cannot be read.
    explicit KernelClock(const KernelCalls& kernel = real_kernel());

    Instant<Utc> now() const override;

    // Beyond 500 ppm the length of the tick does the coarse part.
    Result<Instant<Utc>, std::error_code> set_frequency(Frequency correction) override;
    Result<Instant<Utc>, std::error_code> step(Nanoseconds by) override;
    void announce(const ClockStatus& status) override;

    Frequency frequency() const override; // to the kernel's resolution, 0.000015 ppm
    Frequency max_frequency() const override;
    Precision precision() const override { return precision_; }
    bool is_steered() const override { return true; }
    bool leaps_by_itself() const override { return true; }
    std::string_view name() const override { return "kernel"; }
    Nanoseconds ahead_of_system() const override { return {}; }

private:
    Result<void, std::error_code> take_over();

    KernelCalls kernel_;
    long nominal_tick_; // microseconds
    long tick_, scaled_ppm_;
    int status_; // what the kernel was last told, STA_*
    bool is_ours_ = false;
    ClockStatus announced_;
    Precision precision_;
};

// Why this process may not steer, tried by setting the frequency to what it is. Capabilities alone
// do not tell: a container may filter the call, a simulated kernel may permit it to all.
std::error_code refusal_to_steer(const KernelCalls& kernel = real_kernel());

// What one sets for a correction: the tick that comes nearest, and the rest in 2^-16 ppm.
struct TickAndFrequency {
    long tick;
    long scaled_ppm;
};
TickAndFrequency divided(Frequency correction, long nominal_tick);
Frequency together(const TickAndFrequency& parts, long nominal_tick);

} // namespace timeball::platform
