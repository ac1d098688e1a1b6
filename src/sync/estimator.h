// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The clock estimator: one joint Kalman filter over all sources that are followed. Its state is how
// far UTC is ahead of the free-running clock, how fast that grows, and for each source the constant
// part of its error (the asymmetry of its path), of which only a rough size is known beforehand.
// Because corrections never show on the free-running scale, steering cannot disturb it.

#include "sync/drift.h"
#include "sync/engine.h"
#include "time/time.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace timeball::sync {

struct Measurement {
    SourceId source;
    Instant<FreeRun> when;
    Seconds offset; // UTC minus the free-running clock, less the origin, at `when`
    Seconds noise; // standard deviation of what differs from reading to reading
    Seconds bias; // and of what does not
};

// What a measurement told, in units of what was expected: 1 is one standard deviation.
struct Innovation {
    Seconds offset{0}; // measured less expected
    double normalized = 0;
    bool is_outlier = false; // was given little weight
};

class Estimator {
public:
    bool is_started() const { return started_; }

    // What is known of the frequency when there is nothing else.
    void expect(Frequency frequency, Frequency uncertainty);

    // Begins at an offset known to about `uncertainty`. The frequency is kept.
    void start(Instant<FreeRun> when, Seconds offset, Seconds uncertainty);

    Innovation update(const Measurement& measurement);

    void forget(SourceId source); // its bias: it is another source now
    void forget_offset(); // not started any more; the frequency is kept

    // UTC minus the free-running clock, less the origin, carried forward to `now`.
    Seconds offset(Instant<FreeRun> now) const;
    Seconds uncertainty(Instant<FreeRun> now) const; // one standard deviation, biases left out
    Frequency frequency() const { return Frequency::ratio(x_[1]); }
    Frequency frequency_uncertainty() const;
    Seconds span() const; // from the first to the last measurement since it was started

private:
    double& p(std::size_t row, std::size_t column) { return p_[row * x_.size() + column]; }
    double p(std::size_t row, std::size_t column) const { return p_[row * x_.size() + column]; }
    std::size_t state_of(const Measurement& measurement);
    void predict(Instant<FreeRun> to);
    void correct(std::size_t bias, double lag, double innovation, double variance);
    void adapt_wander(double normalized);
    void remove_state(std::size_t index);

    struct Bias {
        SourceId source;
        double prior = 0; // standard deviation, s
        int outliers = 0; // in a row, on the same side
    };

    bool started_ = false;
    Instant<FreeRun> first_{}, when_{};
    std::vector<double> x_{0.0, 0.0}; // offset (s), frequency (1), then the biases (s)
    std::vector<double> p_{1.0, 0.0, 0.0, 1e-8}; // covariance, row by row
    std::vector<Bias> biases_; // of x_[2] and up
    double log_wander_ = 0; // natural logarithm of wander over its usual size
    double last_normalized_ = 0;
};

} // namespace timeball::sync
