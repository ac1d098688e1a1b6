// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A situation in which clocks are judged: the oscillator, the paths, the servers, what happens
// and when, and what others were measured to reach in it.

#include "ntp/types.h"
#include "oracle.h"
#include "sim/oscillator.h"
#include "sim/sim_net.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace timeball::bench {

class Stage;

struct Upstream {
    sim::Path there, back; // one direction each
    Seconds lie{0}; // server minus truth
    Frequency drift; // by which the lie grows
};

struct Happening {
    Nanoseconds at{0}; // since the start
    std::function<void(Stage&)> what;
};

// RMS and maximum of the true clock error after settling; how long until it stayed small.
// Nothing where nobody measured it.
struct Known {
    std::optional<Seconds> rms, max, recovery;
};

struct Situation {
    std::string name;
    std::string title; // one line for people
    Poll minpoll{6}, maxpoll{10};
    sim::OscillatorTraits oscillator;
    std::vector<Upstream> upstreams;
    // Instead: a reference clock with a reading each second, normally distributed.
    std::optional<Seconds> reference_jitter;
    std::vector<Happening> happenings;
    Nanoseconds settled{0}; // errors count from here
    Nanoseconds span{0};
    // What has to be recovered from, if anything, and from what error on one has recovered.
    std::optional<Nanoseconds> disturbed;
    Seconds small{0.001};
    Known chrony, ntpd, floor; // measured under clknetsim (chrony 4.3, ntpd 4.2.8p15)
    std::optional<Seconds> recovery_goal;
    bool is_truth_told = true; // by a majority of servers: only then can a bound be true
    bool is_floor_fair = true;
    OracleKnowledge oracle{.wander = 0}; // 0: the oscillator's
    std::optional<Poll> oracle_poll; // maxpoll
};

const std::vector<Situation>& situations();

} // namespace timeball::bench
