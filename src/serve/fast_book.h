// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The clients of the fast path as a list like those of the workers, so that whoever reads those
// reads this one too. It is filled when somebody wants to read it: the fast path's table has no
// order, so all of it is looked through, in turns of the control loop in which everything else goes
// on, and who was heard of since the last time is put behind all others. Used by the control loop
// only.

#include "edge/event_loop.h"
#include "edge/fast_path.h"
#include "serve/client_list.h"
#include "serve/client_page.h"
#include "serve/figures.h"
#include "serve/rate_limiter.h"

#include <functional>
#include <optional>
#include <vector>

namespace timeball::serve {

class FastBook {
public:
    // Both outlive it. `key`: random.
    FastBook(const FastPath& path, EventLoop& loop, SipKey key, const config::LiveConfig& live);

    void configure(const config::LiveConfig& live);

    // Calls `then`, in a turn of its own, when the list is at most a second old, and newer than
    // `known`, up to where somebody has read it.
    void read(std::function<void()> then, Instant<Mono> known = Instant<Mono>::min());

    // Who was heard of until then is in the list.
    Instant<Mono> as_of() const { return as_of_; }
    Page page(const AccessList& access, const PageRequest& request) const;
    WorkerFigures figures() const { return client_figures(clients_, loop_.now()); }

private:
    // One time through the table.
    struct Sweep {
        Instant<Mono> until{};
        std::uint64_t next = 0; // page of the table
        bool has_all = false;
        std::vector<std::vector<FastClient>> runs; // each by last packet, the oldest at its end
        std::vector<std::size_t> order; // a heap of those that are not empty, by their oldest
    };

    static auto later(const Sweep& sweep); // of two runs, by the oldest of each

    void go_on();
    void turn();
    void look_through(Sweep& sweep);
    void put_some(Sweep& sweep);
    void put(const FastClient& client);
    bool is_news(const FastClient& client) const;

    const FastPath& path_;
    EventLoop& loop_;
    RateLimiter limiter_;
    ClientList clients_;
    Instant<Mono> as_of_ = Instant<Mono>::min();
    std::optional<Sweep> sweep_; // under way
    std::vector<std::function<void()>> waiting_; // for its end, or for the next turn
    EventLoop::Owned next_turn_;
};

} // namespace timeball::serve
