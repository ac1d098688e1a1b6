// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A clock on tape.

#include "record/taped_clock.h"

namespace timeball::record {

ClockTraits traits_of(const SystemClock& clock)
{
    return {clock.max_frequency(), clock.precision(), clock.is_steered(), clock.leaps_by_itself(),
        std::string{clock.name()}};
}

Line& put(Line& line, const ClockTraits& traits)
{
    return line.text(traits.name)
        .real(traits.max_frequency.ratio())
        .number(traits.precision.log2)
        .number(traits.is_steered)
        .number(traits.leaps_by_itself);
}

ClockTraits take_clock_traits(Words& words)
{
    ClockTraits traits;
    traits.name = words.text();
    traits.max_frequency = Frequency::ratio(words.real());
    traits.precision.log2 = static_cast<std::int8_t>(words.number());
    traits.is_steered = words.number() != 0;
    traits.leaps_by_itself = words.number() != 0;
    return traits;
}

Instant<Utc> TapedClock::now() const
{
    if (!tape_.is_running())
        return world_->now();
    const auto answer = tape_.call(
        "utc", [&] { return Line{}.number((world_->now() - tape_.last_utc).count()).str(); });
    tape_.last_utc = Words{answer}.after(tape_.last_utc);
    return tape_.last_utc;
}

Frequency TapedClock::frequency() const
{
    if (!tape_.is_running())
        return world_->frequency();
    const auto answer
        = tape_.call("frequency", [&] { return Line{}.real(world_->frequency().ratio()).str(); });
    return Frequency::ratio(Words{answer}.real());
}

Result<Instant<Utc>, std::error_code> TapedClock::set_frequency(Frequency correction)
{
    if (!tape_.is_running())
        return world_->set_frequency(correction);
    return read(tape_.call(Line{"steer"}.real(correction.ratio()).str(),
        [&] { return written(world_->set_frequency(correction)); }));
}

Result<Instant<Utc>, std::error_code> TapedClock::step(Nanoseconds by)
{
    if (!tape_.is_running())
        return world_->step(by);
    return read(tape_.call(
        Line{"step"}.number(by.count()).str(), [&] { return written(world_->step(by)); }));
}

void TapedClock::announce(const ClockStatus& status)
{
    if (!tape_.is_running())
        return world_->announce(status);
    Line line{"announce"};
    line.number(static_cast<int>(status.leap))
        .real(status.maximum_error.count())
        .real(status.estimated_error.count());
    if (status.tai_offset)
        line.number(*status.tai_offset);
    tape_.call(line.str(), [&] {
        world_->announce(status);
        return std::string{};
    });
}

std::string TapedClock::written(const Result<Instant<Utc>, std::error_code>& done) const
{
    if (!done)
        return Line{"no"}.fault(done.error()).str();
    return Line{"at"}.number((*done - tape_.last_utc).count()).str();
}

Result<Instant<Utc>, std::error_code> TapedClock::read(const std::string& answer) const
{
    Words words{answer};
    if (words.plain() != "at")
        return unexpected(words.fault());
    tape_.last_utc = words.after(tape_.last_utc);
    return tape_.last_utc;
}

} // namespace timeball::record
