// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// When to ask a server, and what its silence means (RFC 5905, section 13): reach register, bursts,
// back-off, kisses. Values only; the timers are the caller's.

#include "ntp/types.h"
#include "time/time.h"

#include <cstdint>
#include <optional>

namespace timeball::source {

inline constexpr Seconds guard{2}; // never two packets to one server closer than this
inline constexpr int iburst_packets = 6;
inline constexpr int burst_packets = 8; // at most
inline constexpr int haste_packets = 8; // at most; each ordinary poll earns one
inline constexpr std::uint32_t patience = 10; // polls without an answer until we ask less often
inline constexpr Poll kiss_ceiling{10}; // a kiss cannot slow us down beyond this

// What the configuration allows.
struct Habits {
    Poll minpoll{6};
    Poll maxpoll{10};
    bool iburst = false;
    bool burst = false;
};

struct Schedule {
    Poll poll{6}; // what the engine asks for
    Poll floor{0}; // raised by kisses
    std::uint8_t reach = 0; // shifted at each poll, low bit set by an answer
    std::uint32_t unreach = 0; // polls since the last answer
    std::uint32_t falseticker = 0; // polls in a row at which the others outvoted it
    int burst_left = 0; // packets of the present poll that are still to be sent
    bool waits_for_first = false; // the rest of the burst is for a server that answers
    std::optional<Seconds> haste; // the engine wants an answer so soon after the last question
    int haste_left = haste_packets; // questions that we may ask in haste
    bool is_denied = false; // it said that we are not welcome
    Instant<Mono> last_sent{};
    Instant<Mono> quiet_until{}; // no burst before this: it said that we ask too often
};

// What selection thinks of the source, as far as asking is concerned.
struct Standing {
    bool is_fit = false;
    bool is_falseticker = false;
};

// The next packet belongs to the poll under way, not to a new one.
bool is_within_burst(const Schedule& s);

// What the engine asks for. Haste is a burst of another kind: only where iburst allows one.
Schedule wanted(Schedule s, const Habits& habits, Poll poll, std::optional<Seconds> soon);

// A packet goes out now: the next of the burst, or the first of a new poll.
Schedule asked(Schedule s, const Habits& habits, const Standing& standing, Instant<Mono> now);

// Its answer was valid.
Schedule answered(Schedule s);

// It asked for fewer packets; `said` is the poll interval in the kiss.
Schedule kissed(Schedule s, const Habits& habits, Poll said, Instant<Mono> now);

// It does not want us at all.
Schedule denied(Schedule s);

// No answer can come to what was asked last; the burst is over.
Schedule given_up(Schedule s);

// What it answered so far no longer counts; what it asked of us does.
Schedule forgotten(Schedule s, const Habits& habits);

// Between polls, as things stand.
Poll interval(const Schedule& s, const Habits& habits);

// When to send the next packet. `spread`, in [0, 1), is drawn by the caller.
Instant<Mono> next(const Schedule& s, const Habits& habits, double spread);

} // namespace timeball::source
