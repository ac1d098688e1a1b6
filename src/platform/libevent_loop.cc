// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The event loop on libevent.
//
// Signals do not use libevent's own: it reads them from a pipe, and in a simulated network
// (clknetsim) a descriptor that the simulation does not know is always ready, so that its time
// would stand still. Here a signal interrupts poll() and is told before the next one.

#include "platform/libevent_loop.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace timeball::platform {

namespace {

using Event = Handle<event, event_free>;
using Config = Handle<event_config, event_config_free>;
using Then = std::shared_ptr<std::function<void()>>;

// The one loop that listens to signals: a signal handler is told nothing else.
std::atomic<LibeventLoop*> listening{nullptr};

Then kept(std::function<void()> then)
{
    return std::make_shared<std::function<void()>>(std::move(then));
}

event_base* new_base(LibeventLoop::Waiting waiting)
{
    const Config config{event_config_new()};
    // Each loop has one thread. The clock is exact instead of a few milliseconds coarse, and read
    // anew when a timer is set.
    if (!config || event_config_set_flag(config.get(), EVENT_BASE_FLAG_NOLOCK) != 0
        || event_config_set_flag(config.get(), EVENT_BASE_FLAG_NO_CACHE_TIME) != 0
        || event_config_set_flag(config.get(), EVENT_BASE_FLAG_PRECISE_TIMER) != 0)
        return nullptr;
    if (waiting == LibeventLoop::Waiting::poll
        && event_config_avoid_method(config.get(), "epoll") != 0)
        return nullptr;
    return event_base_new_with_config(config.get());
}

// Never earlier than asked: libevent counts microseconds.
timeval wait_of(Nanoseconds span)
{
    if (span <= Nanoseconds{0})
        return {0, 0};
    const auto us = std::chrono::ceil<std::chrono::microseconds>(span).count();
    return {static_cast<time_t>(us / 1000000), static_cast<suseconds_t>(us % 1000000)};
}

} // namespace

// --- timers ------------------------------------------------------------------

class LibeventLoop::Timer final : public Registration {
public:
    Timer(LibeventLoop& loop, Instant<Mono> when, Nanoseconds interval, std::function<void()> then)
        : loop_{loop},
          when_{when},
          interval_{interval},
          then_{kept(std::move(then))},
          event_{event_new(loop.base_.get(), -1, 0, due, this)}
    {
        if (!event_)
            throw std::bad_alloc{};
        set();
    }

private:
    void set()
    {
        const timeval wait = wait_of(when_ - loop_.now());
        event_add(event_.get(), &wait);
    }

    static void due(evutil_socket_t, short, void* self) noexcept
    {
        Timer& timer = *static_cast<Timer*>(self);
        const auto now = timer.loop_.now();
        if (now < timer.when_)
            return timer.set();
        const Then then = timer.then_; // the timer may end in its own callback
        if (timer.interval_ > Nanoseconds{0}) {
            timer.when_ += timer.interval_;
            if (timer.when_ <= now) // turns that were missed are not made up for
                timer.when_ = now + timer.interval_;
            timer.set();
        }
        (*then)();
    }

    LibeventLoop& loop_;
    Instant<Mono> when_;
    Nanoseconds interval_; // zero: once
    Then then_;
    Event event_;
};

// --- descriptors and turns ---------------------------------------------------

class LibeventLoop::Ready final : public Registration {
public:
    Ready(LibeventLoop& loop, int fd, short what, std::function<void()> then)
        : then_{kept(std::move(then))},
          event_{
              event_new(loop.base_.get(), fd, static_cast<short>(what | EV_PERSIST), ready, this)}
    {
        if (!event_ || event_add(event_.get(), nullptr) != 0)
            throw std::runtime_error{"a descriptor cannot be watched"};
    }

private:
    static void ready(evutil_socket_t, short, void* self) noexcept
    {
        const Then then = static_cast<Ready*>(self)->then_;
        (*then)();
    }

    Then then_;
    Event event_;
};

class LibeventLoop::Turn final : public Trigger {
public:
    Turn(LibeventLoop& loop, std::function<void()> then)
        : then_{kept(std::move(then))}, event_{event_new(loop.base_.get(), -1, 0, come, this)}
    {
        if (!event_)
            throw std::bad_alloc{};
    }

    void pull() override { event_active(event_.get(), EV_TIMEOUT, 0); }

private:
    static void come(evutil_socket_t, short, void* self) noexcept
    {
        const Then then = static_cast<Turn*>(self)->then_;
        (*then)();
    }

    Then then_;
    Event event_;
};

// --- signals -----------------------------------------------------------------

class LibeventLoop::Signal final : public Registration {
public:
    Signal(LibeventLoop& loop, int signal, std::function<void()> told)
        : then{kept(std::move(told))}, loop_{loop}, signal_{signal}
    {
        LibeventLoop* nobody = nullptr;
        const bool is_ours = listening.compare_exchange_strong(nobody, &loop) || nobody == &loop;
        assert(is_ours && loop.listeners_.at(static_cast<std::size_t>(signal)) == nullptr);
        loop_.listeners_.at(static_cast<std::size_t>(signal_)) = this;
        struct sigaction action = {};
        action.sa_handler = caught;
        sigemptyset(&action.sa_mask);
        sigaction(signal_, &action, &former_);
    }

