// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Virtual time: a queue of things to happen. Equal times happen in the order in which they were
// asked for.

#include "sim/chance.h"

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace timeball::sim {

class Timeline {
public:
    using Ticket = std::pair<Instant<Truth>, std::uint64_t>;

    explicit Timeline(Instant<Truth> start) : now_{start} { }

    Instant<Truth> now() const { return now_; }

    // UTC moves by `by` when it would show `at`: -1 s inserts a second, 1 s leaves one out.
    void leaps(Instant<Utc> at, Nanoseconds by)
    {
        leap_at_ = at;
        leap_by_ = by;
    }
    Instant<Utc> utc() const
    {
        const Instant<Utc> uniform{now_.time_since_epoch()};
        return uniform < leap_at_ ? uniform : uniform + leap_by_;
    }

    Ticket at(Instant<Truth> when, std::function<void()> then)
    {
        const Ticket ticket{std::max(when, now_), next_++};
        queue_.emplace(ticket, std::move(then));
        return ticket;
    }
    void cancel(const Ticket& ticket) { queue_.erase(ticket); }

    // Does what comes next unless that is after `end`.
    bool step(Instant<Truth> end)
    {
        if (queue_.empty() || queue_.begin()->first.first > end) {
            now_ = end;
            return false;
        }
        auto event = queue_.extract(queue_.begin());
        now_ = event.key().first;
        ++happened_;
        event.mapped()();
        return true;
    }

    std::uint64_t happened() const { return happened_; }

private:
    Instant<Truth> now_;
    Instant<Utc> leap_at_ = Instant<Utc>::max();
    Nanoseconds leap_by_{0};
    std::uint64_t next_ = 0;
    std::uint64_t happened_ = 0;
    std::map<Ticket, std::function<void()>> queue_;
};

} // namespace timeball::sim
