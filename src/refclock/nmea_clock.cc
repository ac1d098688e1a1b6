// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Time of a receiver.

#include "refclock/nmea_clock.h"

namespace timeball::refclock {

using namespace std::chrono_literals;

namespace {

// Each kind ends at another time of the second, so we do not change between them for one that was
// garbled.
constexpr Nanoseconds missed_after = 5s;
// A receiver that tells the date does so more often than that.
constexpr Nanoseconds undated_after = 10s;

Instant<Utc> nearest(Nanoseconds since_midnight, Instant<Utc> about)
{
    const auto midnight
        = std::chrono::floor<std::chrono::days>(about.time_since_epoch() - since_midnight + 12h);
    return Instant<Utc>{midnight + since_midnight};
}

} // namespace

std::chrono::sys_days unrolled(std::chrono::sys_days said)
{
    while (said < oldest_date)
        said += gps_era;
    return said;
}

Result<Instant<Utc>, NmeaPass> NmeaClock::take(
    const NmeaSentence& sentence, Instant<Utc> ended, Instant<Mono> now)
{
    if (!began_)
        began_ = now;
    if (sentence.has_fix)
        has_fix_ = *sentence.has_fix;
    const bool is_good = sentence.time && sentence.has_fix.value_or(has_fix_);
    const auto time = is_good && *sentence.time < 24h ? time_of(sentence, ended, now)
                                                      : std::optional<Instant<Utc>>{};
    if (time && sentence.date)
        dated_ = {*time, now};

    if (!((kinds_ >> static_cast<unsigned>(sentence.kind)) & 1) || !is_followed(sentence.kind, now))
        return unexpected(NmeaPass::not_followed);
    if (followed_)
        followed_at_ = now;
    if (!is_good)
        return unexpected(NmeaPass::no_fix);
    if (*sentence.time >= 24h)
        return unexpected(NmeaPass::leap_second);
    if (!time)
        return unexpected(NmeaPass::no_date);
    followed_ = sentence.kind;
    followed_at_ = now;
    const auto second = std::chrono::floor<std::chrono::seconds>(*time);
    if (told_ == second) // some tell it ten times a second, and begin with the whole one
        return unexpected(NmeaPass::not_followed);
    told_ = second;
    return *time;
}

bool NmeaClock::is_followed(NmeaKind kind, Instant<Mono> now) const
{
    return !followed_ || followed_ == kind || now - followed_at_ > missed_after;
}

std::optional<Instant<Utc>> NmeaClock::time_of(
    const NmeaSentence& sentence, Instant<Utc> ended, Instant<Mono> now) const
{
    if (sentence.date)
        return Instant<Utc>{unrolled(*sentence.date).time_since_epoch() + *sentence.time};
    if (dated_)
        return nearest(*sentence.time, dated_->first + (now - dated_->second));
    // The day is then that of our own clock, if it can be that.
    const bool is_possible = ended.time_since_epoch() >= oldest_date.time_since_epoch();
    if (now - *began_ < undated_after || !is_possible)
        return std::nullopt;
    return nearest(*sentence.time, ended);
}

} // namespace timeball::refclock
