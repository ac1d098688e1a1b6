// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The simplest of NTP clients, for contestants that are no whole daemon: sends requests from a
// clock of its own and gives back what four timestamps each exchange had.

#include "ntp/header.h"
#include "stage.h"

#include <functional>
#include <optional>
#include <vector>

namespace timeball::bench {

struct Exchange {
    std::size_t server = 0;
    Instant<Utc> t1, t2, t3, t4;
    Seconds root_delay{0}, root_dispersion{0};
};

class Asker final : sim::Receiver {
public:
    // The clock comes first out of the world's chance, as a node's does: the same seed gives the
    // same oscillator.
    Asker(Stage& stage, std::function<void(const Exchange&)> answered);
    ~Asker();

    void ask(std::size_t server);
    void forget(); // requests under way
    void later(Seconds wait, std::function<void()> then);

    sim::SimClock& clock() { return clock_; }
    sim::Chance& chance() { return chance_; }
    std::uint64_t requests() const { return requests_; }

private:
    void arrived(
        std::span<const std::byte> bytes, const Endpoint& from, const Endpoint& to) override;
    void refused(const Endpoint&) override { }

    Stage& stage_;
    sim::SimClock clock_;
    sim::Chance chance_;
    std::function<void(const Exchange&)> answered_;
    std::vector<std::optional<Instant<Utc>>> asked_;
    std::uint64_t requests_ = 0;
};

} // namespace timeball::bench
