// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "refclock/pulse_filter.h"

#include <algorithm>
#include <cmath>

namespace timeball::refclock {

using namespace std::chrono_literals;

namespace {

// A gap after which what was known of the line is of no use.
constexpr Nanoseconds forgotten_after = 64s;
// A clock that is slewed in haste goes no faster, and while it does, no two pulses agree closer.
constexpr Frequency slewing = Frequency::ppm(500);
// What the rate of a settled clock may change by between two pulses.
constexpr Frequency steering = Frequency::ppm(2);
constexpr double outlier_beyond = 6; // standard deviations
constexpr std::size_t enough = 4; // pulses, to know how far they spread
// So many doubtful pulses that agree are the truth: our clock was stepped or slewed, or the line
// has moved.
constexpr std::size_t convincing_at_first = 2, convincing = 4;

Nanoseconds wrapped(Nanoseconds offset)
{
    const Nanoseconds above = (offset + 500ms) % 1s;
    return (above < 0ns ? above + 1s : above) - 500ms;
}

double median(std::vector<double> values)
{
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

double seconds(Nanoseconds n)
{
    return Seconds{n}.count();
}

// A line through the offsets of pulses, by medians: a few bad ones do not bend it. All in seconds
// since the first one, and from its offset.
struct Course {
    Instant<Utc> from{};
    double slope = 0, level = 0;
    double spread = 0;
};

Course course_of(const std::vector<Instant<Utc>>& pulses)
{
    Course course{.from = pulses.front()};
    std::vector<double> x, y;
    for (const auto when : pulses) {
        x.push_back(seconds(when - course.from));
        y.push_back(seconds(wrapped(pulse_offset(when) - pulse_offset(course.from))));
    }

    std::vector<double> slopes;
    const std::size_t half = pulses.size() / 2;
    for (std::size_t i = 0; i + half < pulses.size(); ++i)
        slopes.push_back((y[i + half] - y[i]) / (x[i + half] - x[i]));
    course.slope = median(slopes);

    std::vector<double> rest;
    for (std::size_t i = 0; i < pulses.size(); ++i)
        rest.push_back(y[i] - course.slope * x[i]);
    // From where the last ones are: the line turns late when the rate of our clock has changed.
    course.level = median({rest.end() - 3, rest.end()});
    const double centre = median(rest);
    for (double& r : rest)
        r = std::fabs(r - centre);
    course.spread = 1.4826 * median(rest); // of a normal distribution: its standard deviation
    return course;
}

} // namespace

Nanoseconds pulse_offset(Instant<Utc> when)
{
    return wrapped(-when.time_since_epoch());
}

PulseFilter::Verdict PulseFilter::push(const PulseEdge& edge)
{
    if (last_ && last_->sequence == edge.sequence)
        return Verdict::none;
    count(edge);
    last_ = edge;

    const auto age = believed_.empty() ? 1s : edge.when - believed_.back();
    if (age > forgotten_after || age < 0ns) // or our clock was stepped back
        believed_.clear();
    else if (age < 500ms) {
        ++counts_.left_out;
        return Verdict::doubled;
    }
    if (goes_on(edge.when)) {
        doubtful_.clear();
        if (is_settled())
            believed_.erase(believed_.begin());
        believed_.push_back(edge.when);
        return Verdict::good;
    }
    return keep_in_mind(edge.when);
}

void PulseFilter::count(const PulseEdge& edge)
{
    ++counts_.seen;
    if (!last_)
        return;
    const std::uint32_t edges = edge.sequence - last_->sequence;
    const auto span = edge.when - last_->when;
    // Neither a line that began to count anew nor a step of our clock says what was lost.
    if (span <= 0s || span > forgotten_after || edges > 1000)
        return;
    const auto periods = std::chrono::round<std::chrono::seconds>(span).count();
    counts_.lost += static_cast<std::uint64_t>(std::max<std::int64_t>(periods - edges, 0));
    counts_.extra += static_cast<std::uint64_t>(std::max<std::int64_t>(edges - periods, 0));
    crowded_looks_ = edges > periods ? crowded_looks_ + 1 : 0;
}

bool PulseFilter::goes_on(Instant<Utc> when) const
{
    if (believed_.empty())
        return false;
    const double age = seconds(when - believed_.back());
    if (believed_.size() < enough)
        return std::fabs(seconds(wrapped(pulse_offset(when) - pulse_offset(believed_.back()))))
            <= slewing.ratio() * age;
    const Course course = course_of(believed_);
    const double ahead = course.level + course.slope * seconds(when - course.from);
    const double off = seconds(
        wrapped(pulse_offset(when) - pulse_offset(course.from) - rounded(Seconds{ahead})));
    return std::fabs(off) <= outlier_beyond * course.spread + steering.ratio() * age;
}

// It is not where it should be; when others come where it is, they are right.
PulseFilter::Verdict PulseFilter::keep_in_mind(Instant<Utc> when)
{
    if (!doubtful_.empty()) {
        const auto before = doubtful_.back();
        const auto apart = seconds(wrapped(pulse_offset(when) - pulse_offset(before)));
        const double age = seconds(when - before);
        if (age <= 0 || std::fabs(apart) > slewing.ratio() * age)
            doubtful_.clear();
    }
    doubtful_.push_back(when);
    const bool is_first = believed_.empty();
    if (doubtful_.size() >= (is_first ? convincing_at_first : convincing)) {
        believed_.swap(doubtful_);
        doubtful_.clear();
        return Verdict::good;
    }
    ++counts_.left_out;
    return is_first ? Verdict::unconfirmed : Verdict::outlier;
}

std::optional<Seconds> PulseFilter::spread() const
{
    if (believed_.size() < enough)
        return std::nullopt;
    return Seconds{course_of(believed_).spread};
}

} // namespace timeball::refclock
