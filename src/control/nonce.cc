// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Making and judging nonces.

#include "control/nonce.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace timeball::control {

using namespace std::chrono_literals;

namespace {

constexpr auto lifetime = 16s;
constexpr auto key_lifetime = 1h;
constexpr std::size_t digits_of_time = 16, digits_of_hash = 8;

std::uint32_t hash(const SipKey& key, std::uint64_t when, const Endpoint& receiver)
{
    std::array<std::byte, 8 + 2 + 16> told{};
    for (std::size_t i = 0; i < 8; ++i)
        told[i] = std::byte(when >> (8 * i) & 0xff);
    told[8] = std::byte(receiver.port & 0xff);
    told[9] = std::byte(receiver.port >> 8);
    const auto address = receiver.address.bytes();
    std::copy(address.begin(), address.end(), told.begin() + 10);
    return static_cast<std::uint32_t>(siphash(key, std::span<const std::byte>{told}));
}

std::string nonce(const SipKey& key, std::uint64_t when, const Endpoint& receiver)
{
    return fmt::format("{:016x}{:08x}", when, hash(key, when, receiver));
}

} // namespace

void Nonces::renew(Instant<Mono> now)
{
    if (has_key_ && now - since_ < key_lifetime)
        return;
    previous_ = has_key_ ? key_ : fresh_();
    key_ = fresh_();
    has_key_ = true;
    since_ = now;
}

std::string Nonces::make(const Endpoint& receiver, Instant<Mono> now)
{
    renew(now);
    auto when = static_cast<std::uint64_t>(now.time_since_epoch().count());
    std::string made = nonce(key_, when, receiver);
    // ntpq turns what it can read as a number into one, and sends that back.
    while (made.find_first_of("abcdf") == made.npos && when > 0)
        made = nonce(key_, --when, receiver);
    return made;
}

bool Nonces::is_valid(std::string_view given, const Endpoint& receiver, Instant<Mono> now)
{
    if (given.size() != digits_of_time + digits_of_hash)
        return false;
    renew(now);
    std::uint64_t when = 0;
    const char* const end = given.data() + digits_of_time;
    const auto [last, fault] = std::from_chars(given.data(), end, when, 16);
    if (fault != std::errc{} || last != end)
        return false;
    const auto present = static_cast<std::uint64_t>(now.time_since_epoch().count());
    constexpr auto oldest = static_cast<std::uint64_t>(Nanoseconds{lifetime}.count());
    if (when > present || present - when > oldest)
        return false;
    return given == nonce(key_, when, receiver) || given == nonce(previous_, when, receiver);
}

} // namespace timeball::control
