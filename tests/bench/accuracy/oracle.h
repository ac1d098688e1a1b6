// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The floor: the best that anybody could do with the same samples. It knows what nobody knows (the
// least delay of each direction, the law of its queue, the wander of the oscillator) and computes
// the mean of the posterior, which no causal estimator can beat in RMS.
//
// With those laws an exchange says in one stroke that the offset lies between two ends, and how
// likely it is to lie where. That is no Gaussian, so the posterior of the offset is carried by
// particles; given the path of a particle's offset, its frequency is exactly Gaussian
// (Rao-Blackwell). Each particle is drawn from within the ends and weighed by what was there.

#include "sim/chance.h"
#include "sim/sim_net.h"
#include "time/time.h"

#include <vector>

namespace timeball::bench {

// Exact knowledge of one direction: offsets lie on one side of an end, and this far from it.
struct Excess {
    const sim::Path* path;
    Seconds at; // the offset cannot be beyond this
    bool is_upper; // on the forward path, at = least offset + queue; on the way back, minus
};

struct OracleKnowledge {
    double wander = 1e-9; // 1/sqrt(s)
    Seconds offset_spread{1}; // of the first offset
    Frequency frequency; // at the start, and how well that is known
    Frequency frequency_spread = Frequency::ppm(0.01);
    // What may happen out of the blue, once in so long.
    Seconds jump_every{0}; // 0: never
    Seconds offset_jump{0};
    Frequency frequency_jump;
};

class Oracle {
public:
    Oracle(const OracleKnowledge& knowledge, sim::Chance chance, std::size_t particles = 2000);

    // All that came in at about the same time.
    void take(Seconds when, const std::vector<Excess>& excesses);

    Seconds offset(Seconds when) const; // posterior mean
    Frequency frequency() const { return Frequency::ratio(frequency_); }

private:
    struct Particle {
        double x, y, p; // offset; mean and variance of the frequency given the path of offsets
        double weight;
    };
    struct Ends {
        double low, high;
    };
    static Ends ends_of(const std::vector<Excess>& excesses);
    void start_within(const Ends& ends);
    void move(double dt, const Ends& ends, const std::vector<Excess>& excesses);
    void advance(Particle& particle, double dt, const Ends& ends);
    double effective_number() const;
    void summarize();
    void resample();
    void renew(double wider);
    double frequency_variance() const;

    OracleKnowledge know_;
    sim::Chance chance_;
    std::vector<Particle> particles_;
    bool is_started_ = false;
    double when_ = 0;
    double offset_ = 0, frequency_ = 0;
};

} // namespace timeball::bench
