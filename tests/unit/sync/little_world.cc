// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The engine's little world.

#include "unit/sync/little_world.h"

#include <algorithm>
#include <cmath>

namespace timeball::sync {

LittleWorld::LittleWorld(std::uint64_t seed, const Policy& policy, Instant<Utc> start)
    : epoch_{start.time_since_epoch()}, random_{seed}, engine_{policy}
{
}

bool LittleWorld::has_seen(EventKind kind) const
{
    return std::any_of(
        events.begin(), events.end(), [&](const Event& e) { return e.kind == kind; });
}

bool LittleWorld::has_done(Steering::Action action) const
{
    return std::find(actions.begin(), actions.end(), action) != actions.end();
}

Nanoseconds LittleWorld::since_epoch(double shown) const
{
    return epoch_ + rounded(Seconds{shown});
}

double LittleWorld::uniform()
{
    return (static_cast<double>(random_() >> 11) + 0.5) * 0x1p-53;
}

double LittleWorld::exponential(Seconds mean)
{
    return -mean.count() * std::log(uniform());
}

double LittleWorld::gaussian()
{
    return std::sqrt(-2 * std::log(uniform())) * std::cos(2 * M_PI * uniform());
}

void LittleWorld::set_clock(Seconds ahead)
{
    free_ = utc_ = now_ + ahead.count();
}

void LittleWorld::move_clock(Seconds by)
{
    utc_ += by.count();
    engine_.forget_samples();
}

std::size_t LittleWorld::add(LittleServer server)
{
    server.next = now_ + 0.1 + 0.3 * uniform();
    server.traits.reference_id = {static_cast<std::uint32_t>(0x0a000001 + servers_.size())};
    servers_.push_back(server);
    engine_.add(id(servers_.size() - 1), server.traits);
    return servers_.size() - 1;
}

// The oscillator is steady between events; only packets in flight are read ahead.
double LittleWorld::free_at(double t) const
{
    return free_ + (t - now_) * (1 + oscillator_error.ratio());
}

ClockReading LittleWorld::reading() const
{
    return {Instant<FreeRun>{since_epoch(free_)}, Instant<Utc>{since_epoch(utc_)},
        Frequency::ratio(frequency_ + slew_rate_)};
}

Seconds LittleWorld::clock_error() const
{
    const double served = last_.system.served_offset.count()
        + last_.system.served_rate.ratio() * (Seconds{reading().utc - last_.system.as_of}).count();
    return Seconds{utc_ + served - now_};
}

void LittleWorld::advance(double to)
{
    while (now_ < to) {
        double span = (to - now_) * (1 + oscillator_error.ratio());
        if (slew_rate_ != 0)
            span = std::min(span, std::fabs(slew_left_ / slew_rate_));
        free_ += span;
        utc_ += span * (1 + frequency_ + slew_rate_);
        slew_left_ -= span * slew_rate_;
        if (std::fabs(slew_left_) < 1e-13)
            slew_rate_ = slew_left_ = 0;
        const double elapsed = span / (1 + oscillator_error.ratio());
        now_ = to - now_ - elapsed < 1e-12 ? to : now_ + elapsed;
        if (elapsed > 0)
            oscillator_error
                = oscillator_error + Frequency::ratio(wander * std::sqrt(elapsed) * gaussian());
    }
}

void LittleWorld::poll(std::size_t index)
{
    LittleServer& s = servers_[index];
    ++polls_;
    if (s.burst == 0 && s.iburst && s.reach == 0)
        s.burst = 6;
    if (s.burst > 0)
        --s.burst;
    s.haste = std::min(s.haste + 1, 8);
    s.next = now_ + (s.burst > 0 ? 2.0 : s.poll.interval().count() * (1 + uniform() / 16));
    s.reach = static_cast<std::uint8_t>(s.reach << 1);
    engine_.reach(id(index), s.reach);
    if (s.is_dead || uniform() < s.loss)
        return;

    const double there = s.forward.count() + exponential(s.queue);
    const double back
        = s.backward.count() + exponential(s.queue_back > Seconds{0} ? s.queue_back : s.queue);
    const double t1 = free_at(now_), t4 = free_at(now_ + there + back);
    const double server = now_ + there + s.lie.count();
    Sample sample;
    sample.when = Instant<FreeRun>{since_epoch((t1 + t4) / 2)};
    sample.offset = rounded(Seconds{server - (t1 + t4) / 2});
    sample.delay = Seconds{t4 - t1};
    sample.dispersion = Seconds{2e-6} + frequency_tolerance * sample.delay;
    sample.stratum = s.stratum;
    sample.leap = s.leap;
    sample.root_delay = s.root_delay;
    sample.root_dispersion = s.root_dispersion;
    under_way_.push_back({now_ + there + back, index, sample});
}

void LittleWorld::carry_out(const Outcome& outcome)
{
    last_ = outcome;
    events.insert(events.end(), outcome.events.begin(), outcome.events.end());
    for (const NextPoll& p : outcome.polls) {
        LittleServer& s = servers_[p.id.value - 1];
        if (p.poll < s.poll && s.burst == 0) // sooner than was thought
            s.next = std::min(s.next, now_ + p.poll.interval().count());
        s.poll = p.poll;
        if (p.soon && s.haste > 0 && s.burst == 0 && s.iburst) {
            --s.haste;
            s.next = std::min(s.next, now_ + p.soon->count());
        }
    }
    const Steering& st = outcome.steering;
    if (st.action != Steering::Action::none)
        actions.push_back(st.action);
    if (st.action == Steering::Action::none || st.action == Steering::Action::panic)
        return;
    frequency_ = st.frequency.ratio();
    slew_left_ = slew_rate_ = 0;
    if (st.action == Steering::Action::slew && st.slew != Seconds{0}) {
        slew_left_ = st.slew.count();
        slew_rate_ = std::copysign(st.slew_rate.ratio(), st.slew.count());
    }
    if (st.action == Steering::Action::step)
        utc_ += Seconds{st.step}.count();
}

void LittleWorld::check()
{
    if (last_.system.leap != Leap::unsynchronized) {
        const Seconds error = abs(clock_error());
        const Seconds age{reading().utc - last_.system.as_of};
        const Seconds bound = last_.system.root_delay / 2 + last_.system.root_dispersion
            + last_.system.dispersion_rate * age;
        ++checks_;
        worst_ = std::max(worst_, error);
        square_sum_ += error.count() * error.count();
        bounds_.push_back(bound.count());
        if (error > bound) {
            ++violations_;
            worst_violation_ = std::max(worst_violation_, error - bound);
        }
    }
    if (on_event)
        on_event();
}

void LittleWorld::reset_tallies()
{
    worst_ = worst_violation_ = Seconds{0};
    square_sum_ = 0;
    checks_ = violations_ = polls_ = 0;
    bounds_.clear();
}

Seconds LittleWorld::rms_error() const
{
    return Seconds{std::sqrt(square_sum_ / std::max(1, checks_))};
}

Seconds LittleWorld::median_bound() const
{
    auto sorted = bounds_;
    if (sorted.empty())
        return Seconds{0};
    std::nth_element(
        sorted.begin(), sorted.begin() + static_cast<long>(sorted.size() / 2), sorted.end());
    return Seconds{sorted[sorted.size() / 2]};
}

void LittleWorld::run_for(Seconds span)
{
    const double end = now_ + span.count();
    for (;;) {
        double next = std::min(end, next_look_);
        for (const LittleServer& s : servers_)
            next = std::min(next, s.next);
        for (const Reply& r : under_way_)
            next = std::min(next, r.at);
        advance(next);
        check();
        if (now_ >= end)
            return;

        for (std::size_t i = 0; i < servers_.size(); ++i)
            if (servers_[i].next <= now_)
                poll(i);
        const auto due = std::find_if(
            under_way_.begin(), under_way_.end(), [&](const Reply& r) { return r.at <= now_; });
        if (due != under_way_.end()) {
            const Reply reply = *due;
            under_way_.erase(due);
            LittleServer& s = servers_[reply.server];
            s.reach |= 1;
            engine_.reach(id(reply.server), s.reach);
            carry_out(engine_.take(id(reply.server), reply.sample, reading()));
            check();
        }
        if (next_look_ <= now_) {
            next_look_ = now_ + turn_interval.count();
            carry_out(engine_.look(reading()));
            check();
        }
    }
}

} // namespace timeball::sync
