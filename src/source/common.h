// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What the sources of one daemon have in common: their edges, where their news goes, and which
// addresses are already spoken for. Owned by Sources, outlives every source.

#include "base/address.h"
#include "edge/devices.h"
#include "edge/event_loop.h"
#include "edge/network.h"
#include "edge/random.h"
#include "edge/resolver.h"
#include "edge/system_clock.h"
#include "ntp/association.h"
#include "source/sink.h"
#include "sync/policy.h"
#include "time/correction_log.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace timeball::source {

struct Edges {
    EventLoop& loop; // the control loop
    SystemClock& clock;
    Network& network;
    Resolver& resolver;
    Random& random;
    Devices* devices = nullptr; // null: there are no reference clocks
    // TAI minus UTC, as far as the daemon knows it.
    std::function<std::optional<std::chrono::seconds>()> tai_offset
        = []() -> std::optional<std::chrono::seconds> { return std::nullopt; };
};

struct Common {
    Edges edges;
    const CorrectionLog& corrections;
    Sink sink;
    std::uint16_t served_port = 123; // where we answer ourselves
    std::optional<Family> only_family; // of all addresses asked
    sync::Policy policy;
    int dscp = 46;
    std::unique_ptr<ntp::Authenticator> keys; // may be empty

    std::vector<Address> own; // addresses of this machine
    std::set<Endpoint> in_use; // by some association
    std::map<Address, Instant<Mono>> spurned; // bad pool members, and until when

    // Some member of a pool may have to be replaced. Acts in a later turn.
    std::function<void()> tend = [] {};

    // Sockets are open only while an answer may come. Simulated networks and careful sandboxes
    // allow few.
    static constexpr int max_sockets = 16;
    int sockets_open = 0;

    // Some networks promise transmit stamps and never deliver: after so many in vain we wait no
    // longer, until one comes.
    static constexpr int stamps_in_vain = 3;
    int stamps_missed = 0;

    std::uint32_t last_source = 0;
    sync::SourceId new_source() { return {++last_source}; }

    // Why an address cannot be asked, as the end of a sentence; empty when it can.
    std::string_view objection(const Endpoint& server) const;

    // The server says that it is synchronized to one of our addresses.
    bool is_us(ReferenceId id) const;
};

} // namespace timeball::source
