// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// From the fast path's table to a list in order: runs that are sorted, and merged.

#include "serve/fast_book.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace timeball::serve {

using namespace std::chrono_literals;

namespace {

constexpr auto fresh = 1s;
constexpr std::size_t most_puts = 2000; // clients put into the list in one turn
// The fast path tells time by another clock; where it meets ours may be seen a little differently
// from one look to the next, the more so when the processor is lost in between.
constexpr Nanoseconds margin = 20ms;

constexpr Nanoseconds tick = 4ms; // rather more than the list's resolution

// The fast path's own table has no more clients than this has room for.
config::MruConfig share(config::MruConfig mru)
{
    constexpr std::uint64_t part = 4;
    mru.max_memory /= part;
    mru.min_depth /= part;
    return mru;
}

ClientList::Prefixes prefixes(const config::LiveConfig& live)
{
    return {.v6 = live.limit.v6_prefix, .v4 = live.limit.v4_prefix};
}

} // namespace

FastBook::FastBook(
    const FastPath& path, EventLoop& loop, SipKey key, const config::LiveConfig& live)
    : path_{path},
      loop_{loop},
      limiter_{live.limit},
      clients_{share(live.mru), prefixes(live), key, loop.now()}
{
    configure(live);
}

void FastBook::configure(const config::LiveConfig& live)
{
    limiter_ = RateLimiter{live.limit};
    clients_.choose_limiter(live.limit.rule == config::LimitRule::classic);
    clients_.resize(share(live.mru), prefixes(live));
}

Page FastBook::page(const AccessList& access, const PageRequest& request) const
{
    Page page = page_of({clients_, access, limiter_}, request, loop_.now());
    page.as_of = as_of_ - tick; // in that of the list's instant somebody may still come
    return page;
}

void FastBook::read(std::function<void()> then, Instant<Mono> known)
{
    const auto now = loop_.now();
    const bool is_fresh
        = as_of_ != Instant<Mono>::min() && now - as_of_ < fresh && known < as_of_ - tick;
    if (!sweep_ && !is_fresh)
        sweep_.emplace().until = now;
    if (waiting_.empty())
        go_on();
    waiting_.push_back(std::move(then));
}

void FastBook::go_on()
{
    next_turn_ = loop_.after(Nanoseconds{0}, [this] { turn(); });
}

void FastBook::turn()
{
    if (sweep_) {
        if (!sweep_->has_all)
            look_through(*sweep_);
        else
            put_some(*sweep_);
        if (!sweep_->has_all || !sweep_->order.empty())
            return go_on();
        as_of_ = sweep_->until;
        sweep_.reset();
    }
    for (const auto& then : std::exchange(waiting_, {}))
        then();
}

auto FastBook::later(const Sweep& sweep)
{
    return [&sweep](std::size_t a, std::size_t b) {
        return sweep.runs[a].back().last > sweep.runs[b].back().last;
    };
}

// Whoever is heard of while we look counts as heard of when we began: he comes again the next time,
// and the order is that of what we know.
void FastBook::look_through(Sweep& sweep)
{
    FastPath::Page page = path_.clients(sweep.next);
    sweep.next = page.next;
    auto& run = page.clients;
    std::erase_if(run, [this](const FastClient& client) { return !is_news(client); });
    for (FastClient& client : run)
        client.last = std::min(std::max(client.last, as_of_), sweep.until);
    std::sort(run.begin(), run.end(),
        [](const FastClient& a, const FastClient& b) { return a.last > b.last; });
    if (!run.empty())
        sweep.runs.push_back(std::move(run));
    sweep.has_all = page.next == 0;
    if (!sweep.has_all)
        return;
    sweep.order.resize(sweep.runs.size());
    std::iota(sweep.order.begin(), sweep.order.end(), std::size_t{0});
    std::make_heap(sweep.order.begin(), sweep.order.end(), later(sweep));
}

bool FastBook::is_news(const FastClient& client) const
{
    if (as_of_ == Instant<Mono>::min() || client.last > as_of_ + margin)
        return true;
    if (client.last < as_of_ - margin)
        return false;
    const Client* known = clients_.find(client.from.address);
    return known == nullptr || clients_.view(*known).packets != client.packets;
}

void FastBook::put_some(Sweep& sweep)
{
    for (std::size_t puts = 0; puts < most_puts && !sweep.order.empty(); ++puts) {
        std::pop_heap(sweep.order.begin(), sweep.order.end(), later(sweep));
        auto& run = sweep.runs[sweep.order.back()];
        put(run.back());
        run.pop_back();
        if (run.empty())
            sweep.order.pop_back();
        else
            std::push_heap(sweep.order.begin(), sweep.order.end(), later(sweep));
    }
}

void FastBook::put(const FastClient& client)
{
    Client* record = clients_.put({.from = client.from,
        .first = client.first,
        .last = client.last,
        .packets = client.packets,
        .dropped = client.dropped,
        .mode = ntp::Mode::client,
        .version = client.version,
        .was_limited = client.was_limited,
        .was_kissed = client.was_kissed});
    if (record != nullptr)
        limiter_.set_score(*record, client.score);
}

} // namespace timeball::serve