    ~Signal() override
    {
        sigaction(signal_, &former_, nullptr);
        loop_.listeners_[static_cast<std::size_t>(signal_)] = nullptr;
    }

    const Then then;

private:
    LibeventLoop& loop_;
    int signal_;
    struct sigaction former_ = {};
};

void LibeventLoop::caught(int signal)
{
    const int error = errno;
    if (LibeventLoop* loop = listening.load()) {
        loop->is_pending_[static_cast<std::size_t>(signal)].store(true);
        // A poll() that is under way is interrupted and the loop then left at once; for one that is
        // about to begin there is the wake-up. Without locks the first is a mere flag.
        if (loop->thread_.load() == std::this_thread::get_id())
            event_base_loopbreak(loop->base_.get());
        loop->wake();
    }
    errno = error;
}

void LibeventLoop::tell_signals()
{
    for (std::size_t i = 1; i < signals; ++i) {
        if (is_pending_[i].load(std::memory_order_relaxed) && is_pending_[i].exchange(false)
            && listeners_[i]) {
            const Then then = listeners_[i]->then;
            (*then)();
        }
    }
}

// --- the loop ----------------------------------------------------------------

LibeventLoop::LibeventLoop(Waiting waiting)
    : base_{new_base(waiting)}, thread_{std::this_thread::get_id()}
{
    if (!base_)
        throw std::runtime_error{"libevent gives no event loop"};
    wake_read_ = wake_write_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (int ends[2]; wake_read_ < 0 && pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0) {
        wake_read_ = ends[0];
        wake_write_ = ends[1];
    }
    if (wake_read_ < 0)
        throw std::runtime_error{"there is no descriptor to wake an event loop with"};
    wakes_ = on_readable(wake_read_, [this] {
        std::array<char, 64> room;
        while (read(wake_read_, room.data(), room.size()) == static_cast<ssize_t>(room.size())) { }
        tell_signals();
        read_mail();
    });
    turn_ = trigger([this] { read_mail(); });
}

LibeventLoop::~LibeventLoop()
{
    LibeventLoop* self = this;
    listening.compare_exchange_strong(self, nullptr);
    mail_.clear(); // what waits there may own registrations of this loop
    turn_.reset();
    wakes_.reset();
    close(wake_read_);
    if (wake_write_ != wake_read_)
        close(wake_write_);
}

void LibeventLoop::run()
{
    thread_.store(std::this_thread::get_id());
    while (!is_stopped_.load()) {
        tell_signals();
        if (is_stopped_.load())
            break;
        if (event_base_loop(base_.get(), EVLOOP_NO_EXIT_ON_EMPTY) < 0)
            throw std::runtime_error{"the event loop failed"};
    }
    is_stopped_.store(false);
}

Instant<Mono> LibeventLoop::now() const
{
    timespec t = {};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return Instant<Mono>{std::chrono::seconds{t.tv_sec} + Nanoseconds{t.tv_nsec}};
}

EventLoop::Owned LibeventLoop::at(Instant<Mono> when, std::function<void()> then)
{
    return std::make_unique<Timer>(*this, when, Nanoseconds{0}, std::move(then));
}

EventLoop::Owned LibeventLoop::every(Nanoseconds interval, std::function<void()> then)
{
    assert(interval > Nanoseconds{0});
    return std::make_unique<Timer>(*this, now() + interval, interval, std::move(then));
}

EventLoop::Owned LibeventLoop::on_readable(int fd, std::function<void()> then)
{
    return std::make_unique<Ready>(*this, fd, EV_READ, std::move(then));
}

EventLoop::Owned LibeventLoop::on_writable(int fd, std::function<void()> then)
{
    return std::make_unique<Ready>(*this, fd, EV_WRITE, std::move(then));
}

std::unique_ptr<LibeventLoop::Trigger> LibeventLoop::trigger(std::function<void()> then)
{
    return std::make_unique<Turn>(*this, std::move(then));
}

EventLoop::Owned LibeventLoop::on_signal(int signal, std::function<void()> then)
{
    return std::make_unique<Signal>(*this, signal, std::move(then));
}

bool LibeventLoop::post(std::function<void()> then)
{
    {
        const std::lock_guard guard{lock_};
        if (mail_.size() >= mailbox_size) {
            lost_.fetch_add(1, std::memory_order_relaxed);
            return false;
        }
        mail_.push_back(std::move(then));
        if (mail_.size() > 1)
            return true; // whoever was first has seen to the waking
    }
    if (thread_.load() == std::this_thread::get_id())
        turn_->pull();
    else
        wake();
    return true;
}

void LibeventLoop::stop()
{
    is_stopped_.store(true);
    if (thread_.load() == std::this_thread::get_id())
        event_base_loopbreak(base_.get());
    else
        post([this] { event_base_loopbreak(base_.get()); });
}

void LibeventLoop::wake()
{
    const std::uint64_t one = 1;
    // A full pipe wakes as well as one more octet would.
    [[maybe_unused]] const auto written = write(wake_write_, &one, sizeof one);
}

void LibeventLoop::read_mail()
{
    std::deque<std::function<void()>> letters;
    {
        const std::lock_guard guard{lock_};
        letters.swap(mail_);
    }
    for (auto& letter : letters)
        letter();
    if (is_stopped_.load())
        event_base_loopbreak(base_.get());
}

} // namespace timeball::platform
