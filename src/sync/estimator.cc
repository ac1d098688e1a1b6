// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The clock estimator.

#include "sync/estimator.h"

#include <algorithm>
#include <cmath>

namespace timeball::sync {

namespace {

// Random walk of an ordinary quartz's frequency, in s / s^1.5, and of its phase, in s / s^0.5.
constexpr double usual_wander = 1e-9;
constexpr double phase_walk = 1e-9;

// How long a path keeps its asymmetry.
constexpr double bias_memory = 6 * 3600;

// Beyond so many standard deviations a measurement is held to have met something that the model
// does not know, and is given the weight that puts it there.
constexpr double outlier_limit = 3;
constexpr int outliers_that_convince = 4;

double clipped(double value, double limit)
{
    return std::clamp(value, -limit, limit);
}

} // namespace

void Estimator::expect(Frequency frequency, Frequency uncertainty)
{
    x_[1] = frequency.ratio();
    p(1, 1) = uncertainty.ratio() * uncertainty.ratio();
}

void Estimator::start(Instant<FreeRun> when, Seconds offset, Seconds uncertainty)
{
    const double frequency_variance = p(1, 1);
    x_ = {offset.count(), x_[1]};
    p_ = {uncertainty.count() * uncertainty.count(), 0, 0, frequency_variance};
    biases_.clear();
    first_ = when_ = when;
    last_normalized_ = 0;
    started_ = true;
}

void Estimator::forget_offset()
{
    start(when_, Seconds{0}, Seconds{1});
    started_ = false;
}

void Estimator::predict(Instant<FreeRun> to)
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

    const double q = usual_wander * usual_wander * std::exp(log_wander_);
    p(0, 0) += phase_walk * phase_walk * dt + q * dt * dt * dt / 3;
    p(0, 1) += q * dt * dt / 2;
    p(1, 0) = p(0, 1);
    p(1, 1) += q * dt;

    const double keep = std::exp(-dt / bias_memory);
    for (std::size_t b = 2; b < n; ++b) {
        x_[b] *= keep;
        for (std::size_t i = 0; i < n; ++i) {
            p(b, i) *= keep;
            p(i, b) *= keep;
        }
        const double prior = biases_[b - 2].prior;
        p(b, b) += (1 - keep * keep) * prior * prior;
    }
}

std::size_t Estimator::state_of(const Measurement& measurement)
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

void Estimator::remove_state(std::size_t index)
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

void Estimator::forget(SourceId source)
{
    const auto known = std::find_if(
        biases_.begin(), biases_.end(), [&](const Bias& b) { return b.source == source; });
    if (known != biases_.end())
        remove_state(2 + static_cast<std::size_t>(known - biases_.begin()));
}

// The measurement sees h = offset - lag * frequency + bias.
void Estimator::correct(std::size_t bias, double lag, double innovation, double variance)
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

// When one innovation foretells the next, the frequency wanders more than was believed; when each
// turns back what the last one did, less.
void Estimator::adapt_wander(double normalized)
{
    const double product = clipped(normalized, 3) * clipped(last_normalized_, 3);
    last_normalized_ = normalized;
    log_wander_ += 0.1 * clipped(product, 4) - 0.005 * log_wander_;
    log_wander_ = clipped(log_wander_, 12);
}

Innovation Estimator::update(const Measurement& measurement)
{
    predict(measurement.when);
    const std::size_t b = state_of(measurement);
    const double lag = Seconds{when_ - measurement.when}.count();
    const double noise = measurement.noise.count() * measurement.noise.count();

    const double innovation = measurement.offset.count() - (x_[0] - lag * x_[1] + x_[b]);
    const double expected = p(0, 0) + p(b, b) + 2 * p(0, b) + lag * lag * p(1, 1)
        - 2 * lag * (p(0, 1) + p(1, b)) + noise;
    const double normalized = innovation / std::sqrt(expected);

    Innovation told{Seconds{innovation}, normalized, std::fabs(normalized) > outlier_limit};
    Bias& bias = biases_[b - 2];
    const int side = normalized > 0 ? 1 : -1;
    bias.outliers = !told.is_outlier ? 0 : bias.outliers * side > 0 ? bias.outliers + side : side;
    if (std::abs(bias.outliers) >= outliers_that_convince) {
        // The path has changed: what is constant in it is unknown again.
        bias.outliers = 0;
        for (std::size_t i = 0; i < x_.size(); ++i)
            p(b, i) = p(i, b) = 0;
        p(b, b) = bias.prior * bias.prior + innovation * innovation;
        correct(b, lag, innovation, noise);
        return told;
    }

    const double limited = innovation / outlier_limit;
    correct(b, lag, innovation,
        told.is_outlier ? noise + std::max(0.0, limited * limited - expected) : noise);
    adapt_wander(normalized);
    return told;
}

Seconds Estimator::offset(Instant<FreeRun> now) const
{
    return Seconds{x_[0] + x_[1] * Seconds{now - when_}.count()};
}

Seconds Estimator::uncertainty(Instant<FreeRun> now) const
{
    const double dt = Seconds{now - when_}.count();
    return Seconds{std::sqrt(p(0, 0) + 2 * dt * p(0, 1) + dt * dt * p(1, 1))};
}

Frequency Estimator::frequency_uncertainty() const
{
    return Frequency::ratio(std::sqrt(p(1, 1)));
}

Seconds Estimator::span() const
{
    return started_ ? Seconds{when_ - first_} : Seconds{0};
}

} // namespace timeball::sync
