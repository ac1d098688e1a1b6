// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A clock of our own.

#include "platform/software_clock.h"

#include "base/memo.h"
#include "platform/clock_reading.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace timeball::platform {

namespace {

// The counter and the system's time at one moment: of a few tries the quickest, because the
// scheduler may come between. A try that took no longer than readings do is enough.
struct Moment {
    Nanoseconds count;
    Instant<Utc> system;
};

Moment moment(const SoftwareClock::Sources& sources, int tries)
{
    constexpr Nanoseconds enough{500};
    Moment best{};
    Nanoseconds quickest = Nanoseconds::max();
    while (tries-- > 0 && quickest > enough) {
        const auto before = sources.count();
        const auto system = sources.system();
        const auto took = sources.count() - before;
        if (took < quickest) {
            quickest = took;
            best = {before + took / 2, system};
        }
    }
    return best;
}

// A number in (0, 1) that looks random and depends on nothing but its seed (splitmix64).
double scattered(std::uint64_t seed)
{
    std::uint64_t z = seed + 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    z ^= z >> 31;
    return (static_cast<double>(z >> 11) + 0.5) * 0x1p-53;
}

// What the counter's own error and the correction make together.
Frequency both(Frequency drift, Frequency correction)
{
    return drift + correction + drift * correction.ratio();
}

} // namespace

SoftwareClock::Sources SoftwareClock::kernel_sources()
{
    return {raw_time, system_time};
}

SoftwareClock::SoftwareClock(const Flaws& flaws, Sources sources)
    : sources_{std::move(sources)}, flaws_{flaws}
{
    const Moment start = moment(sources_, 16);
    time_.write({start.count.count(), (start.system + flaws.offset).time_since_epoch().count(), 0,
        gain_of(flaws.drift)});
    precision_ = measured_precision([this] { return now().time_since_epoch(); });
}

// What a reading counts and what it makes of that must belong together: a thread that loses its
// processor between the two would apply an old rate to a span in which it no longer held.
template <class Read>
auto SoftwareClock::undisturbed(Read read) const
{
    constexpr int most = 100; // and then an old rate is better than waiting
    for (int tries = 1;; ++tries) {
        const unsigned before = changes_.load();
        const auto result = read();
        if ((before % 2 == 0 && changes_.load() == before) || tries == most)
            return result;
    }
}

// `change` makes one time of another at a count.
template <class Change>
Instant<Utc> SoftwareClock::change(Change change)
{
    changes_.fetch_add(1);
    const auto count = sources_.count().count();
    const SteeredTime time = change(time_.read(), count);
    time_.write(time);
    changes_.fetch_add(1);
    changed();
    return time.at(count);
}

Instant<Utc> SoftwareClock::at(Nanoseconds count) const
{
    return time_.read().at(count.count()) + noise(count);
}

Instant<Utc> SoftwareClock::now() const
{
    return undisturbed([this] { return at(sources_.count()); });
}

Nanoseconds SoftwareClock::ahead_of_system() const
{
    return undisturbed([this] {
        const Moment now = moment(sources_, 3);
        return at(now.count) - now.system;
    });
}

std::optional<Frequency> SoftwareClock::rate_of_its_own() const
{
    return both(flaws_.drift, correction_);
}

Result<Instant<Utc>, std::error_code> SoftwareClock::set_frequency(Frequency correction)
{
    const Frequency most = max_frequency();
    correction_ = std::clamp(correction, -most, most);
    return change([this](const SteeredTime& time, std::int64_t count) {
        return with_gain(time, count, gain_of(both(flaws_.drift, correction_)));
    });
}

Result<Instant<Utc>, std::error_code> SoftwareClock::step(Nanoseconds by)
{
    return change([by](const SteeredTime& time, std::int64_t) { return moved(time, by); });
}

namespace {

struct Standing {
    SteeredTime time;
    Frequency correction;
};

template <class Memo>
void remember(Memo& memo, Standing& s)
{
    memo.title("software-clock-1");
    memo(s.time.count, s.time.shown, s.time.fraction, s.time.gain, s.correction);
}

} // namespace

std::string SoftwareClock::written_down() const
{
    return timeball::written_down(Standing{time_.read(), correction_});
}

bool SoftwareClock::recall(std::string_view memo)
{
    const auto standing = read_back<Standing>(memo);
    // A count that is still to come is of another boot, or of another machine.
    if (!standing || standing->time.count > sources_.count().count()
        || abs(standing->correction) > max_frequency())
        return false;
    correction_ = standing->correction;
    change([&](const SteeredTime&, std::int64_t) { return standing->time; });
    return true;
}

Nanoseconds SoftwareClock::noise(Nanoseconds count) const
{
    if (flaws_.jitter == Nanoseconds{0})
        return {};
    const auto seed = static_cast<std::uint64_t>(count.count());
    const double size = std::sqrt(-2 * std::log(scattered(seed)));
    const double phase = 2 * std::numbers::pi * scattered(~seed);
    return rounded(Seconds{flaws_.jitter} * size * std::cos(phase));
}

} // namespace timeball::platform
