// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// From samples to steering (RFC 5905, sections 10 to 12): values in, values out. The engine reads
// no clock and knows no packet. It keeps samples on the free-running scale, so what it asks for
// needs no message back.

#include "ntp/types.h"
#include "sync/learned.h"
#include "sync/policy.h"
#include "time/time.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace timeball::sync {

struct SourceId {
    std::uint32_t value = 0; // chosen by the caller; never used again within a run
    auto operator<=>(const SourceId&) const = default;
};

enum class SourceKind : std::uint8_t {
    server,
    refclock, // stratum 0: its own truth
    pps, // numbers no seconds
    local
}; // the undisciplined local clock, last resort

// What does not change while the source lives.
struct SourceTraits {
    SourceKind kind = SourceKind::server;
    bool is_preferred = false; // `prefer`
    bool is_true = false; // `true`: survives whatever the others say
    bool is_noselect = false;
    Poll minpoll{6};
    Poll maxpoll{10};
    ReferenceId reference_id; // what we show when this source is the system peer
    ReferenceId local_id; // of our own address towards it: among orphans the lowest is the parent
};

// One exchange, or one reading of a reference clock.
struct Sample {
    Instant<FreeRun> when; // middle of the exchange
    Nanoseconds offset{0}; // server minus free-running clock (theta); positive: we are behind
    Seconds delay{0}; // round trip (delta), at least the precision
    Seconds dispersion{0}; // of this reading (epsilon), at `when`
    Leap leap = Leap::none; // what the server said of itself, from here on
    Stratum stratum{1}; // 0 for a reference clock
    ReferenceId reference_id;
    Seconds root_delay{0};
    Seconds root_dispersion{0};
    bool is_loop = false; // the server is synchronized to us (peer_loop)
};

// The clock as it stands when the engine is asked.
struct ClockReading {
    Instant<FreeRun> free;
    Instant<Utc> utc; // the same moment on the steered scale
    Frequency correction; // in force now, slew included

    Nanoseconds utc_minus_free() const { return utc.time_since_epoch() - free.time_since_epoch(); }
};

// Mode 6 select codes (tally " x.-+#*o").
enum class Select : std::uint8_t {
    reject = 0,
    falseticker = 1,
    excess = 2,
    outlier = 3,
    candidate = 4,
    backup = 5,
    system_peer = 6,
    pps_peer = 7
};

// Why a source cannot be chosen at all: the peer bits of the flash word (0x0200 and up).
enum FlashBits : std::uint16_t {
    peer_stratum = 0x0200,
    peer_distance = 0x0400,
    peer_loop = 0x0800,
    peer_unreachable = 0x1000
};

struct SourceView {
    SourceId id;
    Select select = Select::reject;
    std::uint16_t flash = 0; // FlashBits
    bool has_estimate = false;
    Seconds offset{0}; // server minus steered clock, at the time of the outcome
    Seconds delay{0};
    Seconds dispersion{0};
    Seconds jitter{0};
    Seconds root_distance{16};
    Seconds select_jitter{0};
    std::string why; // one plain sentence: what speaks for or against it
};

struct FilterStage { // newest first
    Seconds delay, offset, dispersion;
};

enum class ClockState : std::uint8_t {
    nset, // no frequency known
    fset, // frequency from the drift file
    spike, // an offset beyond the step threshold that may be a passing one
    freq, // measuring the frequency
    sync
};

// What we may say of ourselves from now on.
struct SystemState {
    Leap leap = Leap::unsynchronized;
    Stratum stratum = Stratum::unsynchronized;
    ReferenceId reference_id = ReferenceId::letters("INIT");
    std::optional<SourceId> peer;
    Instant<Utc> reference_time{}; // last update; epoch when never
    Seconds root_delay{0};
    Seconds root_dispersion{
        16}; // at `as_of`; truth lies within root_delay / 2 + root_dispersion of our clock
    Frequency dispersion_rate = frequency_tolerance; // by which it grows from there
    Instant<Utc> as_of{};
    Seconds offset{0}; // combined, at the last update
    Seconds system_jitter{0};
    Seconds clock_jitter{0}; // RMS of what the discipline corrects
    Frequency wander; // RMS of frequency changes
    Frequency frequency; // estimated correction, without slew
    Poll time_constant{6};
    ClockState state = ClockState::nset;
    bool is_orphan = false;

