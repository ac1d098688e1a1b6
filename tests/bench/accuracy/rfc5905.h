// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The reference algorithm, written plainly after RFC 5905 (sections 10 to 12 and appendix A.5) for
// comparison: clock filter, intersection, cluster, combine, and the hybrid PLL/FLL with its poll
// adjust. Shares nothing with the daemon. Samples are kept on the steered scale, as there.

#include "time/time.h"

#include <array>
#include <optional>
#include <vector>

namespace timeball::bench {

// One exchange, in process time t (seconds since the start).
struct RfcSample {
    Seconds t{0}, offset{0}, delay{0}, dispersion{0}, root_delay{0}, root_dispersion{0};
};

class Rfc5905 {
public:
    Rfc5905(std::size_t peers, int minpoll, int maxpoll);

    // The sample of an exchange with this peer. If something comes back, the clock has to be
    // stepped by that, and all peers asked anew.
    std::optional<Seconds> take(std::size_t peer, const RfcSample& sample, Seconds now);

    // The poll of this peer timed out: shift the reach register.
    std::optional<Seconds> polled(std::size_t peer, Seconds now);

    // Once a second: the correction in force for the next second.
    Frequency adjust();

    // What it tells clients: root delay / 2 + root dispersion. Nothing before the first update.
    std::optional<Seconds> root_distance(Seconds now) const;

    int poll() const { return poll_; } // log2 s

private:
    static constexpr int stages = 8;
    struct Stage {
        double t, offset, delay, disp;
    };
    struct Peer {
        std::array<Stage, stages> filter;
        unsigned reach = 0;
        double t = 0, offset = 0, delay = 0, disp = 16, jitter = 0;
        double root_delay = 0, root_disp = 0;
    };
    enum class State { nset, freq, spik, sync };

    static void clear(Peer& peer);
    std::optional<Seconds> filter(Peer& peer, const Stage& newest, double now);
    std::optional<Seconds> select(double now);
    std::vector<std::size_t> intersect(double now) const;
    void cluster(std::vector<std::size_t>& survivors, double now) const;
    double combine(const std::vector<std::size_t>& survivors, double now) const;
    double root_distance(const Peer& peer, double now) const;
    bool is_fit(const Peer& peer, double now) const;
    std::optional<Seconds> local_clock(double t, double offset);
    double frequency_change(double mu, double offset) const;
    std::optional<Seconds> step_clock(double t, double offset);
    void reset_clock(State state, double offset, double t);
    void adjust_poll();

    int minpoll_, maxpoll_, poll_;
    std::vector<Peer> peers_;
    std::optional<std::size_t> system_peer_;
    double update_ = -1; // time of the sample last used
    double root_delay_ = 0, root_disp_ = 0; // then
    State state_ = State::nset;
    double t_ = 0; // of the last update of the clock
    double last_ = 0, base_offset_ = 0; // offset then, and what is left of it
    double freq_ = 0, jitter_ = 0x1p-20;
    int count_ = 0;
};

} // namespace timeball::bench
