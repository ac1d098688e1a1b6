// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The event loop on libevent. It can do with poll(2) alone: no epoll, timerfd, signalfd or libevent
// threads. Made in one thread and run in one; post() and stop() may be called from any.

#include "base/handle.h"
#include "edge/event_loop.h"

#include <event2/event.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace timeball::platform {

class LibeventLoop final : public EventLoop {
public:
    static constexpr std::size_t mailbox_size = 4096;

    // Something to be done in the loop's next turn, as often as it is pulled. Several pulls before
    // that turn count as one.
    class Trigger : public Registration {
    public:
        virtual void pull() = 0;
    };

    enum class Waiting { best, poll }; // with what the system does best, or with poll(2)

    explicit LibeventLoop(Waiting waiting = Waiting::best); // throws when there is none to be had
    ~LibeventLoop() override;
    LibeventLoop(const LibeventLoop&) = delete;
    LibeventLoop& operator=(const LibeventLoop&) = delete;

    void run(); // until stop(); a stop() that came before counts

    Instant<Mono> now() const override;
    Owned at(Instant<Mono> when, std::function<void()> then) override;
    Owned every(Nanoseconds interval, std::function<void()> then) override;
    bool post(std::function<void()> then) override;
    void stop() override;

    // What an operating system adds to an event loop.
    Owned on_readable(int fd, std::function<void()> then);
    Owned on_writable(int fd, std::function<void()> then);
    std::unique_ptr<Trigger> trigger(std::function<void()> then);

    // One loop of the process may listen to signals, in the thread that gets them. The signal has
    // its former meaning again when the registration goes.
    Owned on_signal(int signal, std::function<void()> then);

    std::uint64_t lost_posts() const { return lost_.load(std::memory_order_relaxed); }

private:
    class Timer;
    class Ready;
    class Turn;
    class Signal;
    using Base = Handle<event_base, event_base_free>;

    static constexpr std::size_t signals = 65;
    static void caught(int signal);

    void wake();
    void read_mail();
    void tell_signals();

    Base base_;
    std::atomic<std::thread::id> thread_;
    std::atomic<bool> is_stopped_{false};

    std::mutex lock_; // of the mailbox
    std::deque<std::function<void()>> mail_;
    std::atomic<std::uint64_t> lost_{0};

    std::array<std::atomic<bool>, signals> is_pending_{};
    std::array<Signal*, signals> listeners_{};

    int wake_read_ = -1, wake_write_ = -1; // the same eventfd, or a pipe
    Owned wakes_;
    std::unique_ptr<Trigger> turn_;
};

} // namespace timeball::platform
