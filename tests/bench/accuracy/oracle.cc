// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The posterior of offset and frequency, by particles. Model: the frequency walks at random with
// intensity q = wander^2, the offset is its integral.

#include "oracle.h"

#include "normal.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace timeball::bench {

namespace {

double square(double x)
{
    return x * x;
}

// The density of a queueing time, up to a factor that is the same for all offsets.
double queue_density(const sim::Path& path, double q)
{
    constexpr double rounding = 2e-9;
    const double mean = path.jitter.count();
    if (path.queue == sim::Queue::normal)
        return std::exp(-square(q / mean) / 2);
    if (q < -rounding)
        return 0;
    if (mean <= 0)
        return 1;
    q = std::max(q, 0.0);
    switch (path.queue) {
    case sim::Queue::exponential:
        return std::exp(-q / mean);
    case sim::Queue::uneven: // infinite at 0, but not by much
        return 2 * std::cyl_bessel_k(0.0, 2 * std::sqrt(std::max(q / mean, 1e-9)));
    case sim::Queue::heavy_tailed: // Lomax of shape 2.2
        return std::pow(1 + q / (mean * 1.2), -3.2);
    case sim::Queue::normal:
        break;
    }
    return 0;
}

double density(const sim::Path& path, double q)
{
    const auto& rush = path.rush_hour;
    if (rush.every.count() == 0)
        return queue_density(path, q);
    const double share = Seconds{rush.lasts} / Seconds{rush.every};
    return (1 - share) * queue_density(path, q)
        + share * queue_density(path, q - rush.delay.count());
}

} // namespace

Oracle::Oracle(const OracleKnowledge& knowledge, sim::Chance chance, std::size_t particles)
    : know_{knowledge}, chance_{chance}, particles_(particles)
{
}

Oracle::Ends Oracle::ends_of(const std::vector<Excess>& excesses)
{
    Ends ends{-1e9, 1e9};
    for (const Excess& e : excesses) {
        // A normal law has no end; nobody has seen anything beyond this.
        const double slack = e.path->queue == sim::Queue::normal ? 7 * e.path->jitter.count() : 0;
        if (e.is_upper)
            ends.high = std::min(ends.high, e.at.count() + slack);
        else
            ends.low = std::max(ends.low, e.at.count() - slack);
    }
    // Rounding of timestamps can make them cross by a nanosecond.
    if (ends.high - ends.low < 2e-9)
        ends = {(ends.low + ends.high) / 2 - 1e-9, (ends.low + ends.high) / 2 + 1e-9};
    return ends;
}

void Oracle::start_within(const Ends& ends)
{
    const double width = ends.high - ends.low;
    for (Particle& p : particles_) {
        p.x = ends.low + width * chance_.unit();
        p.weight = 1;
        if (!is_started_) {
            p.y = know_.frequency.ratio();
            p.p = square(know_.frequency_spread.ratio());
        }
    }
    is_started_ = true;
}

// Draws the offset after `dt` from within the ends; the weight is multiplied by how likely it was
// to be there. Where something may happen out of the blue, whether it did is drawn likewise.
void Oracle::advance(Particle& a, double dt, const Ends& ends)
{
    const double q = square(know_.wander);
    struct Hypothesis {
        double prior, p, extra; // variance of the frequency, and on top of the offset's
    } hypotheses[3] = {{1, a.p, 0}, {0, a.p, 0}, {0, a.p, 0}};
    if (know_.jump_every.count() > 0) {
        const double jumps = dt / know_.jump_every.count();
        hypotheses[1] = {jumps, a.p + square(know_.frequency_jump.ratio()), 0};
        hypotheses[2] = {jumps, a.p, square(know_.offset_jump.count())};
    }
    double masses[3] = {0, 0, 0}, total = 0;
    for (int i = 0; i < 3; ++i) {
        const Hypothesis& h = hypotheses[i];
        const double s = std::sqrt(h.p * dt * dt + q * dt * dt * dt / 3 + h.extra);
        const double mean = a.x + a.y * dt;
        masses[i] = h.prior > 0
            ? h.prior * normal_mass((ends.low - mean) / s, (ends.high - mean) / s)
            : 0;
        total += masses[i];
    }
    a.weight *= total;
    if (total <= 0)
        return;
    double pick = chance_.unit() * total;
    int chosen = 0;
    while (chosen < 2 && pick >= masses[chosen])
        pick -= masses[chosen++];

    const Hypothesis& h = hypotheses[chosen];
    const double variance = h.p * dt * dt + q * dt * dt * dt / 3 + h.extra;
    const double s = std::sqrt(variance);
    const double mean = a.x + a.y * dt;
    a.x = mean + s * normal_within((ends.low - mean) / s, (ends.high - mean) / s, chance_.unit());
    const double covariance = h.p * dt + q * dt * dt / 2;
    a.y += covariance / variance * (a.x - mean);
    a.p = h.p + q * dt - square(covariance) / variance;
}

