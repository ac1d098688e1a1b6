// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A crowd: clients that behave alike. A run has one or several at the same time.

#include "base/address.h"
#include "bench/serving/load/kind.h"

#include <cstdint>
#include <optional>
#include <string>

namespace timeball::load {

// Addresses to ask from, each of them another client to the server: of IPv4 each address, of IPv6
// each /64. Without a prefix, the machine's own address.
struct Sources {
    std::optional<Prefix> prefix;
    std::uint32_t first = 0; // index within the prefix
    std::uint32_t count = 1;

    Address at(std::uint32_t client) const; // `client` below `count`; any address without a prefix
};

// How many clients have room in it, at most 2^32 - 1.
std::uint64_t room_of(const Prefix& prefix);

struct Crowd {
    std::string name;
    Sources sources;
    Mix mix{Kind::v4};
    double rate = 0; // questions a second of all together; 0: a closed loop
    std::uint32_t window = 0; // questions on their way, in a closed loop
    bool picks_at_random = false; // who asks next; else one after the other
    bool is_spoofed = false; // nobody waits for answers
    bool is_individual = false; // each client's losses are counted
};

} // namespace timeball::load
