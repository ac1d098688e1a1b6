// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A way to answer that is faster than the workers': where a network interface gives its packets to
// a program in the kernel before anybody else, that program answers the plain ones by itself and
// leaves all others alone. It is told what the workers are told, and answers what they would.

#include "base/address.h"
#include "config/config.h"
#include "ntp/responder.h"
#include "ntp/served_time.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace timeball {

// Where requests come in that it may answer: on this interface, to one of our addresses.
struct FastDoor {
    std::string interface;
    std::uint32_t index = 0; // of the interface
    Endpoint at;

    auto operator<=>(const FastDoor&) const = default;
};

// The most specific one that matches an address holds for it. What the fast path cannot judge goes
// up to the workers.
struct FastRule {
    enum class Deed : std::uint8_t { up, answer, ignore, noserve };
    struct Ruling {
        std::uint32_t rule = 0; // as the access list counts them
        Deed deed = Deed::up;
        bool is_limited = false, is_told = false; // kod
        bool operator==(const Ruling&) const = default;
    };
    Prefix prefix;
    Ruling any, ntp; // for every port; for source port 123
    bool operator==(const FastRule&) const = default;
};

struct FastSetting {
    std::vector<FastDoor> doors; // none: it answers nobody
    std::vector<FastRule> rules;
    config::LimitConfig limit;
    Poll kiss_poll;
    struct Leak { // of those refused so often, one in so many is answered
        std::uint32_t after = 0, one_in = 1;
        bool operator==(const Leak&) const = default;
    };
    std::array<Leak, 2> leaks; // the second holds where both do
    std::uint32_t kisses_a_second = 0; // of each processor
    bool keeps_clients = true;
    int dscp = 0;
    bool operator==(const FastSetting&) const = default;
};

// Packets by what became of them, since the beginning. Those left to the workers are theirs to
// count.
struct FastCounts {
    std::uint64_t answered = 0, leaked = 0, kissed = 0, silent = 0, ignored = 0, noserve = 0;
    std::uint64_t left
        = 0; // of good form and to one of our doors, left to the workers all the same
    std::array<std::uint64_t, 5> versions{}; // of all but the ignored and the left
};

struct FastClient {
    Endpoint from; // last address and port
    Instant<Mono> first{}, last{};
    std::uint32_t packets = 0, dropped = 0;
    std::uint8_t version = 0; // the mode is 3
    bool was_limited = false, was_kissed = false; // its last packet
    double score = 0; // packets a second, as the limiter sees them
};

class FastPath {
public:
    virtual ~FastPath() = default; // takes the program off its interfaces

    // From now on this is the served time: as a worker would tell it, also when nobody publishes
    // anymore. What it cannot tell (no time, a step, a smear) is left to the workers.
    virtual void publish(const ntp::ServedTime& time) = 0;

    // Goes by this, on the interfaces that it names. While it changes, all is left to the workers.
    // Gives one sentence for each interface that could not be had.
    virtual std::vector<std::string> obey(const FastSetting& setting) = 0;

    virtual FastCounts counts() const = 0;

    // How often each rule was the one, by its number, since the rules are what they are.
    virtual std::vector<std::uint64_t> rule_hits() const = 0;

    // Some of its clients, in no order, and where to go on; begins with 0 and ends when that is 0
    // again. Who comes or goes meanwhile may be missed or told twice.
    struct Page {
        std::vector<FastClient> clients;
        std::uint64_t next = 0;
    };
    virtual Page clients(std::uint64_t from) const = 0;
};

} // namespace timeball