    // Only when the policy does not steer: UTC as estimated minus the clock, at `as_of`, and how
    // fast that grows. What we say of ourselves is then true of the clock with this added.
    Seconds served_offset{0};
    Frequency served_rate;
};

// What to do to the clock. A slew is added to the long-term frequency until its offset is used up.
struct Steering {
    enum class Action : std::uint8_t {
        none,
        slew,
        step,
        panic
    }; // beyond the panic threshold: say so and stop
    Action action = Action::none;
    Frequency frequency; // from now on
    Seconds slew{0}; // to be added to the clock
    Frequency slew_rate; // magnitude of the extra frequency while that lasts
    Nanoseconds step{0}; // to be added at once
};

// System event codes of mode 6.
enum class EventKind : std::uint8_t {
    unspecified = 0,
    freq_not_set = 1,
    freq_set = 2,
    spike_detect = 3,
    freq_mode = 4,
    clock_sync = 5,
    restart = 6,
    panic_stop = 7,
    no_sys_peer = 8,
    leap_armed = 9,
    leap_disarmed = 10,
    leap_event = 11,
    clock_step = 12,
    kernel = 13,
    tai = 14,
    stale_leap_values = 15,
    sys_peer = 0x8a, // a peer event: 0x80 | 10
    popcorn = 0x8d
};

struct Event {
    EventKind kind;
    std::optional<SourceId> source;
    std::string text; // one sentence in the past tense, with facts
};

struct NextPoll {
    SourceId id;
    Poll poll;
    std::optional<Seconds> soon; // an answer is wanted after so long, if a burst is allowed
};

struct Outcome {
    Steering steering;
    SystemState system;
    std::vector<SourceView> sources; // in order of id
    std::vector<NextPoll> polls; // the interval each source should use from now on
    std::vector<Event> events;
};

// Used by the control loop only.
class Engine {
public:
    explicit Engine(const Policy& policy);
    ~Engine();
    Engine(Engine&&) noexcept;
    Engine& operator=(Engine&&) noexcept;

    void reconfigure(const Policy& policy);

    void add(SourceId id, const SourceTraits& traits);
    void change(SourceId id, const SourceTraits& traits);
    void remove(SourceId id);
    void reach(
        SourceId id, std::uint8_t reach); // the shift register, after each poll and each reply

    // A new sample; then everything that follows from it.
    Outcome take(SourceId id, const Sample& sample, const ClockReading& clock);

    // Time passed (once a second or so), or sources came and went: reach, orphan, ages, holdover.
    Outcome look(const ClockReading& clock);

    // What a table of leap seconds says of the end of this month; it goes before what sources say.
    // Nothing: no table reaches so far.
    void expect_leap(std::optional<Leap> by_table);

    // UTC itself was moved: what is known of the clock and of the sources holds on.
    void leaped(Nanoseconds by);

    // Somebody else moved the clock, or we did on request; samples before belong to another time
    // line.
    void forget_samples();

    // For the next start; and from the last one, before the first source is added.
    Learned learned() const;
    void recall(Learned learned);

    // All that is known, for a daemon that goes on in our place, and from one before us. What is
    // not of our making is refused, and nothing has changed. The policy is not part of it.
    std::string written_down() const;
    bool recall_all(std::string_view memo);
    std::vector<SourceId> sources() const;

    std::vector<FilterStage> filter(SourceId id, const ClockReading& clock) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace timeball::sync
