// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The clock estimator.

#include "sync/estimator.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace timeball::sync {

namespace {

// From a good quartz in an oven to a poor one in the wind.
constexpr std::array<double, 4> wanders{1.25e-10, 5e-10, 2e-9, 8e-9};

// Ordinary ones are the likelier, before anything was measured.
constexpr std::array<double, 4> prior{-2, -0.5, -0.5, -3};

// Evidence fades over so many measurements: the seasons of an oscillator change.
constexpr double memory = 300;

// One measurement says at most so much (natural logarithm) against anybody.
constexpr double largest_evidence = 3;

} // namespace

Estimator::Estimator()
{
    for (const double wander : wanders)
        voices_.push_back({Tracker{Frequency::ratio(wander)}, Frequency::ratio(wander)});
    weigh();
}

const Tracker& Estimator::best() const
{
    return std::max_element(voices_.begin(), voices_.end(), [](const Voice& a, const Voice& b) {
        return a.weight < b.weight;
    })->tracker;
}

void Estimator::weigh()
{
    double most = -1e9, sum = 0;
    for (std::size_t i = 0; i < voices_.size(); ++i)
        most = std::max(most, voices_[i].log_evidence + prior[i]);
    for (std::size_t i = 0; i < voices_.size(); ++i)
        sum += voices_[i].weight = std::exp(voices_[i].log_evidence + prior[i] - most);
    for (Voice& v : voices_)
        v.weight /= sum;
}

void Estimator::expect(Frequency frequency, Frequency uncertainty)
{
    for (Voice& v : voices_)
        v.tracker.expect(frequency, uncertainty);
}

void Estimator::start(Instant<FreeRun> when, Seconds offset, Seconds uncertainty)
{
    for (Voice& v : voices_)
        v.tracker.start(when, offset, uncertainty);
}

void Estimator::distrust_frequency(Seconds offset, Instant<FreeRun> now)
{
    for (Voice& v : voices_)
        v.tracker.distrust_frequency(offset, now);
}

bool Estimator::passes_over(SourceId source, Instant<FreeRun> when, Seconds seen)
{
    const Tracker& asked = best();
    bool passes = false;
    for (Voice& v : voices_) {
        const bool so = v.tracker.passes_over(source, when, seen);
        if (&v.tracker == &asked)
            passes = so;
    }
    return passes;
}

Innovation Estimator::update(const Measurement& measurement)
{
    const Tracker& asked = best();
    Innovation told;
    double most = -std::numeric_limits<double>::infinity();
    for (Voice& v : voices_) {
        const Innovation one = v.tracker.update(measurement);
        if (&v.tracker == &asked)
            told = one;
        most = std::max(most, v.tracker.log_likelihood());
    }
    if (std::isfinite(most))
        for (Voice& v : voices_) {
            const double against = std::min(largest_evidence, most - v.tracker.log_likelihood());
            v.log_evidence = (v.log_evidence - against) * (1 - 1 / memory);
        }
    weigh();
    return told;
}

void Estimator::shift(Seconds by)
{
    for (Voice& v : voices_)
        v.tracker.shift(by);
}

void Estimator::forget(SourceId source)
{
    for (Voice& v : voices_)
        v.tracker.forget(source);
}

void Estimator::forget_offset()
{
    for (Voice& v : voices_)
        v.tracker.forget_offset();
}

Seconds Estimator::offset(Instant<FreeRun> now) const
{
    Seconds sum{0};
    for (const Voice& v : voices_)
        sum += v.weight * v.tracker.offset(now);
    return sum;
}

Seconds Estimator::uncertainty(Instant<FreeRun> now) const
{
    const Seconds mean = offset(now);
    double sum = 0;
    for (const Voice& v : voices_)
        sum += v.weight
            * (std::pow(v.tracker.uncertainty(now).count(), 2)
                + std::pow((v.tracker.offset(now) - mean).count(), 2));
    return Seconds{std::sqrt(sum)};
}

Frequency Estimator::frequency() const
{
    double sum = 0;
    for (const Voice& v : voices_)
        sum += v.weight * v.tracker.frequency().ratio();
    return Frequency::ratio(sum);
}

Frequency Estimator::frequency_uncertainty() const
{
    const double mean = frequency().ratio();
    double sum = 0;
    for (const Voice& v : voices_)
        sum += v.weight
            * (std::pow(v.tracker.frequency_uncertainty().ratio(), 2)
                + std::pow(v.tracker.frequency().ratio() - mean, 2));
    return Frequency::ratio(std::sqrt(sum));
}

std::vector<double> Estimator::evidence() const
{
    std::vector<double> all;
    for (const Voice& v : voices_)
        all.push_back(v.log_evidence);
    return all;
}

void Estimator::recall(const std::vector<double>& evidence)
{
    if (evidence.size() != voices_.size())
        return;
    for (std::size_t i = 0; i < voices_.size(); ++i)
        voices_[i].log_evidence = evidence[i] / 2;
    weigh();
}

Frequency Estimator::wander() const
{
    double sum = 0;
    for (const Voice& v : voices_)
        sum += v.weight * v.wander.ratio() * v.wander.ratio();
    return Frequency::ratio(std::sqrt(sum));
}

} // namespace timeball::sync
