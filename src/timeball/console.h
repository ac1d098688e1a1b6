// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Puts the console together: keys, signals, time and answers go into the model as events, and what
// follows from it goes to the terminal and to the watcher.

#include "platform/platform.h"
#include "timeball/model.h"
#include "timeball/options.h"
#include "timeball/terminal.h"
#include "timeball/watcher.h"

#include <csignal>
#include <memory>
#include <vector>

namespace timeball::console {

class Console {
public:
    Console(platform::RealPlatform& platform, Terminal& terminal, const Options& options);

    int run(); // until the operator or a signal ends it; the exit status

private:
    void happened(decltype(Event::what) what, std::size_t host = 0);
    void ask_those_due();
    void do_errands();
    void do_errand(const SaveFile& file);
    void do_errand(const RunCommand& command);
    void do_errand(const Change& change);
    void show();
    void read_keys();
    void resized();
    void suspend();
    void listen_for_suspension();
    void end(int status);

    platform::LibeventLoop& loop_;
    Terminal& terminal_;
    Model model_;
    unsigned redraws_ = 0, bells_ = 0;
    int status_ = 0;
    std::vector<std::unique_ptr<Watcher>> watchers_; // one for each server
    EventLoop::Owned timer_;
    EventLoop::Owned keys_, suspension_;
    std::vector<EventLoop::Owned> signals_;
};

// Answers once, as text on standard output. The exit status: 0 when all servers answered.
int print_once(platform::RealPlatform& platform, const Options& options);

} // namespace timeball::console
