// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Timers of a simulated node.

#include "sim/sim_loop.h"

#include <optional>

namespace timeball::sim {

using namespace std::chrono_literals;

// Lives in two places: the registration that its owner holds, and the timeline. The shared state
// outlives a callback that destroys its own registration.
class SimLoop::Timer final : public Registration {
    struct State {
        SimLoop& loop;
        std::function<void()> then;
        std::optional<Nanoseconds> interval;
        Instant<Mono> due{};
        std::optional<Timeline::Ticket> ticket;
        bool is_gone = false;
    };

public:
    Timer(SimLoop& loop, Instant<Mono> due, std::optional<Nanoseconds> interval,
        std::function<void()> then)
        : state_{std::make_shared<State>(State{loop, std::move(then), interval, due, {}})}
    {
        schedule(state_);
    }
    ~Timer() override
    {
        state_->is_gone = true;
        if (state_->ticket)
            state_->loop.timeline_.cancel(*state_->ticket);
    }

private:
    static void schedule(const std::shared_ptr<State>& state)
    {
        auto& loop = state->loop;
        const Nanoseconds wait = std::max(state->due - loop.now(), 0ns);
        const auto when = loop.timeline_.now() + loop.oscillator_.true_span(wait);
        state->ticket = loop.timeline_.at(when, [state] { ring(state); });
    }

    static void ring(const std::shared_ptr<State>& state)
    {
        state->ticket.reset();
        // The oscillator may have slowed down since.
        if (state->due - state->loop.now() > 1us)
            return schedule(state);
        if (!state->interval)
            return state->then();
        state->due += *state->interval;
        schedule(state);
        state->then();
    }

    std::shared_ptr<State> state_;
};

Instant<Mono> SimLoop::now() const
{
    return Instant<Mono>{oscillator_.at(timeline_.now()).time_since_epoch()};
}

EventLoop::Owned SimLoop::at(Instant<Mono> when, std::function<void()> then)
{
    return std::make_unique<Timer>(*this, when, std::nullopt, std::move(then));
}

EventLoop::Owned SimLoop::every(Nanoseconds interval, std::function<void()> then)
{
    return std::make_unique<Timer>(*this, now() + interval, interval, std::move(then));
}

bool SimLoop::post(std::function<void()> then)
{
    timeline_.at(timeline_.now(), std::move(then));
    return true;
}

namespace {

class SimThread final : public Threads::Thread {
public:
    SimThread(SimLoop& loop, std::function<void()> end) : loop_{loop}, end_{std::move(end)} { }
    ~SimThread() override
    {
        if (end_)
            end_();
    }
    EventLoop& loop() override { return loop_; }

private:
    SimLoop& loop_;
    std::function<void()> end_;
};

} // namespace

std::unique_ptr<Threads::Thread> SimThreads::start(
    const std::string&, std::function<void(EventLoop&)> begin, std::function<void()> end)
{
    begin(loop_);
    return std::make_unique<SimThread>(loop_, std::move(end));
}

} // namespace timeball::sim
