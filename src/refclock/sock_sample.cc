// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The sample of the SOCK driver (chrony's refclock_sock.c has its layout).

#include "refclock/sock_sample.h"

#include <cmath>
#include <cstring>

namespace timeball::refclock {

namespace {

constexpr std::size_t size = 40;
constexpr std::int32_t magic = 0x534f434b; // "SOCK"
constexpr std::int64_t last_second = 9'000'000'000; // instants reach to 2262
constexpr double largest_offset = 4e9; // from 1970 to wherever we are

template <class T>
T at(std::span<const std::byte> bytes, std::size_t place)
{
    T value;
    std::memcpy(&value, bytes.data() + place, sizeof value);
    return value;
}

} // namespace

const char* to_string(SockFault fault)
{
    switch (fault) {
    case SockFault::bad_size:
        return "a message of another size";
    case SockFault::bad_magic:
        return "a message that is no sample";
    case SockFault::bad_time:
        return "a time that cannot be";
    case SockFault::bad_leap:
        return "a leap indicator that cannot be";
    }
    return "";
}

Result<SockSample, SockFault> parse_sock(std::span<const std::byte> datagram)
{
    if (datagram.size() != size)
        return unexpected(SockFault::bad_size);
    if (at<std::int32_t>(datagram, 36) != magic)
        return unexpected(SockFault::bad_magic);
    const auto seconds = at<std::int64_t>(datagram, 0);
    const auto us = at<std::int64_t>(datagram, 8);
    const auto offset = at<double>(datagram, 16);
    const auto leap = at<std::int32_t>(datagram, 28);
    if (seconds < 0 || seconds > last_second || us < 0 || us > 999'999
        || !(std::fabs(offset) <= largest_offset))
        return unexpected(SockFault::bad_time);
    if (leap < 0 || leap > 3)
        return unexpected(SockFault::bad_leap);

    SockSample s;
    s.when = Instant<Utc>{std::chrono::seconds{seconds} + std::chrono::microseconds{us}};
    s.offset = rounded(Seconds{offset});
    s.is_pulse = at<std::int32_t>(datagram, 24) != 0;
    s.leap = static_cast<Leap>(leap);
    if (s.is_pulse)
        s.offset = rounded(Seconds{offset - std::round(offset)});
    return s;
}

} // namespace timeball::refclock
