// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The clock as followed by one who takes its oscillator to wander by so much: a joint Kalman filter
// over all sources that are followed. Its state is how far UTC is ahead of the free-running clock,
// how fast that grows, and for each source the constant part of its error (the asymmetry of its
// path), of which only a rough size is known beforehand. Because corrections never show on the
// free-running scale, steering cannot disturb it.

#include "sync/drift.h"
#include "sync/engine.h"
#include "sync/path_delay.h"
#include "time/time.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace timeball::sync {

struct Measurement {
    SourceId source;
    Instant<FreeRun> when;
    Seconds offset; // UTC minus the free-running clock, less the origin, at `when`
    Seconds noise; // standard deviation of what differs from reading to reading, but for queues
    Seconds bias; // and of what does not
    Queueing queues{}; // of which `noise` is not used
    std::optional<Seconds> new_route{}; // by which what was constant has changed
};

// What a measurement told, in units of what was expected: 1 is one standard deviation.
struct Innovation {
    Seconds offset{0}; // measured less expected
    double normalized = 0; // 0 for all that a queue can explain
    enum class Meaning : std::uint8_t {
        noise, // as expected
        outlier, // unexplained; was given little weight
        path_changed, // the constant part of the source's error is learned anew
        clock_changed // the frequency is
    } meaning = Meaning::noise;
};

class Tracker {
public:
    // Random walk of the frequency in a second, standard deviation.
    explicit Tracker(Frequency wander) : wander_{wander.ratio()} { }

    bool is_started() const { return started_; }

    // What is known of the frequency when there is nothing else.
    void expect(Frequency frequency, Frequency uncertainty);

    // Begins at an offset known to about `uncertainty`. The frequency is kept.
    void start(Instant<FreeRun> when, Seconds offset, Seconds uncertainty);

    // An offset came up that nobody expected: if a frequency could have made it since all was well,
    // it may have.
    void distrust_frequency(Seconds offset, Instant<FreeRun> now);

    // A reading that its source's own past does not explain: whether it may be passed over as a
    // slip. Not when another source has just surprised us too.
    bool passes_over(SourceId source, Instant<FreeRun> when, Seconds seen);

    Innovation update(const Measurement& measurement);
    double log_likelihood() const { return log_likelihood_; } // of the last measurement

    // The offset is larger by so much, and all biases smaller: what is expected of each source is
    // the same as before.
    void shift(Seconds by);

    void forget(SourceId source); // its bias: it is another source now
    void forget_offset(); // not started any more; the frequency is kept

    // UTC minus the free-running clock, less the origin, carried forward to `now`.
    Seconds offset(Instant<FreeRun> now) const;
    Seconds uncertainty(Instant<FreeRun> now) const; // one standard deviation, biases left out
    Frequency frequency() const { return Frequency::ratio(x_[1]); }
    Frequency frequency_uncertainty() const;
    Frequency doubt() const; // by which it seemed to have changed at once; passes with calm
    Seconds span() const; // over which the frequency has been measured

    template <class Memo>
    void remember(Memo& memo)
    {
        std::size_t count = biases_.size();
        memo(started_, when_, quiet_, measured_since_, x_, p_, count);
        memo.check(x_.size() == count + 2 && p_.size() == x_.size() * x_.size());
        if (!memo.is_good())
            return;
        biases_.resize(count);
        for (Bias& b : biases_)
            memo(b.source, b.prior, b.excused, b.is_new, b.outliers, b.calm);
        memo(surprises_.count, surprises_.first, surprises_.are_of_several, changes_in_a_row_,
            doubt_, log_likelihood_);
    }

private:
    double& p(std::size_t row, std::size_t column) { return p_[row * x_.size() + column]; }
    double p(std::size_t row, std::size_t column) const { return p_[row * x_.size() + column]; }
    std::size_t state_of(const Measurement& measurement);
    void predict(Instant<FreeRun> to);
    void correct(std::size_t bias, double lag, double innovation, double variance);
    void believe(std::size_t bias, const Measurement& measurement, double lag, double innovation,
        double expected);
    Innovation::Meaning interpret(std::size_t bias, double normalized);
    void count_surprise(SourceId source, int side);
    void excuse(std::size_t bias, const Measurement& measurement);
    void relearn_bias(std::size_t bias, double innovation);
    double suspect_frequency(double offset, double span);
    void relearn_frequency(double innovation);
    void recenter();
    void remove_state(std::size_t index);

    struct Bias {
        SourceId source;
        double prior = 0; // standard deviation, s
        double excused = 0; // what a new route has added to it, s
        bool is_new = true;
        int outliers = 0; // in a row, on the same side
        int calm = 0; // measurements as expected, since its path is what it is
    };

    double wander_; // s / s^1.5
    bool started_ = false;
    Instant<FreeRun> when_{};
    Instant<FreeRun> quiet_{}; // of the last measurement that was as expected
    std::optional<Instant<FreeRun>> measured_since_;
    std::vector<double> x_{0.0, 0.0}; // offset (s), frequency (1), then the biases (s)
    std::vector<double> p_{1.0, 0.0, 0.0, 1e-8}; // covariance, row by row
    std::vector<Bias> biases_; // of x_[2] and up
    struct Surprises { // outliers in a row, of whatever sources, on the same side
        int count = 0; // negative on the lower side
        SourceId first;
        bool are_of_several = false;
    } surprises_;
    int changes_in_a_row_ = 0;
    double doubt_ = 0;
    double log_likelihood_ = 0;
};

} // namespace timeball::sync
