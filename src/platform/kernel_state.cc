// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Reading the kernel's account of its clock.

#include "platform/kernel_state.h"

namespace timeball::platform {

namespace {

constexpr double parts_of_a_ppm = 65536;

// As ntpd spells them.
std::string flags_of(int status)
{
    static constexpr struct {
        int bit;
        const char* name;
    } flags[] = {{STA_PLL, "pll"}, {STA_PPSFREQ, "ppsfreq"}, {STA_PPSTIME, "ppstime"},
        {STA_FLL, "fll"}, {STA_INS, "ins"}, {STA_DEL, "del"}, {STA_UNSYNC, "unsync"},
        {STA_FREQHOLD, "freqhold"}, {STA_PPSSIGNAL, "ppssignal"}, {STA_PPSJITTER, "ppsjitter"},
        {STA_PPSWANDER, "ppswander"}, {STA_PPSERROR, "ppserror"}, {STA_CLOCKERR, "clockerr"},
        {STA_NANO, "nano"}, {STA_MODE, "mode=fll"}, {STA_CLK, "src=B"}};
    std::string names;
    for (const auto& [bit, name] : flags)
        if ((status & bit) != 0)
            names.append(names.empty() ? "" : " ").append(name);
    return names;
}

Frequency frequency(long scaled)
{
    return Frequency::ppm(static_cast<double>(scaled) / parts_of_a_ppm);
}

std::uint64_t count(long value)
{
    return static_cast<std::uint64_t>(value < 0 ? 0 : value);
}

} // namespace

std::optional<report::KernelClock> kernel_state(const KernelCalls& kernel)
{
    timex t = {};
    if (kernel.adjust(&t) < 0)
        return std::nullopt;
    const double unit = (t.status & STA_NANO) != 0 ? 1e-9 : 1e-6; // of what is fine
    return report::KernelClock{.offset = Seconds{static_cast<double>(t.offset) * unit},
        .frequency = frequency(t.freq),
        .maximum_error = Seconds{static_cast<double>(t.maxerror) * 1e-6},
        .estimated_error = Seconds{static_cast<double>(t.esterror) * 1e-6},
        .flags = flags_of(t.status),
        .time_constant = static_cast<int>(t.constant),
        .precision = Seconds{static_cast<double>(t.precision) * 1e-6},
        .tolerance = frequency(t.tolerance),
        .pps_frequency = frequency(t.ppsfreq),
        .pps_stability = frequency(t.stabil),
        .pps_jitter = Seconds{static_cast<double>(t.jitter) * unit},
        .calibration_interval = 1 << (t.shift & 15),
        .calibrations = count(t.calcnt),
        .calibration_errors = count(t.errcnt),
        .jitter_exceeded = count(t.jitcnt),
        .stability_exceeded = count(t.stbcnt)};
}

} // namespace timeball::platform
