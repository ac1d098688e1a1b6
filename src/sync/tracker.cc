// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// One who follows the clock.

#include "sync/tracker.h"

#include "sync/queue_belief.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace timeball::sync {

namespace {

// Random walk of an ordinary quartz's phase, in s / s^0.5.
constexpr double phase_walk = 1e-9;

// How long a path keeps its asymmetry.
constexpr double bias_memory = 240 * 3600;

// Beyond so many standard deviations a measurement is held to have met something that the model
// does not know, and is given the weight that puts it there.
constexpr double outlier_limit = 3;

// So many outliers in a row on the same side convince: of one source, that its path has changed;
// of two sources, or of the only one, that our own clock has.
constexpr int outliers_of_a_path = 4;
constexpr int outliers_of_the_clock = 2;
constexpr int outliers_among_strangers = 6; // of the clock, while nobody is known well

// So many measurements as expected make a source's word count against the clock.
constexpr int calm_of_an_acquaintance = 4;

// More than this no oscillator changes at once, as far as one event can tell. Each further event
// without calm between may tell of twice as much.
constexpr double largest_change = 10e-6;

// No oscillator changes by more: a larger offset is a clock that was set.
constexpr double possible_change = 500e-6;

double normal_log_likelihood(double off, double variance)
{
    return -(off * off / variance + std::log(variance)) / 2;
}

double clipped(double value, double limit)
{
    return std::clamp(value, -limit, limit);
}

} // namespace

void Tracker::expect(Frequency frequency, Frequency uncertainty)
{
    x_[1] = frequency.ratio();
    p(1, 1) = uncertainty.ratio() * uncertainty.ratio();
}

void Tracker::start(Instant<FreeRun> when, Seconds offset, Seconds uncertainty)
{
    const double frequency_variance = p(1, 1);
    x_ = {offset.count(), x_[1]};
    p_ = {uncertainty.count() * uncertainty.count(), 0, 0, frequency_variance};
    biases_.clear();
    when_ = quiet_ = when;
    if (!measured_since_)
        measured_since_ = when;
    surprises_ = {};
    started_ = true;
}

double Tracker::suspect_frequency(double offset, double span)
{
    const double change = offset / std::max(1.0, span);
    if (std::fabs(change) > possible_change)
        return 0;
    doubt_ = std::max(doubt_, std::fabs(change));
    return clipped(change, std::ldexp(largest_change, std::min(changes_in_a_row_++, 4)));
}

void Tracker::distrust_frequency(Seconds offset, Instant<FreeRun> now)
{
    const double change = suspect_frequency(offset.count(), Seconds{now - quiet_}.count());
    p(1, 1) += change * change;
}

void Tracker::forget_offset()
{
    start(when_, Seconds{0}, Seconds{1});
    started_ = false;
}

void Tracker::predict(Instant<FreeRun> to)
{
    const double dt = Seconds{to - when_}.count();
    if (dt <= 0)
        return;
    when_ = to;
    const std::size_t n = x_.size();

    x_[0] += x_[1] * dt;
    for (std::size_t i = 0; i < n; ++i)
        p(0, i) += dt * p(1, i);
    for (std::size_t i = 0; i < n; ++i)
        p(i, 0) += dt * p(i, 1);

    const double q = wander_ * wander_;
    p(0, 0) += phase_walk * phase_walk * dt + q * dt * dt * dt / 3;
    p(0, 1) += q * dt * dt / 2;
    p(1, 0) = p(0, 1);
    p(1, 1) += q * dt;

    const double keep = std::exp(-dt / bias_memory);
    for (std::size_t b = 2; b < n; ++b) {
        x_[b] = biases_[b - 2].excused + keep * (x_[b] - biases_[b - 2].excused);
        for (std::size_t i = 0; i < n; ++i) {
            p(b, i) *= keep;
            p(i, b) *= keep;
        }
        const double prior = biases_[b - 2].prior;
        p(b, b) += (1 - keep * keep) * prior * prior;
    }
}

std::size_t Tracker::state_of(const Measurement& measurement)
{
    const auto known = std::find_if(biases_.begin(), biases_.end(),
        [&](const Bias& b) { return b.source == measurement.source; });
    if (known != biases_.end()) {
        known->prior = measurement.bias.count();
        return 2 + static_cast<std::size_t>(known - biases_.begin());
    }

    const std::size_t n = x_.size();
    std::vector<double> grown((n + 1) * (n + 1), 0.0);
    for (std::size_t row = 0; row < n; ++row)
        for (std::size_t column = 0; column < n; ++column)
            grown[row * (n + 1) + column] = p(row, column);
    p_ = std::move(grown);
    x_.push_back(0);
    biases_.push_back({measurement.source, measurement.bias.count()});
    p(n, n) = measurement.bias.count() * measurement.bias.count();
    return n;
}

