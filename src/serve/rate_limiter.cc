// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The two rules, each as its daemon applies it.

#include "serve/rate_limiter.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace timeball::serve {

namespace {

// A float with the lower eight bits of its fraction rounded away: 17 bits of precision.
double to_double(Packed<24> packed)
{
    return std::bit_cast<float>(static_cast<std::uint32_t>(packed.get() << 8));
}

Packed<24> to_packed(double value)
{
    const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(std::min(value, 1e30)));
    Packed<24> packed;
    packed.set((std::uint64_t{bits} + 0x80) >> 8);
    return packed;
}

std::int64_t whole_seconds(Nanoseconds span)
{
    return std::chrono::round<std::chrono::seconds>(span).count();
}

} // namespace

ntp::Rate RateLimiter::judge(const ClientList::Meeting& meeting) const
{
    if (meeting.client == nullptr)
        return ntp::Rate::pass;
    if (limit_.rule == config::LimitRule::ntpsec)
        return judge_average(*meeting.client, meeting.is_new, meeting.since);
    if (meeting.is_new)
        return ntp::Rate::pass;
    return judge_classic(*meeting.client, meeting.since, meeting.before == ntp::Mode::control);
}

void RateLimiter::pass_by(const ClientList::Meeting& meeting) const
{
    if (meeting.client == nullptr)
        return;
    Client& client = *meeting.client;
    if (limit_.rule == config::LimitRule::ntpsec)
        client.limit = to_packed(decayed(client, meeting.since));
    else
        client.limit.set(static_cast<std::uint64_t>(drained(client, meeting.since)));
}

double RateLimiter::decayed(const Client& client, Nanoseconds since) const
{
    return to_double(client.limit) * std::exp(-Seconds{since}.count() / limit_.burst);
}

// NTPsec: score = score * exp(-dt / burst) + 1 / burst, to stay below the average.
ntp::Rate RateLimiter::judge_average(Client& client, bool is_new, Nanoseconds since) const
{
    const double one = 1 / limit_.burst;
    const double score = (is_new ? 0 : decayed(client, since)) + one;
    client.limit = to_packed(score);
    // A burst of packets without any time between them adds up to exactly the average; what is
    // lost by rounding must not decide.
    const double slack = one / 100;
    if (is_new || score < limit_.average + slack)
        return ntp::Rate::pass;
    return score <= limit_.average + limit_.kod + slack ? ntp::Rate::kiss : ntp::Rate::silent;
}

std::int64_t RateLimiter::drained(const Client& client, Nanoseconds since) const
{
    const auto leak = static_cast<std::int64_t>(client.limit.get());
    return std::max<std::int64_t>(leak - whole_seconds(since), 0);
}

// The classic rule, in whole seconds: head is the average headway; `leak` fills by head - 2 with
// each packet and empties by one each second.
ntp::Rate RateLimiter::judge_classic(Client& client, Nanoseconds since, bool was_control) const
{
    const std::int64_t head = std::int64_t{1}
        << std::clamp<int>(limit_.classic_average.log2, 0, 17);
    const std::int64_t most = 8 * head;
    std::int64_t leak = drained(client, since);
    // A question of the control protocol says nothing of the headway.
    const bool keeps_minimum = was_control
        || static_cast<double>(whole_seconds(since) + 1) >= limit_.classic_minimum.count();

    ntp::Rate rate = ntp::Rate::silent;
    if (keeps_minimum && leak + head < most) {
        leak = std::max<std::int64_t>(leak + head - 2, 0);
        rate = ntp::Rate::pass;
    } else if (leak < most) {
        leak = most + head;
        rate = ntp::Rate::kiss; // the only one until it has drained
    }
    client.limit.set(static_cast<std::uint64_t>(leak));
    return rate;
}

bool RateLimiter::leaks(const Client& client, std::uint64_t noise)
{
    if (client.dropped() < leak_after)
        return false;
    return noise % (client.dropped() < leak_less_after ? leak_one_in : leak_less_one_in) == 0;
}

double RateLimiter::score(const Client& client) const
{
    if (limit_.rule == config::LimitRule::ntpsec)
        return to_double(client.limit);
    const double head = std::ldexp(1.0, limit_.classic_average.log2);
    return static_cast<double>(client.limit.get()) / head;
}

Poll RateLimiter::kiss_poll() const
{
    const double headway = limit_.rule == config::LimitRule::ntpsec
        ? std::ceil(std::log2(1 / limit_.average))
        : limit_.classic_average.log2;
    return {static_cast<std::int8_t>(std::clamp(headway, 3.0, 17.0))};
}

} // namespace timeball::serve
