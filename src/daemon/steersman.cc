// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The hand on the clock.

#include "daemon/steersman.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace timeball::daemon {

using namespace std::chrono_literals;

namespace {

// The two clocks may run at rates that differ by what we and others steer, and a machine may be too
// busy to read them together; what is beyond that is a step. A smaller one is left to the sources
// to find.
constexpr Nanoseconds outside_step_floor = 1ms;
constexpr Frequency outside_step_rate = Frequency::ppm(2000);

// Readings of the two clocks that are closer together than this are at the same moment. Whoever is
// preempted between them tries again, so many times.
constexpr Nanoseconds same_moment = 100us;
constexpr int attempts = 16;

// What takes less than this is not worth a timer.
constexpr Seconds shortest_slew{0.001};

} // namespace

Steersman::Steersman(
    SystemClock& clock, EventLoop& loop, std::function<void(const std::string&)> failed)
    : clock_{clock},
      loop_{loop},
      failed_{std::move(failed)},
      log_{clock.now(), clock.frequency()},
      base_{clock.frequency()}
{
    seen_ = read_both();
}

bool Steersman::set(Frequency correction)
{
    const Frequency most = clock_.max_frequency();
    fastest_ = std::max(fastest_, abs(std::clamp(correction, -most, most)));
    const auto done = clock_.set_frequency(std::clamp(correction, -most, most));
    if (done) {
        log_.set_frequency(*done, std::clamp(correction, -most, most));
        is_refused_ = false;
        return true;
    }
    if (!is_refused_)
        failed_("the clock refused a frequency of " + std::to_string(correction.ppm())
            + " ppm: " + done.error().message());
    is_refused_ = true;
    return false;
}

void Steersman::steer(const sync::Steering& steering)
{
    if (steering.action != sync::Steering::Action::slew || !clock_.is_steered())
        return;
    timer_.reset();
    slewing_ = {};
    const Frequency most = clock_.max_frequency();
    base_ = std::clamp(steering.frequency, -most, most);

    const double wanted = std::copysign(abs(steering.slew_rate).ratio(), steering.slew.count());
    const Frequency total = std::clamp(base_ + Frequency::ratio(wanted), -most, most);
    const Frequency extra = total - base_;
    if (steering.slew.count() == 0 || extra.ratio() * wanted <= 0) {
        set(base_);
        return;
    }
    const Seconds lasts{steering.slew.count() / extra.ratio()};
    if (lasts < shortest_slew || !set(total)) {
        set(base_);
        return;
    }
    slewing_ = extra;
    slew_ends_ = loop_.now() + rounded(lasts);
    timer_ = loop_.at(slew_ends_, [this] {
        slewing_ = {};
        set(base_);
    });
}

void Steersman::settle()
{
    timer_.reset();
    if (slewing_ == Frequency{})
        return;
    slewing_ = {};
    set(base_);
}

SteeringAccount Steersman::hand_over()
{
    const SteeringAccount broken_off{.slew_left = slew_left(), .slew_rate = abs(slewing_)};
    settle();
    const auto utc = clock_.now();
    return {utc, log_.free_run(utc), log_.correction(), broken_off.slew_left, broken_off.slew_rate};
}

void Steersman::take_over(const SteeringAccount& account)
{
    log_ = CorrectionLog{account.utc, account.free, account.correction};
    base_ = account.correction;
    seen_ = read_both();
    if (account.slew_left != Seconds{0})
        steer({.action = sync::Steering::Action::slew,
            .frequency = base_,
            .slew = account.slew_left,
            .slew_rate = account.slew_rate});
}

bool Steersman::step(Nanoseconds by)
{
    timer_.reset();
    slewing_ = {};
    set(base_);
    const auto after = clock_.step(by);
    if (!after) {
        failed_("the clock refused a step of " + std::to_string(Seconds{by}.count())
            + " s: " + after.error().message());
        return false;
    }
    log_.step(*after, by);
    seen_ = read_both();
    return true;
}

bool Steersman::leap(Nanoseconds by)
{
    const auto after = clock_.step(by);
    if (!after) {
        failed_("the clock refused a leap second: " + after.error().message());
        return false;
    }
    log_.step(*after, by);
    seen_ = read_both();
    return true;
}

// Whole seconds are exact: what the readings show beyond that is their own.
bool Steersman::has_leaped(Nanoseconds by)
{
    const BothClocks now = read_both();
    const Nanoseconds jump = now.utc - seen_.utc - (now.mono - seen_.mono);
    if (abs(Seconds{jump - by}) > abs(Seconds{by}) / 2)
        return false;
    log_.step(now.utc, by);
    seen_ = now;
    return true;
}

sync::ClockReading Steersman::reading() const
{
    const auto utc = clock_.now();
    return {log_.free_run(utc), utc, log_.correction()};
}

Seconds Steersman::slew_left() const
{
    const Seconds left = std::max(Seconds{0}, Seconds{slew_ends_ - loop_.now()});
    return slewing_ * left;
}

Steersman::BothClocks Steersman::read_both() const
{
    BothClocks closest;
    Nanoseconds least = Nanoseconds::max();
    for (int i = 0; i < attempts && least > same_moment; ++i) {
        const auto before = loop_.now();
        const auto utc = clock_.now();
        const Nanoseconds apart = loop_.now() - before;
        if (apart >= least)
            continue;
        least = apart;
        closest = {utc, before + apart / 2, apart};
    }
    return closest;
}

std::optional<Nanoseconds> Steersman::outside_step()
{
    const BothClocks before = std::exchange(seen_, read_both());
    const Nanoseconds passed = seen_.mono - before.mono;
    const Nanoseconds jump = seen_.utc - before.utc - passed;
    const Frequency ours = std::exchange(fastest_, abs(base_ + slewing_));
    const Nanoseconds allowed = outside_step_floor + before.apart + seen_.apart
        + rounded((outside_step_rate + ours) * Seconds{passed});
    if (jump <= allowed && jump >= -allowed)
        return std::nullopt;
    log_.step(seen_.utc, jump);
    return jump;
}

} // namespace timeball::daemon
