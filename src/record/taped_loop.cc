// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// An event loop on tape.

#include "record/taped_loop.h"

#include "record/line.h"

namespace timeball::record {

std::uint64_t Waiting::add(Then then)
{
    who_.emplace(++last_, std::make_shared<const Then>(std::move(then)));
    return last_;
}

void Waiting::call(std::uint64_t id, const std::string& words)
{
    const auto found = who_.find(id);
    if (found == who_.end())
        return;
    const auto then = found->second; // it may leave while it is called
    (*then)(words);
}

Instant<Mono> TapedLoop::now() const
{
    if (!tape_.is_running())
        return world_->now();
    const auto answer = tape_.call(
        "mono", [&] { return Line{}.number((world_->now() - tape_.last_mono).count()).str(); });
    tape_.last_mono = Words{answer}.after(tape_.last_mono);
    return tape_.last_mono;
}

template <class Register>
EventLoop::Owned TapedLoop::timer(
    const std::string& question, std::function<void()> then, Register in_world)
{
    const auto id = waiting_.add([then = std::move(then)](const std::string&) { then(); });
    auto registration = std::make_unique<TapedRegistration>(waiting_, id);
    tape_.call(question, [&] {
        registration->hold(in_world([&tape = tape_, &waiting = waiting_, id] {
            tape.turn(Line{"timer"}.natural(id).str(), [&waiting, id] { waiting.call(id); });
        }));
        return std::string{};
    });
    return registration;
}

EventLoop::Owned TapedLoop::at(Instant<Mono> when, std::function<void()> then)
{
    if (!tape_.is_running())
        return world_->at(when, std::move(then));
    return timer(Line{"at"}.number((when - tape_.last_mono).count()).str(), std::move(then),
        [&](std::function<void()> ring) { return world_->at(when, std::move(ring)); });
}

EventLoop::Owned TapedLoop::every(Nanoseconds interval, std::function<void()> then)
{
    if (!tape_.is_running())
        return world_->every(interval, std::move(then));
    return timer(Line{"every"}.number(interval.count()).str(), std::move(then),
        [&](std::function<void()> ring) { return world_->every(interval, std::move(ring)); });
}

bool TapedLoop::post(std::function<void()> then)
{
    if (!tape_.is_running())
        return world_->post(std::move(then));
    const auto id = waiting_.add([then = std::move(then)](const std::string&) { then(); });
    const auto answer = tape_.call("post", [&] {
        const bool is_posted = world_->post([&tape = tape_, &waiting = waiting_, id] {
            tape.turn(Line{"timer"}.natural(id).str(), [&waiting, id] { waiting.call(id); });
            waiting.drop(id);
        });
        return Line{}.number(is_posted).str();
    });
    return Words{answer}.number() != 0;
}

void TapedLoop::stop()
{
    if (!tape_.is_running())
        return world_->stop();
    tape_.call("end", [&] {
        world_->stop();
        return std::string{};
    });
}

} // namespace timeball::record