void Tracker::remove_state(std::size_t index)
{
    const std::size_t n = x_.size();
    std::vector<double> left;
    for (std::size_t row = 0; row < n; ++row)
        for (std::size_t column = 0; column < n; ++column)
            if (row != index && column != index)
                left.push_back(p(row, column));
    p_ = std::move(left);
    x_.erase(x_.begin() + static_cast<std::ptrdiff_t>(index));
    biases_.erase(biases_.begin() + static_cast<std::ptrdiff_t>(index) - 2);
}

void Tracker::forget(SourceId source)
{
    const auto known = std::find_if(
        biases_.begin(), biases_.end(), [&](const Bias& b) { return b.source == source; });
    if (known != biases_.end())
        remove_state(2 + static_cast<std::size_t>(known - biases_.begin()));
}

// The measurement sees h = offset - lag * frequency + bias.
void Tracker::correct(std::size_t bias, double lag, double innovation, double variance)
{
    const std::size_t n = x_.size();
    std::vector<double> gain(n);
    for (std::size_t i = 0; i < n; ++i)
        gain[i] = p(i, 0) - lag * p(i, 1) + p(i, bias);
    const double total = gain[0] - lag * gain[1] + gain[bias] + variance;
    for (std::size_t i = 0; i < n; ++i)
        x_[i] += gain[i] / total * innovation;
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = i; j < n; ++j) {
            p(i, j) -= gain[i] * gain[j] / total;
            p(j, i) = p(i, j);
        }
    for (std::size_t i = 0; i < n; ++i)
        p(i, i) = std::max(p(i, i), 1e-30);
}

// What is constant in the path is unknown again.
void Tracker::relearn_bias(std::size_t bias, double innovation)
{
    for (std::size_t i = 0; i < x_.size(); ++i)
        p(bias, i) = p(i, bias) = 0;
    const double prior = biases_[bias - 2].prior;
    p(bias, bias) = prior * prior + innovation * innovation;
}

// The route is another one, and what was constant changed by what was seen since.
void Tracker::excuse(std::size_t bias, const Measurement& measurement)
{
    const double change = measurement.new_route->count();
    biases_[bias - 2].excused += change;
    x_[bias] += change;
    const Queueing& queues = measurement.queues;
    p(bias, bias) += std::pow((queues.wait_there + queues.wait_back).count() / 8, 2);
}

// The frequency may have changed at any time since all was well, by what explains the innovation;
// or, less likely, the oscillator has jumped.
void Tracker::relearn_frequency(double innovation)
{
    const double dt = std::max(1.0, Seconds{when_ - quiet_}.count());
    const double change = suspect_frequency(innovation, dt);
    p(1, 1) += change * change;
    p(0, 1) += dt * change * change;
    p(1, 0) = p(0, 1);
    p(0, 0) += 1.25 * innovation * innovation;
}

void Tracker::count_surprise(SourceId source, int side)
{
    if (surprises_.count * side <= 0)
        surprises_ = {0, source, false};
    surprises_.count += side;
    surprises_.are_of_several = surprises_.are_of_several || surprises_.first != source;
}

bool Tracker::passes_over(SourceId source, Instant<FreeRun> when, Seconds seen)
{
    if (surprises_.count != 0 && surprises_.first != source)
        return false;
    count_surprise(source, seen > offset(when) ? 1 : -1);
    return true;
}

// Counts what is out of the ordinary and decides what it means.
Innovation::Meaning Tracker::interpret(std::size_t bias, double normalized)
{
    Bias& of = biases_[bias - 2];
    if (std::fabs(normalized) <= outlier_limit) {
        of.outliers = 0;
        if (++of.calm > calm_of_an_acquaintance) {
            surprises_ = {};
            quiet_ = when_;
            changes_in_a_row_ = 0;
            doubt_ /= 2;
        }
        return Innovation::Meaning::noise;
    }
    const bool is_anybody_known = std::any_of(biases_.begin(), biases_.end(),
        [](const Bias& b) { return b.calm >= calm_of_an_acquaintance; });
    const bool is_known = of.calm >= calm_of_an_acquaintance;
    if (of.is_new && is_anybody_known)
        return Innovation::Meaning::path_changed; // measured against those we know

    const int side = normalized > 0 ? 1 : -1;
    of.outliers = of.outliers * side > 0 ? of.outliers + side : side;
    if (is_known || !is_anybody_known)
        count_surprise(of.source, side);

    const int convincing = is_anybody_known ? outliers_of_the_clock : outliers_among_strangers;
    if (std::abs(surprises_.count) >= convincing
        && (surprises_.are_of_several || biases_.size() == 1))
        return Innovation::Meaning::clock_changed;
    if (std::abs(of.outliers) >= outliers_of_a_path)
        return Innovation::Meaning::path_changed;
    return Innovation::Meaning::outlier;
}

