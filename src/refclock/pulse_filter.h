// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Which pulses to believe: those that go on where the ones before them left off. Nothing is known
// of the true second here; a pulse is judged by the other pulses of its line alone.

#include "edge/devices.h"
#include "time/time.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace timeball::refclock {

// To the nearest second, in [-0.5 s, 0.5 s): positive means that our clock is behind.
Nanoseconds pulse_offset(Instant<Utc> when);

class PulseFilter {
public:
    enum class Verdict : std::uint8_t {
        none, // no new edge
        good,
        unconfirmed, // the first ones, until another one comes where it must
        doubled, // less than half a second behind a good one
        outlier
    };

    struct Counts {
        std::uint64_t seen = 0, lost = 0, extra = 0, left_out = 0;
    };

    // The line's last edge, at each look.
    Verdict push(const PulseEdge& edge);

    const Counts& counts() const { return counts_; }
    std::optional<PulseEdge> last() const { return last_; }
    // Robust standard deviation of the believed pulses, the drift of our clock taken out. Nothing
    // until there are enough of them.
    std::optional<Seconds> spread() const;
    bool is_settled() const { return believed_.size() == memory; }
    // More than one edge a second, look after look: not a pulse per second.
    bool is_crowded() const { return crowded_looks_ >= crowded_for; }

    static constexpr std::size_t memory = 16;

private:
    static constexpr int crowded_for = 8;

    void count(const PulseEdge& edge);
    bool goes_on(Instant<Utc> when) const;
    Verdict keep_in_mind(Instant<Utc> when);

    Counts counts_;
    std::optional<PulseEdge> last_;
    std::vector<Instant<Utc>> believed_; // the last ones, oldest first
    std::vector<Instant<Utc>> doubtful_; // since the last believed one; they agree with one another
    int crowded_looks_ = 0;
};

} // namespace timeball::refclock
