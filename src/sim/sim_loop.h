// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The event loop of a simulated node. Its monotonic clock is the node's own oscillator, so timers
// drift as real ones do.

#include "edge/event_loop.h"
#include "edge/threads.h"
#include "sim/oscillator.h"
#include "sim/timeline.h"

namespace timeball::sim {

class SimLoop final : public EventLoop {
public:
    SimLoop(Timeline& timeline, Oscillator& oscillator)
        : timeline_{timeline}, oscillator_{oscillator}
    {
    }

    Instant<Mono> now() const override;
    Owned at(Instant<Mono> when, std::function<void()> then) override;
    Owned every(Nanoseconds interval, std::function<void()> then) override;
    bool post(std::function<void()> then) override;
    void stop() override { is_stopped_ = true; }

    bool is_stopped() const { return is_stopped_; }

private:
    class Timer;
    Timeline& timeline_;
    Oscillator& oscillator_;
    bool is_stopped_ = false;
};

// Threads of a simulated node all run on its one loop.
class SimThreads final : public Threads {
public:
    explicit SimThreads(SimLoop& loop) : loop_{loop} { }
    std::unique_ptr<Thread> start(const std::string& name, std::function<void(EventLoop&)> begin,
        std::function<void()> end) override;
    unsigned cores() const override { return 1; }
    bool pin(std::optional<unsigned>) const override { return true; }

private:
    SimLoop& loop_;
};

} // namespace timeball::sim
