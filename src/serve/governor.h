// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Who goes without an answer when not all can have one: because a worker cannot keep up, or because
// the operator set a ceiling. Those who have asked before come first. Of one worker; everything is
// told it, nothing is read.

#include "ntp/verdict.h"
#include "time/time.h"

#include <algorithm>
#include <optional>

namespace timeball::serve {

class Governor {
public:
    // How old a request may be when it is fetched. In a queue that never gets shorter than this,
    // more come than can be answered.
    static constexpr Nanoseconds long_wait = std::chrono::milliseconds{1};
    // Older ones are of little use any more, while others wait behind them.
    static constexpr Nanoseconds stale_wait = std::chrono::milliseconds{100};

    // Kisses, of one worker.
    static constexpr int kisses_a_second = 256;

    // `ceiling`: answers a second; 0: none.
    explicit Governor(double ceiling = 0, Instant<Mono> now = {});

    // At the beginning of a batch: how long its first datagram has waited, and whether the batch
    // before it was full. Few datagrams that wait long are a sign of a busy machine: to send them
    // away would help nobody.
    void look(Nanoseconds waited, bool was_full, Instant<Mono> now);

    // Before answering. `is_known`: it has asked before.
    std::optional<ntp::Verdict> judge(bool is_known, Nanoseconds waited);

    // Before a kiss. There is a bound to how many of them leave in a second, whoever asks: a kiss
    // tells the one who hears it nothing new the second time, and may be sent to one who never
    // asked.
    bool may_kiss();

    bool is_pressed() const { return is_pressed_; }

private:
    struct Bucket {
        double rate = 0, most = 0, left = 0;
        void fill(Seconds span) { left = std::min(left + rate * span.count(), most); }
    };

    Bucket answers_, kisses_;
    Instant<Mono> now_;
    std::optional<Instant<Mono>> long_since_; // since when each batch has waited long
    Instant<Mono> last_long_{};
    bool is_queue_long_ = false, is_pressed_ = false;
};

} // namespace timeball::serve
