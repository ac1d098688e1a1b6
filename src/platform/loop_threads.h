// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Threads that run a loop. They hear no signals: those are the control loop's.

#include "edge/threads.h"

#include <vector>

namespace timeball::platform {

class LoopThreads final : public Threads {
public:
    std::unique_ptr<Thread> start(const std::string& name, std::function<void(EventLoop&)> begin,
        std::function<void()> end) override;
    unsigned cores() const override; // that this process may use
    bool pin(std::optional<unsigned> core) const override;

private:
    std::vector<int> usable_ = usable_cores(); // before anybody was bound to one
    static std::vector<int> usable_cores();
};

// Signals are blocked in this thread, and in those that it starts, until the guard goes.
class NoSignals {
public:
    NoSignals();
    ~NoSignals();
    NoSignals(const NoSignals&) = delete;
    NoSignals& operator=(const NoSignals&) = delete;

private:
    struct Mask;
    std::unique_ptr<Mask> former_;
};

void name_this_thread(const std::string& name); // as top(1) shows it: 15 characters

} // namespace timeball::platform
