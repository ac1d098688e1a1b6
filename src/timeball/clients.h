// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The clients of a server, as its list of the most recently used ones (MRU) tells of them, gathered
// over many rounds: a round brings only those who asked last.

#include "control/mru_query.h"
#include "time/time.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace timeball::console {

// Bits of `restrictions`: those that were in force for the last packet.
namespace restriction {
inline constexpr unsigned ignored = 0x1, not_served = 0x2, limited = 0x20, kissed = 0x400;
}

struct Client {
    std::string address; // without the port
    int port = 0; // of the last packet
    int mode = 0, version = 0; // of the last packet
    unsigned restrictions = 0;
    std::uint64_t count = 0;
    std::optional<std::uint64_t> dropped;
    ntp::Timestamp first, last; // by the server's clock

    // Gathered here.
    std::optional<double> rate; // packets per second, between the last two rounds that told of it
    int ports = 1; // changes of the port seen

    // Over all it ever sent; nothing after one packet.
    std::optional<Seconds> interval() const;
    bool is_limited() const { return (restrictions & restriction::limited) != 0; }
    bool is_kissed() const { return (restrictions & restriction::kissed) != 0; }
};

// Nothing when the address is garbled.
std::optional<Client> client_of(const control::MruEntry& entry);

class Clients {
public:
    static constexpr std::size_t most = 5'000; // those not seen for longest are forgotten

    // What one round told, by the server's clock at that time.
    void take(std::vector<Client> told, ntp::Timestamp now);
    void clear() { known_.clear(); }

    const std::map<std::string, Client>& known() const { return known_; } // by address
    std::optional<ntp::Timestamp> now() const { return now_; } // of the last round

    // Packets per second: of late, as far as it is known, else over all time.
    double rate(const Client& client) const;
    const Client* busiest() const; // nullptr when nobody asks more than once in ten seconds

private:
    void forget_oldest();

    std::map<std::string, Client> known_;
    std::optional<ntp::Timestamp> now_;
};

// What an operator may want to know: "flooder", "limited", "many behind it?". Empty for an ordinary
// client.
std::string hint(const Client& client, double rate);

std::string_view mode_in_words(int mode); // "client"

} // namespace timeball::console
