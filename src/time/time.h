// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Instants, intervals and frequency. An instant belongs to a named scale, and two scales do not
// mix.

#include <chrono>
#include <cmath>
#include <compare>

namespace timeball {

struct Utc { }; // what the served clock shows, corrected as we steer it; epoch 1970
struct FreeRun { }; // what it would have shown had nobody corrected it
struct Mono { }; // never steps: timeouts and ages; epoch arbitrary

using Nanoseconds = std::chrono::nanoseconds; // counted
using Seconds = std::chrono::duration<double>; // estimated

template <class Scale>
using Instant = std::chrono::time_point<Scale, Nanoseconds>;

// From an estimate to a count, to the nearest nanosecond.
inline Nanoseconds rounded(Seconds s)
{
    return Nanoseconds{std::llround(s.count() * 1e9)};
}

inline Seconds abs(Seconds s)
{
    return Seconds{std::fabs(s.count())};
}

// A ratio of frequencies less one: positive means faster than nominal.
class Frequency {
public:
    constexpr Frequency() = default;
    static constexpr Frequency ratio(double r) { return Frequency{r}; }
    static constexpr Frequency ppm(double p) { return Frequency{p * 1e-6}; }

    constexpr double ratio() const { return ratio_; }
    constexpr double ppm() const { return ratio_ * 1e6; }

    constexpr auto operator<=>(const Frequency&) const = default;
    constexpr Frequency operator-() const { return Frequency{-ratio_}; }
    constexpr Frequency operator+(Frequency o) const { return Frequency{ratio_ + o.ratio_}; }
    constexpr Frequency operator-(Frequency o) const { return Frequency{ratio_ - o.ratio_}; }
    constexpr Frequency operator*(double k) const { return Frequency{ratio_ * k}; }
    constexpr Seconds operator*(Seconds s) const { return Seconds{ratio_ * s.count()}; }

private:
    explicit constexpr Frequency(double r) : ratio_{r} { }
    double ratio_ = 0;
};

inline Frequency abs(Frequency f)
{
    return Frequency::ratio(std::fabs(f.ratio()));
}

// What gains `offset` in `span`.
inline Frequency frequency_of(Seconds offset, Seconds span)
{
    return Frequency::ratio(offset.count() / span.count());
}

// RFC 5905's PHI: how fast an undisciplined clock may wander from the truth.
inline constexpr Frequency frequency_tolerance = Frequency::ppm(15);

} // namespace timeball
