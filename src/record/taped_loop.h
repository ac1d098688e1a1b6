// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// An event loop on tape: the order in which its timers came. Every registration has a number, in
// the order in which they were made; the same numbers serve for whatever else calls back once or
// again and again (names resolved, interfaces changed).

#include "edge/event_loop.h"
#include "record/tape.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

namespace timeball::record {

// Who waits to be called back, by number.
class Waiting {
public:
    using Then = std::function<void(const std::string& words)>;

    std::uint64_t add(Then then);
    void drop(std::uint64_t id) { who_.erase(id); }
    bool has(std::uint64_t id) const { return who_.contains(id); }
    // Nothing happens when nobody of that number waits any longer.
    void call(std::uint64_t id, const std::string& words = {});

private:
    std::uint64_t last_ = 0;
    std::map<std::uint64_t, std::shared_ptr<const Then>> who_;
};

// A number that is waited for as long as this lives, and what the world holds for it.
class TapedRegistration final : public EventLoop::Registration {
public:
    TapedRegistration(Waiting& waiting, std::uint64_t id, EventLoop::Owned world = nullptr)
        : waiting_{waiting}, id_{id}, world_{std::move(world)}
    {
    }
    ~TapedRegistration() override { waiting_.drop(id_); }
    void hold(EventLoop::Owned world) { world_ = std::move(world); }

private:
    Waiting& waiting_;
    std::uint64_t id_;
    EventLoop::Owned world_;
};

class TapedLoop final : public EventLoop {
public:
    // `world` is null in a replay.
    TapedLoop(Tape& tape, EventLoop* world, Waiting& waiting)
        : tape_{tape}, world_{world}, waiting_{waiting}
    {
    }

    Instant<Mono> now() const override;
    Owned at(Instant<Mono> when, std::function<void()> then) override;
    Owned every(Nanoseconds interval, std::function<void()> then) override;
    bool post(std::function<void()> then) override;
    void stop() override;

private:
    template <class Register>
    Owned timer(const std::string& question, std::function<void()> then, Register in_world);

    Tape& tape_;
    EventLoop* world_;
    Waiting& waiting_;
};

} // namespace timeball::record