void Tracker::shift(Seconds by)
{
    x_[0] += by.count();
    for (std::size_t i = 2; i < x_.size(); ++i)
        x_[i] -= by.count();
}

// Only the differences between biases can be seen. What they have in common is ours to choose:
// none, where one that is far from usual counts little. It is approached slowly, so that sources
// may come and go without a jump.
void Tracker::recenter()
{
    constexpr double haste = 1.0 / 16;
    double weights = 0, mean = 0;
    for (std::size_t i = 0; i < biases_.size(); ++i) {
        const double b = x_[i + 2] - biases_[i].excused;
        const double weight = 1 / (biases_[i].prior * biases_[i].prior + b * b);
        weights += weight;
        mean += weight * b;
    }
    mean /= weights;
    shift(Seconds{haste * mean});
}

// An exchange that nothing contradicts: by Bayes' rule where queues matter, else as a normal
// measurement. `expected` is the variance of what was to be expected of it.
void Tracker::believe(std::size_t bias, const Measurement& measurement, double lag,
    double innovation, double expected)
{
    const double half = measurement.queues.excess.count() / 2;
    const double noise = measurement.noise.count();
    if (half < noise) {
        const double variance = noise * noise + half * half / 3;
        log_likelihood_ = normal_log_likelihood(innovation, expected + variance);
        correct(bias, lag, innovation, variance);
        return;
    }
    const TwoWays ways{Seconds{innovation - half}, Seconds{innovation + half},
        measurement.queues.wait_there, measurement.queues.wait_back, measurement.noise};
    const auto belief = after({Seconds{0}, Seconds{std::sqrt(expected)}}, ways);
    if (!belief)
        return;
    log_likelihood_ = belief->log_likelihood;
    // The normal measurement that would have had the same effect.
    const double left = std::min(0.9999 * expected, std::pow(belief->now.deviation.count(), 2));
    const double variance = expected * left / (expected - left);
    const double mean = belief->now.mean.count();
    correct(bias, lag, mean * (expected + variance) / expected, variance);
}

Innovation Tracker::update(const Measurement& measurement)
{
    predict(measurement.when);
    const std::size_t b = state_of(measurement);
    if (measurement.new_route)
        excuse(b, measurement);
    const double lag = Seconds{when_ - measurement.when}.count();
    const double half = measurement.queues.excess.count() / 2;
    const double noise = std::pow(measurement.noise.count(), 2) + half * half / 3;

    const double innovation = measurement.offset.count() - (x_[0] - lag * x_[1] + x_[b]);
    const double expected
        = p(0, 0) + p(b, b) + 2 * p(0, b) + lag * lag * p(1, 1) - 2 * lag * (p(0, 1) + p(1, b));
    // What no queue explains.
    const double unexplained
        = std::copysign(std::max(0.0, std::fabs(innovation) - half), innovation);
    const double normalized
        = unexplained / std::sqrt(expected + std::pow(measurement.noise.count(), 2));
    const auto meaning = interpret(b, normalized);
    const Innovation told{Seconds{innovation}, normalized, meaning};
    biases_[b - 2].is_new = false;
    log_likelihood_ = -std::numeric_limits<double>::infinity();

    switch (told.meaning) {
    case Innovation::Meaning::noise:
        believe(b, measurement, lag, innovation, expected);
        break;
    case Innovation::Meaning::outlier: {
        const double limited = innovation / outlier_limit;
        correct(b, lag, innovation, noise + std::max(0.0, limited * limited - expected - noise));
        break;
    }
    case Innovation::Meaning::path_changed:
        biases_[b - 2].outliers = biases_[b - 2].calm = 0;
        relearn_bias(b, innovation);
        correct(b, lag, innovation, noise);
        break;
    case Innovation::Meaning::clock_changed:
        relearn_frequency(innovation);
        correct(b, lag, innovation, noise);
        surprises_ = {};
        quiet_ = when_;
        break;
    }
    recenter();
    return told;
}

Seconds Tracker::offset(Instant<FreeRun> now) const
{
    return Seconds{x_[0] + x_[1] * Seconds{now - when_}.count()};
}

Seconds Tracker::uncertainty(Instant<FreeRun> now) const
{
    const double dt = Seconds{now - when_}.count();
    return Seconds{std::sqrt(p(0, 0) + 2 * dt * p(0, 1) + dt * dt * p(1, 1))};
}

Frequency Tracker::frequency_uncertainty() const
{
    return Frequency::ratio(std::sqrt(p(1, 1)));
}

Frequency Tracker::doubt() const
{
    return Frequency::ratio(doubt_);
}

Seconds Tracker::span() const
{
    return measured_since_ ? Seconds{when_ - *measured_since_} : Seconds{0};
}

} // namespace timeball::sync
