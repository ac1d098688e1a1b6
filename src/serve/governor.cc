// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Shedding. A worker that lost its processor for some milliseconds finds a long queue too, and will
// have answered it before long; so a queue must stay long before anybody is sent away. Then it is
// kept short by sending away some of those who are new, which costs a fifth of an answer, and never
// by sending away all of them for good: as soon as the queue is short they are answered again.

#include "serve/governor.h"

namespace timeball::serve {

using namespace std::chrono_literals;
using ntp::Verdict;

namespace {

constexpr auto patience = 50ms; // with a long queue
constexpr auto memory = 1s; // of it
constexpr Seconds ceiling_burst{0.1};

} // namespace

Governor::Governor(double ceiling, Instant<Mono> now) : now_{now}
{
    answers_ = {ceiling, std::max(ceiling * ceiling_burst.count(), 8.0), 8.0};
    kisses_ = {kisses_a_second, kisses_a_second, kisses_a_second};
}

void Governor::look(Nanoseconds waited, bool was_full, Instant<Mono> now)
{
    is_queue_long_ = waited >= long_wait && was_full;
    const Seconds passed = now - now_;
    now_ = now;
    kisses_.fill(passed);
    if (answers_.rate > 0)
        answers_.fill(passed);

    if (!is_queue_long_) {
        long_since_.reset();
        is_pressed_ = is_pressed_ && now - last_long_ < memory;
        return;
    }
    if (!long_since_)
        long_since_ = now;
    last_long_ = now;
    is_pressed_ = is_pressed_ || now - *long_since_ >= patience;
}

std::optional<Verdict> Governor::judge(bool is_known, Nanoseconds waited)
{
    if (is_pressed_) {
        if (waited >= stale_wait)
            return Verdict::shed_stale;
        if (!is_known && is_queue_long_)
            return Verdict::shed_newcomer;
    }
    if (answers_.rate > 0) {
        // The last half is for those who are known.
        if (answers_.left < (is_known ? 1.0 : answers_.most / 2))
            return Verdict::shed_ceiling;
        answers_.left -= 1;
    }
    return std::nullopt;
}

bool Governor::may_kiss()
{
    if (kisses_.left < 1)
        return false;
    kisses_.left -= 1;
    return true;
}

} // namespace timeball::serve
