// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Threads that run a loop.

#include "platform/loop_threads.h"

#include "platform/libevent_loop.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace timeball::platform {

namespace {

class LoopThread final : public Threads::Thread {
public:
    LoopThread(std::string name, std::function<void(EventLoop&)> begin, std::function<void()> end)
    {
        const NoSignals guard;
        thread_ = std::thread{
            [this, name = std::move(name), begin = std::move(begin), end = std::move(end)] {
                name_this_thread(name);
                if (begin)
                    begin(loop_);
                loop_.run();
                if (end)
                    end();
            }};
    }

    ~LoopThread() override
    {
        loop_.stop();
        thread_.join();
    }

    EventLoop& loop() override { return loop_; }

private:
    LibeventLoop loop_;
    std::thread thread_;
};

} // namespace

struct NoSignals::Mask {
    sigset_t set;
};

// Those that a fault of the thread itself raises stay: blocked, they would end the process without
// a word.
NoSignals::NoSignals() : former_{std::make_unique<Mask>()}
{
    sigset_t all;
    sigfillset(&all);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS})
        sigdelset(&all, fault);
    pthread_sigmask(SIG_BLOCK, &all, &former_->set);
}

NoSignals::~NoSignals()
{
    pthread_sigmask(SIG_SETMASK, &former_->set, nullptr);
}

void name_this_thread(const std::string& name)
{
    pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
}

std::unique_ptr<Threads::Thread> LoopThreads::start(
    const std::string& name, std::function<void(EventLoop&)> begin, std::function<void()> end)
{
    return std::make_unique<LoopThread>(name, std::move(begin), std::move(end));
}

std::vector<int> LoopThreads::usable_cores()
{
    std::vector<int> cores;
    cpu_set_t usable;
    CPU_ZERO(&usable);
    if (sched_getaffinity(0, sizeof usable, &usable) == 0)
        for (int core = 0; core < CPU_SETSIZE; ++core)
            if (CPU_ISSET(core, &usable))
                cores.push_back(core);
    return cores;
}

unsigned LoopThreads::cores() const
{
    if (usable_.empty())
        return std::max(1u, std::thread::hardware_concurrency());
    return static_cast<unsigned>(usable_.size());
}

bool LoopThreads::pin(std::optional<unsigned> core) const
{
    if (usable_.empty())
        return false;
    cpu_set_t wanted;
    CPU_ZERO(&wanted);
    if (core)
        CPU_SET(usable_[*core % usable_.size()], &wanted);
    else
        for (const int each : usable_)
            CPU_SET(each, &wanted);
    return pthread_setaffinity_np(pthread_self(), sizeof wanted, &wanted) == 0;
}

} // namespace timeball::platform
