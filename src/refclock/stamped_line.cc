// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "refclock/stamped_line.h"

#include "refclock/hardware_reading.h"

#include <utility>

namespace timeball::refclock {

namespace {

constexpr unsigned readings_per_look = 5;

class StampedLine final : public PulseLine {
public:
    StampedLine(std::unique_ptr<HardwareClock> clock, HardwareClock::Slope slope)
        : clock_{std::move(clock)}, is_falling_{slope == HardwareClock::Slope::falling}
    {
    }

    Result<State, std::error_code> read() override;
    bool has_clear_edges() const override { return is_falling_; }

private:
    std::unique_ptr<HardwareClock> clock_;
    bool is_falling_;
    std::optional<HardwareReading> before_;
    PulseEdge last_;
};

Result<PulseLine::State, std::error_code> StampedLine::read()
{
    const auto pulses = clock_->pulses();
    if (!pulses)
        return unexpected(pulses.error());
    const auto readings = clock_->read(readings_per_look); // all pulses are older than these
    if (!readings)
        return unexpected(readings.error());

    const auto now = best(*readings);
    const auto before = std::exchange(before_, now);
    for (const auto stamp : *pulses) {
        ++last_.sequence;
        if (const auto when = before && now ? between(*before, *now, stamp) : std::nullopt)
            last_.when = *when;
    }
    return is_falling_ ? State{.clear = last_} : State{.assert = last_};
}

} // namespace

Result<std::unique_ptr<PulseLine>, std::error_code> open_stamped_line(
    Devices& devices, const std::string& path, unsigned channel, HardwareClock::Slope slope)
{
    auto clock = devices.open_hardware_clock(path);
    if (!clock)
        return unexpected(clock.error());
    if (const auto started = (*clock)->stamp_pulses(channel, slope); !started)
        return unexpected(started.error());
    return std::unique_ptr<PulseLine>{std::make_unique<StampedLine>(std::move(*clock), slope)};
}

} // namespace timeball::refclock
