// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The segment of the SHM driver (ntpd's refclock_shm.c has its layout).

#include "refclock/shm_segment.h"

#include <algorithm>
#include <cstring>
#include <optional>

namespace timeball::refclock {

namespace {

// By octet.
constexpr std::size_t mode_at = 0, count_at = 4, clock_at = 8, clock_us_at = 16, receive_at = 24,
                      receive_us_at = 32, leap_at = 36, precision_at = 40, clock_ns_at = 52,
                      receive_ns_at = 56, end_at = 60;

// Instants reach to 2262.
constexpr std::int64_t last_second = 9'000'000'000;

template <class T>
T at(const ShmBytes& bytes, std::size_t place)
{
    T value;
    std::memcpy(&value, bytes.data() + place, sizeof value);
    return value;
}

// Older writers leave the nanoseconds as they are: they count only where they agree.
std::optional<Instant<Utc>> time_at(
    const ShmBytes& bytes, std::size_t seconds_at, std::size_t us_at, std::size_t ns_at)
{
    const auto seconds = at<std::int64_t>(bytes, seconds_at);
    const auto us = at<std::int32_t>(bytes, us_at);
    const auto ns = at<std::uint32_t>(bytes, ns_at);
    if (seconds < 0 || seconds > last_second || us < 0 || us > 999'999)
        return std::nullopt;
    const bool agrees = ns / 1000 == static_cast<std::uint32_t>(us);
    return Instant<Utc>{std::chrono::seconds{seconds}
        + (agrees ? Nanoseconds{ns} : Nanoseconds{std::chrono::microseconds{us}})};
}

} // namespace

const char* to_string(ShmFault fault)
{
    switch (fault) {
    case ShmFault::nothing_new:
        return "nothing new was written";
    case ShmFault::torn:
        return "it was read while it was written";
    case ShmFault::bad_mode:
        return "a writer of an unknown mode";
    case ShmFault::bad_time:
        return "a time that cannot be was written";
    case ShmFault::bad_leap:
        return "a leap indicator that cannot be was written";
    case ShmFault::bad_precision:
        return "a precision that cannot be was written";
    }
    return "";
}

Result<ShmSample, ShmFault> parse_shm(const ShmBytes& first, const ShmBytes& second)
{
    if (at<std::int32_t>(first, shm_valid_word) == 0)
        return unexpected(ShmFault::nothing_new);
    if (!std::equal(first.begin(), first.begin() + end_at, second.begin()))
        return unexpected(ShmFault::torn);

    const auto mode = at<std::int32_t>(first, mode_at);
    const auto leap = at<std::int32_t>(first, leap_at);
    const auto precision = at<std::int32_t>(first, precision_at);
    const auto clock = time_at(first, clock_at, clock_us_at, clock_ns_at);
    const auto receive = time_at(first, receive_at, receive_us_at, receive_ns_at);
    if (mode != 0 && mode != 1)
        return unexpected(ShmFault::bad_mode);
    if (!clock || !receive)
        return unexpected(ShmFault::bad_time);
    if (leap < 0 || leap > 3)
        return unexpected(ShmFault::bad_leap);
    if (precision < -40 || precision > 0)
        return unexpected(ShmFault::bad_precision);
    return ShmSample{at<std::uint32_t>(first, count_at), *clock, *receive, static_cast<Leap>(leap),
        Precision{static_cast<std::int8_t>(precision)}};
}

} // namespace timeball::refclock
