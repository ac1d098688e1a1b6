// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A worker without a network: datagrams are handed to it, what it sends is counted. For what
// serving costs inside the program.

#include "config/config.h"
#include "edge/event_loop.h"
#include "edge/network.h"
#include "edge/system_clock.h"
#include "serve/worker.h"

#include <memory>

namespace timeball::bench::serving {

struct Staging {
    std::size_t clients = 10'000; // the bound of the list
    std::size_t rules = 1; // of access control, besides the default's
};

class WorkerStage {
public:
    explicit WorkerStage(const Staging& staging);
    ~WorkerStage();

    // A plain request of one of very many clients; half of them are of IPv6.
    void ask(std::uint32_t client);
    void pass(Nanoseconds span); // time

    std::uint64_t sent() const;
    const serve::ClientList& clients() const;

private:
    struct World;
    std::unique_ptr<World> world_;
};

// The address of a client: even ones are of IPv4.
Endpoint client_endpoint(std::uint32_t client);

} // namespace timeball::bench::serving
