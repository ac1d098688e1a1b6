// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Names to addresses in threads.

#include "platform/thread_resolver.h"

#include "base/handle.h"
#include "platform/loop_threads.h"
#include "platform/socket_address.h"

#include <netdb.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace timeball::platform {

using namespace std::chrono_literals;

namespace {

using Asker = std::function<void(const Resolver::Answer&)>;

ResolveError meaning(int fault)
{
    switch (fault) {
    case EAI_NONAME:
#ifdef EAI_NODATA
    case EAI_NODATA:
    case EAI_ADDRFAMILY:
#endif
        return ResolveError::not_found;
    default:
        return ResolveError::unavailable;
    }
}

} // namespace

Resolver::Answer look_up(const std::string& name, std::optional<Family> family)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_DGRAM;
    if (family)
        hints.ai_family = *family == Family::ipv4 ? AF_INET : AF_INET6;
    addrinfo* first = nullptr;
    if (const int fault = getaddrinfo(name.c_str(), nullptr, &hints, &first))
        return unexpected(meaning(fault));
    const Handle<addrinfo, freeaddrinfo> all{first};
    std::vector<Address> found;
    for (const addrinfo* i = first; i; i = i->ai_next) {
        const auto at = endpoint(i->ai_addr);
        if (at && std::ranges::find(found, at->address) == found.end())
            found.push_back(at->address);
    }
    if (found.empty())
        return unexpected(ResolveError::not_found);
    return found;
}

// The asker is reached by the loop's thread alone: when the question is forgotten, there is nobody
// any more.
class ThreadResolver::Question final : public EventLoop::Registration {
public:
    explicit Question(Asker then) : asker{std::make_shared<Asker>(std::move(then))} { }
    const std::shared_ptr<Asker> asker;
};

// What the threads share with the resolver, which they may outlive.
struct ThreadResolver::Desk {
    struct Slip {
        std::string name;
        std::optional<Family> family;
        std::weak_ptr<Asker> asker;
    };

    Desk(EventLoop& whose, LookUp how) : look_up{std::move(how)}, loop{&whose} { }

    static void work(const std::shared_ptr<Desk>& desk);
    void answer(const std::weak_ptr<Asker>& asker, const Answer& answer);

    const LookUp look_up;
    std::mutex lock; // of what follows
    std::condition_variable changed;
    EventLoop* loop; // null: closed
    std::deque<Slip> slips;
    unsigned threads = 0, idle = 0;
};

void ThreadResolver::Desk::work(const std::shared_ptr<Desk>& desk)
{
    name_this_thread("resolver");
    std::unique_lock guard{desk->lock};
    while (desk->loop) {
        if (desk->slips.empty()) {
            ++desk->idle;
            desk->changed.wait(guard);
            --desk->idle;
            continue;
        }
        const Slip slip = std::move(desk->slips.front());
        desk->slips.pop_front();
        guard.unlock();
        if (!slip.asker.expired())
            desk->answer(slip.asker, desk->look_up(slip.name, slip.family));
        guard.lock();
    }
}

void ThreadResolver::Desk::answer(const std::weak_ptr<Asker>& asker, const Answer& answer)
{
    for (;;) {
        {
            const std::lock_guard guard{lock};
            if (!loop || loop->post([asker, answer] {
                    if (const auto somebody = asker.lock())
                        (*somebody)(answer);
                }))
                return;
        }
        std::this_thread::sleep_for(10ms); // a full mailbox empties
    }
}

ThreadResolver::ThreadResolver(EventLoop& loop, LookUp look_up)
    : loop_{loop}, desk_{std::make_shared<Desk>(loop, std::move(look_up))}
{
}

ThreadResolver::~ThreadResolver()
{
    const std::lock_guard guard{desk_->lock};
    desk_->loop = nullptr;
    desk_->slips.clear();
    desk_->changed.notify_all();
}

EventLoop::Owned ThreadResolver::resolve(
    const std::string& name, std::optional<Family> family, std::function<void(const Answer&)> then)
{
    auto question = std::make_unique<Question>(std::move(then));
    const std::lock_guard guard{desk_->lock};
    bool is_taken = desk_->slips.size() < most_questions;
    if (is_taken && desk_->idle <= desk_->slips.size() && desk_->threads < most_threads) {
        const NoSignals quiet;
        try {
            std::thread{[desk = desk_] { Desk::work(desk); }}.detach();
            ++desk_->threads;
        } catch (const std::system_error&) {
            is_taken = desk_->threads > 0;
        }
    }
    if (is_taken) {
        desk_->slips.push_back({name, family, question->asker});
        desk_->changed.notify_one();
    } else {
        loop_.post([asker = std::weak_ptr{question->asker}] {
            if (const auto somebody = asker.lock())
                (*somebody)(unexpected(ResolveError::unavailable));
        });
    }
    return question;
}

} // namespace timeball::platform
