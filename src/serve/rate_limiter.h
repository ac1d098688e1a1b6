// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// How often one client may ask. Two rules: NTPsec's `limit` (an average that decays) and the
// classic `discard` (a bucket that leaks by the second). What is remembered of a client are 24 bits
// in its record.

#include "config/config.h"
#include "ntp/responder.h"
#include "serve/client_list.h"

namespace timeball::serve {

class RateLimiter {
public:
    explicit RateLimiter(const config::LimitConfig& limit) : limit_{limit} { }

    // For a packet just met. The first of a new client, and one that found no record, passes.
    ntp::Rate judge(const ClientList::Meeting& meeting) const;

    // For a packet that counts for nothing here: only the time since the last one passes.
    void pass_by(const ClientList::Meeting& meeting) const;

    // Whether a packet that is refused gets an answer all the same. Who asks under another's
    // address could keep that one from the time for good; so, to a client refused again and again,
    // one answer in four goes out by chance, and one in sixteen when it is refused very often.
    static bool leaks(const Client& client, std::uint64_t noise);
    // Refusals. Who polls a few times too often is to notice it; but one who is refused for long
    // may be somebody's victim.
    static constexpr std::uint32_t leak_after = 100, leak_less_after = 1000;
    static constexpr std::uint32_t leak_one_in = 4, leak_less_one_in = 16;

    // Packets a second, roughly, as the rule sees them.
    double score(const Client& client) const;

    // What a RATE kiss should ask for: the interval that never meets the limit.
    Poll kiss_poll() const;

private:
    ntp::Rate judge_average(Client& client, bool is_new, Nanoseconds since) const;
    ntp::Rate judge_classic(Client& client, Nanoseconds since, bool was_control) const;
    double decayed(const Client& client, Nanoseconds since) const;
    std::int64_t drained(const Client& client, Nanoseconds since) const;

    config::LimitConfig limit_;
};

} // namespace timeball::serve
