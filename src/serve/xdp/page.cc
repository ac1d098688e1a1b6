// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// From doubles to integers, once for each publication.

#include "serve/xdp/page.h"

#include "ntp/header.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>

namespace timeball::serve::xdp {

using namespace std::chrono_literals;

namespace {

// Longer than any time is published for; the arithmetic of the program is exact up to here.
constexpr Nanoseconds longest{std::chrono::hours{1}};

template <class T>
T to_wire(T value)
{
    if constexpr (std::endian::native == std::endian::big)
        return value;
    T swapped = 0;
    for (std::size_t i = 0; i < sizeof value; ++i) {
        swapped = static_cast<T>(swapped << 8 | (value & 0xff));
        value >>= 8;
    }
    return swapped;
}

std::optional<std::uint32_t> scaled32(double value, int binary_places)
{
    const double scaled = std::round(std::ldexp(value, binary_places));
    if (!(scaled >= 0 && scaled <= std::numeric_limits<std::uint32_t>::max()))
        return std::nullopt;
    return static_cast<std::uint32_t>(scaled);
}

std::uint64_t scaled64(double value, int binary_places)
{
    return static_cast<std::uint64_t>(
        std::clamp(std::round(std::ldexp(value, binary_places)), 0.0, 0x1p62));
}

std::uint64_t upper_bits(int count) // of 64
{
    return count <= 0 ? 0 : count >= 64 ? ~0ull : ~(~0ull >> count);
}

std::uint8_t deed_of(const FastRule::Ruling& ruling)
{
    const int what = ruling.deed == FastRule::Deed::answer ? deed_answer
        : ruling.deed == FastRule::Deed::ignore            ? deed_ignore
        : ruling.deed == FastRule::Deed::noserve           ? deed_noserve
                                                           : deed_up;
    return static_cast<std::uint8_t>(
        what | (ruling.is_limited ? deed_limited : 0) | (ruling.is_told ? deed_kod : 0));
}

} // namespace

Page page_of(const FastSetting& setting)
{
    Page page{};
    page.tos = static_cast<std::uint8_t>(setting.dscp << 2);
    for (const FastDoor& door : setting.doors)
        if (page.ports[0] == 0 || page.ports[0] == door.at.port)
            page.ports[0] = door.at.port;
        else
            page.ports[1] = door.at.port; // there are two at most

    // As RateLimiter has it, with its slack.
    const config::LimitConfig& limit = setting.limit;
    const double one = 1 / limit.burst;
    page.one = scaled64(one, 32);
    page.most = scaled64(limit.average + one / 100, 32);
    page.most_kissed = scaled64(limit.average + limit.kod + one / 100, 32);
    page.decay = scaled32(std::numbers::log2e / limit.burst / 1e9, 56).value_or(~0u);
    page.is_classic = limit.rule == config::LimitRule::classic;
    page.head = 1u << std::clamp<int>(limit.classic_average.log2, 0, 17);
    page.minimum = scaled32(std::ceil(limit.classic_minimum.count()), 0).value_or(~0u);
    for (std::size_t i = 0; i < setting.leaks.size(); ++i) {
        page.leak_after[i] = setting.leaks[i].after;
        page.leak_one_in[i] = std::max(setting.leaks[i].one_in, 1u);
    }
    page.kisses_a_second = setting.kisses_a_second;
    page.kiss_poll = static_cast<std::uint8_t>(setting.kiss_poll.log2);
    page.keeps_clients = setting.keeps_clients;
    page.client_mask4 = to_wire(upper_bits(32 + limit.v4_prefix));
    page.client_mask[0] = to_wire(upper_bits(limit.v6_prefix));
    page.client_mask[1] = to_wire(upper_bits(limit.v6_prefix - 64));
    return page;
}

Page with_time(Page page, const ntp::ServedTime& time, const ClockLine& clock)
{
    page.serves = 0;
    const Instant<Utc> now = clock.shown;
    const bool is_plain = time.epoch % 2 == 0 && time.leap != Leap::unsynchronized
        && time.stratum >= Stratum{1} && time.stratum < Stratum::unsynchronized
        && now >= time.valid_from && now < time.void_after && now >= time.as_of
        && now >= time.reference_time && !time.smear.is_ahead_or_under_way();
    if (!is_plain)
        return page;

    // What is served gains on CLOCK_BOOTTIME by the clock's rate and, on top of that, by its own.
    const double clock_rate = clock.rate.ratio();
    const double gain = (1 + clock_rate) * (1 + time.served_rate.ratio()) - 1;
    const auto gain40 = scaled32(std::fabs(gain), 40);
    const auto dispersion70 = scaled32(time.dispersion_rate.ratio() * (1 + clock_rate) / 1e9, 70);
    const Seconds dispersion = ntp::root_dispersion(time, now);
    const auto shown = ntp::served(time, now).time_since_epoch();
    if (!gain40 || !dispersion70 || dispersion.count() < 0 || dispersion.count() > 65535
        || shown.count() < 0)
        return page;

    page.boot = static_cast<std::uint64_t>(clock.boot.count());
    page.lasts = static_cast<std::uint64_t>(
        std::min(rounded(Seconds{time.void_after - now} * (1 / (1 + clock_rate))), longest)
            .count());
    page.seconds = static_cast<std::uint64_t>(shown / 1s);
    page.nanoseconds = static_cast<std::uint64_t>((shown % 1s).count());
    page.gain = *gain40;
    page.loses = gain < 0;
    page.dispersion = scaled64(dispersion.count(), 38);
    page.dispersion_rate = *dispersion70;
    page.leap = static_cast<std::uint8_t>(time.leap);
    page.stratum = time.stratum.value;
    page.precision = static_cast<std::uint8_t>(time.precision.log2);
    page.root_delay = to_wire(ntp::to_short(time.root_delay).bits);
    page.reference_id = to_wire(time.reference_id.value);
    if (time.reference_time != Instant<Utc>{})
        page.reference = to_wire(ntp::to_timestamp(ntp::served(time, time.reference_time)).bits);
    page.serves = 1;
    return page;
}

Ruling ruling_of(const FastRule& rule)
{
    return {.rule = rule.any.rule,
        .ntp_rule = rule.ntp.rule,
        .deed = deed_of(rule.any),
        .ntp_deed = deed_of(rule.ntp),
        .unused = 0};
}

} // namespace timeball::serve::xdp
