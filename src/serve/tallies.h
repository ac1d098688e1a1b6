// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What a worker has done, counted. One thread counts; any may read, and sums over workers.

#include "ntp/verdict.h"
#include "report/report.h"

#include <array>
#include <atomic>

namespace timeball::serve {

// A reading of one worker's counts, or the sum of several.
struct Counts {
    std::array<std::uint64_t, ntp::verdict_count> verdicts{};
    std::array<std::uint64_t, 8> versions{}; // of time requests of good form
    std::array<std::uint64_t, 8> version1_modes{}; // the same, of version 1
    std::uint64_t sent = 0, control_sent = 0, send_failed = 0; // datagrams

    std::uint64_t of(ntp::Verdict v) const { return verdicts[static_cast<std::size_t>(v)]; }
    std::uint64_t received() const; // each packet has one verdict
    Counts& operator+=(const Counts& other);
};

report::ServerCounters to_report(const Counts& counts);

class alignas(64) Tallies {
public:
    void count(ntp::Verdict v) { add(verdicts_[static_cast<std::size_t>(v)]); }
    void count_request(unsigned version, unsigned mode)
    {
        add(versions_[version & 7]);
        if (version == 1)
            add(version1_modes_[mode & 7]);
    }
    void count_sent(bool good) { add(good ? sent_ : send_failed_); }
    void count_control_sent(bool good) { add(good ? control_sent_ : send_failed_); }

    Counts read() const;

private:
    using Count = std::atomic<std::uint64_t>;

    // There is no other writer: a load and a store do, and cost no locked instruction.
    static void add(Count& count)
    {
        count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }

    std::array<Count, ntp::verdict_count> verdicts_{};
    std::array<Count, 8> versions_{}, version1_modes_{};
    Count sent_{0}, control_sent_{0}, send_failed_{0};
};

} // namespace timeball::serve