void Oracle::move(double dt, const Ends& ends, const std::vector<Excess>& excesses)
{
    for (Particle& a : particles_) {
        if (dt > 0)
            advance(a, dt, ends);
        for (const Excess& e : excesses)
            a.weight *= density(*e.path, e.is_upper ? e.at.count() - a.x : a.x - e.at.count());
    }
}

double Oracle::effective_number() const
{
    double sum = 0, squares = 0;
    for (const Particle& a : particles_) {
        sum += a.weight;
        squares += square(a.weight);
    }
    return squares > 0 ? square(sum) / squares : 0;
}

void Oracle::take(Seconds when, const std::vector<Excess>& excesses)
{
    constexpr double too_few = 3;
    const Ends ends = ends_of(excesses);
    const double dt = when.count() - when_;
    when_ = when.count();
    if (!is_started_) {
        start_within(ends);
        move(0, ends, excesses);
    } else {
        const auto before = particles_;
        move(dt, ends, excesses);
        // Nobody stands where the truth is: spread out until somebody does.
        for (double wider = 2; effective_number() < too_few && wider < 1e4; wider *= 2) {
            particles_ = before;
            renew(wider);
            move(dt, ends, excesses);
        }
        if (effective_number() < 1) {
            start_within(ends); // begin again from what is certain
            move(0, ends, excesses);
        }
    }
    summarize();
    resample();
    // The offsets of a particle's past leave no doubt about its frequency, so as long as that is
    // hardly known there are never enough particles.
    constexpr double hardly_known = 3e-7;
    if (frequency_variance() > square(hardly_known))
        renew(1);
}

void Oracle::summarize()
{
    double total = 0, x = 0, y = 0;
    for (const Particle& a : particles_) {
        total += a.weight;
        x += a.weight * a.x;
        y += a.weight * a.y;
    }
    offset_ = x / total;
    frequency_ = y / total;
    for (Particle& a : particles_)
        a.weight /= total;
}

void Oracle::resample()
{
    const auto n = static_cast<double>(particles_.size());
    if (effective_number() > n / 2)
        return;
    assert(effective_number() >= 1);
    std::vector<Particle> next;
    next.reserve(particles_.size());
    double sum = 0, at = chance_.unit() / n;
    for (const Particle& a : particles_)
        for (sum += a.weight; at < sum && next.size() < particles_.size(); at += 1 / n)
            next.push_back({a.x, a.y, a.p, 1 / n});
    while (next.size() < particles_.size())
        next.push_back(next.back());
    particles_ = std::move(next);
}

double Oracle::frequency_variance() const
{
    double sum = 0;
    for (const Particle& a : particles_)
        sum += a.weight * (square(a.y - frequency_) + a.p);
    return sum;
}

// Draws all particles anew from the Gaussian of the same moments, but for so much wider.
void Oracle::renew(double wider)
{
    double xx = 0, xy = 0;
    for (const Particle& a : particles_) {
        xx += a.weight * square(a.x - offset_);
        xy += a.weight * (a.x - offset_) * (a.y - frequency_);
    }
    if (xx <= 0)
        return;
    double yy = frequency_variance();
    for (double* const moment : {&xx, &xy, &yy})
        *moment *= square(wider);
    for (Particle& a : particles_) {
        const double off = std::sqrt(xx) * chance_.normal();
        a = {offset_ + off, frequency_ + xy / xx * off, std::max(yy - square(xy) / xx, 0.0),
            1 / static_cast<double>(particles_.size())};
    }
}

Seconds Oracle::offset(Seconds when) const
{
    return Seconds{offset_ + frequency_ * (when.count() - when_)};
}

} // namespace timeball::bench
