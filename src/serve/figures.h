// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What only a worker knows, as values that may leave its thread, and several workers' as one.

#include "report/listings.h"
#include "report/report.h"
#include "serve/worker.h"

#include <memory>
#include <span>
#include <vector>

namespace timeball::serve {

struct WorkerFigures {
    ClientList::Counts clients;
    std::size_t client_octets = 0;
    Seconds oldest_age{0};
    ntp::MacCounts macs;
    SocketCounts traffic; // of all its sockets
};
WorkerFigures figures_of(const Worker& worker);

report::ClientListState client_state(
    std::span<const WorkerFigures> workers, const config::LiveConfig& config);
ntp::MacCounts mac_counts(std::span<const WorkerFigures> workers);
report::Traffic traffic(std::span<const WorkerFigures> workers);

// Sockets that share an address are one.
std::vector<report::InterfaceRow> interface_rows(
    std::span<const std::vector<Worker::DoorFigures>> workers,
    std::span<const NetworkInterface> interfaces, Instant<Mono> now);

struct RuleHits {
    std::shared_ptr<const AccessList> access; // with which they were counted
    std::vector<std::uint64_t> hits; // as access->rules()
};
RuleHits rule_hits(const Worker& worker);

// `fast`: those of the fast path, as access.rules(); empty where there is none.
std::vector<report::RuleRow> rule_rows(const AccessList& access, std::span<const RuleHits> workers,
    std::span<const std::uint64_t> fast = {});

} // namespace timeball::serve
