// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The kernel's clock. adjtimex(2) and the kernel's ntp.c say what the bits do.

#include "platform/kernel_clock.h"

#include "platform/clock_reading.h"
#include "platform/file_descriptor.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>

namespace timeball::platform {

namespace {

constexpr double scale = 65536; // of timex.freq: parts of a ppm
constexpr int disciplines
    = STA_PLL | STA_FLL | STA_PPSFREQ | STA_PPSTIME | STA_FREQHOLD | STA_INS | STA_DEL;

int flags(Leap leap)
{
    switch (leap) {
    case Leap::insert:
        return STA_INS;
    case Leap::remove:
        return STA_DEL;
    case Leap::unsynchronized:
        return STA_UNSYNC;
    case Leap::none:
        break;
    }
    return 0;
}

long microseconds(Seconds s)
{
    return std::lround(std::clamp(s.count(), 0.0, 16.0) * 1e6);
}

} // namespace

KernelCalls real_kernel()
{
    return {
        [](timex* request) { return clock_adjtime(CLOCK_REALTIME, request); },
        [](timespec* time) { return clock_gettime(CLOCK_REALTIME, time); },
        [](const timespec* time) { return clock_settime(CLOCK_REALTIME, time); },
        sysconf(_SC_CLK_TCK),
    };
}

std::error_code refusal_to_steer(const KernelCalls& kernel)
{
    timex t = {};
    if (kernel.adjust(&t) < 0)
        return last_error();
    t.modes = ADJ_FREQUENCY;
    return kernel.adjust(&t) < 0 ? last_error() : std::error_code{};
}

// The fine part stays within ±500 ppm, of which a little is left for rounding.
TickAndFrequency divided(Frequency correction, long nominal_tick)
{
    const double ppm_per_tick = 1e6 / static_cast<double>(nominal_tick);
    const double ppm = correction.ppm();
    long ticks = 0;
    if (std::fabs(ppm) > 499)
        ticks = std::lround(ppm / ppm_per_tick);
    const double rest = ppm - static_cast<double>(ticks) * ppm_per_tick;
    return {nominal_tick + ticks, std::lround(rest * scale)};
}

Frequency together(const TickAndFrequency& parts, long nominal_tick)
{
    const double ticks = static_cast<double>(parts.tick - nominal_tick);
    return Frequency::ratio(ticks / static_cast<double>(nominal_tick))
        + Frequency::ppm(static_cast<double>(parts.scaled_ppm) / scale);
}

KernelClock::KernelClock(const KernelCalls& kernel)
    : kernel_{kernel},
      nominal_tick_{(1000000 + kernel.ticks_per_second / 2) / kernel.ticks_per_second}
{
    timex t = {};
    if (kernel_.adjust(&t) < 0)
        throw std::system_error{last_error(), "the kernel's clock cannot be read"};
    tick_ = t.tick;
    scaled_ppm_ = t.freq;
    status_ = t.status;
    precision_ = measured_precision([this] { return now().time_since_epoch(); });
}

Instant<Utc> KernelClock::now() const
{
    timespec t = {};
    kernel_.read(&t);
    return Instant<Utc>{since_zero(t)};
}

// Before the first change: whoever steered before us may have left a loop running, or half of an
// adjtime().
Result<void, std::error_code> KernelClock::take_over()
{
    if (is_ours_)
        return {};
    timex t = {};
    t.modes = ADJ_OFFSET_SINGLESHOT;
    if (kernel_.adjust(&t) < 0)
        return unexpected(last_error());
    t = {};
    t.modes = ADJ_STATUS;
    t.status = (status_ & ~(disciplines | STA_RONLY)) | STA_UNSYNC;
    if (kernel_.adjust(&t) < 0)
        return unexpected(last_error());
    status_ = STA_UNSYNC;
    is_ours_ = true;
    return {};
}

Result<Instant<Utc>, std::error_code> KernelClock::set_frequency(Frequency correction)
{
    if (const auto taken = take_over(); !taken)
        return unexpected(taken.error());
    const Frequency most = max_frequency();
    const auto parts = divided(std::clamp(correction, -most, most), nominal_tick_);
    timex t = {};
    t.modes = ADJ_FREQUENCY;
    t.freq = parts.scaled_ppm;
    if (parts.tick != tick_) {
        t.modes |= ADJ_TICK;
        t.tick = parts.tick;
    }
    if (kernel_.adjust(&t) < 0)
        return unexpected(last_error());
    tick_ = parts.tick;
    scaled_ppm_ = parts.scaled_ppm;
    return now(); // a microsecond late, which at 500 ppm is half a picosecond
}

Result<Instant<Utc>, std::error_code> KernelClock::step(Nanoseconds by)
{
    if (const auto taken = take_over(); !taken)
        return unexpected(taken.error());
    const auto whole = std::chrono::floor<std::chrono::seconds>(by);
    timex t = {};
    t.modes = ADJ_SETOFFSET | ADJ_NANO;
    t.time.tv_sec = whole.count();
    t.time.tv_usec = (by - whole).count(); // nanoseconds, and never negative
    if (kernel_.adjust(&t) < 0) {
        if (errno != EINVAL && errno != EOPNOTSUPP)
            return unexpected(last_error());
        // Reading and setting is not one action, but it is to be had everywhere.
        const auto then = (now() + by).time_since_epoch();
        const auto seconds = std::chrono::floor<std::chrono::seconds>(then);
        const timespec setting{seconds.count(), (then - seconds).count()};
        if (kernel_.set(&setting) < 0)
            return unexpected(last_error());
    }
    const auto after = now();
    announce(announced_); // a step makes the kernel forget what it was told
    return after;
}

void KernelClock::announce(const ClockStatus& status)
{
    announced_ = status;
    if (!take_over())
        return;
    timex t = {};
    t.modes = ADJ_STATUS | ADJ_MAXERROR | ADJ_ESTERROR;
    t.status = flags(status.leap);
    t.maxerror = microseconds(status.maximum_error);
    t.esterror = microseconds(status.estimated_error);
    if (kernel_.adjust(&t) < 0)
        return;
    status_ = t.status;
    // A clock that is not synchronized says nothing of TAI, and none is no reason to forget it.
    if (status.tai_offset && t.tai != *status.tai_offset) {
        t = {};
        t.modes = ADJ_TAI;
        t.constant = *status.tai_offset;
        kernel_.adjust(&t);
    }
}

Frequency KernelClock::frequency() const
{
    return together({tick_, scaled_ppm_}, nominal_tick_);
}

// The kernel takes ticks within a tenth of the nominal one.
Frequency KernelClock::max_frequency() const
{
    return Frequency::ratio(0.1);
}

} // namespace timeball::platform
