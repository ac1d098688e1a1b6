// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What time a receiver means with its sentences: which kind of them to follow, and of which day
// they are.

#include "refclock/nmea_sentence.h"

#include <utility>

namespace timeball::refclock {

// Receivers count weeks in ten bits, and one that has aged lives 1024 weeks in the past, or twice
// that. No time before this program was written is true.
inline constexpr std::chrono::sys_days oldest_date{std::chrono::year{2026} / 1 / 1};
inline constexpr std::chrono::weeks gps_era{1024};

// As many eras later as are needed.
std::chrono::sys_days unrolled(std::chrono::sys_days said);

enum class NmeaPass : std::uint8_t {
    not_followed, // another kind is, or this second has been told already
    no_fix,
    no_date, // and none can be guessed
    leap_second // has no place on our scale
};

class NmeaClock {
public:
    using Kinds = unsigned; // bits 1 << NmeaKind
    explicit NmeaClock(Kinds kinds) : kinds_{kinds} { }

    // `ended` by our clock, `now` to know how long ago the last one was.
    Result<Instant<Utc>, NmeaPass> take(
        const NmeaSentence& sentence, Instant<Utc> ended, Instant<Mono> now);

    std::optional<NmeaKind> followed() const { return followed_; }

private:
    bool is_followed(NmeaKind kind, Instant<Mono> now) const;
    std::optional<Instant<Utc>> time_of(
        const NmeaSentence& sentence, Instant<Utc> ended, Instant<Mono> now) const;

    Kinds kinds_;
    std::optional<NmeaKind> followed_;
    Instant<Mono> followed_at_{};
    bool has_fix_ = true; // by what told it last
    std::optional<std::pair<Instant<Utc>, Instant<Mono>>> dated_; // the last full time, and when
    std::optional<Instant<Mono>> began_;
    std::optional<Instant<Utc>> told_;
};

} // namespace timeball::refclock
