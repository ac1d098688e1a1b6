// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Answering (RFC 5905, section 9.2, and what servers have learned since): what becomes of a packet
// that came to the serving port. Pure: whoever calls brings the served time, what the access list
// and the limiter say of the sender, and the randomness.
//
//   examine   what the octets and addresses say          a Question, or how it ended
//   refusal   what access says                           nothing, or how it ended
//   decide    limiter, MAC, served time                  a Decision
//   seal      as late as can be: the reply's octets

#include "base/address.h"
#include "base/result.h"
#include "ntp/header.h"
#include "ntp/served_time.h"
#include "ntp/verdict.h"

#include <optional>
#include <span>

namespace timeball::ntp {

class Authenticator;

struct Request {
    std::span<const std::byte> bytes;
    Endpoint from;
    Endpoint to; // the address and the port asked
    Instant<Utc> received{}; // by the system clock
    bool truncated = false;
};

// What the operator may choose about answering.
struct Manner {
    std::uint16_t lowest_port = 1; // source ports below get nothing
    bool answers_unsynchronized = true; // with leap 3 and stratum 0; else silence
    Poll kiss_poll{3}; // a RATE kiss asks for at least this
};

// What access control says of one sender. The words are those of `restrict`.
struct Access {
    bool ignore = false;
    bool noserve = false;
    bool noquery = false;
    bool notrust = false; // only with a MAC
    bool version = false; // only version 4
    bool flake = false; // one in ten gets lost
    bool kod = false;
    bool fuzz = false; // hide when our own clock was last updated
};

// What the limiter says of it.
enum class Rate : std::uint8_t {
    pass,
    leak, // over the limit, but answered all the same
    kiss,
    silent
};

// A request of good form. `bytes` of the Request are still needed for its MAC.
struct Question {
    Header header;
    Verdict answer = Verdict::answered_client; // what it becomes if nothing is against it
    std::size_t mac_at = 0; // where the MAC begins; 0: none
};

// Verdict::control for mode 6 of good form: the whole packet belongs to the control protocol.
Result<Question, Verdict> examine(const Request& request, const Manner& manner);

// `noise` is random; it is looked at for `flake` only.
std::optional<Verdict> refusal(const Question& question, const Access& access, std::uint64_t noise);

struct Decision {
    Verdict verdict = Verdict::short_packet;
    Header echo; // the request's header
    Instant<Utc> received{};
    Poll poll; // what the reply shows
    KeyId key; // 0: without a MAC
    std::size_t most = 0; // size of the request: no reply is longer
    Nanoseconds older{0}; // by which the reference timestamp is made older than it is
    std::optional<Instant<Utc>>
        departed; // told instead of when this reply leaves: see interleave()
};

// `keys` may be null: then every MAC is of an unknown key. `noise` is random; it is looked at for
// `fuzz` only.
Decision decide(const Request& request, const Question& question, const Access& access, Rate rate,
    const ServedTime& time, const Manner& manner, std::uint64_t noise, Authenticator* keys);

// Interleaved mode (RFC 9769): a client that gives back the receive timestamp of the reply before
// is told when that one really left. It is known by its lowest bit, 0.2 ns: receive timestamps of
// ours have it and transmit timestamps, which all other clients give back, have not. So nothing
// needs to be kept for those who do not ask.
bool asks_interleaved(const Header& request);

// `departed`: when the reply before left.
Decision interleave(Decision decision, Instant<Utc> departed);

// The receive timestamp that a reply will show, by which its client will ask for its departure.
Timestamp receive_timestamp(const Decision& decision, const ServedTime& time, Instant<Utc> now);

inline constexpr std::size_t max_reply = header_size + 4 + 20; // with the longest MAC

// The reply for a decision that answers(), written into `room` of max_reply octets; `now` by the
// system clock, read just before. Empty when the reply would be longer than the request, which is
// our own mistake and never leaves.
std::span<const std::byte> seal(const Decision& decision, const ServedTime& time, Instant<Utc> now,
    std::span<std::byte> room, Authenticator* keys);

// Whether a packet's receipt and its reply, stamped `now`, lie on the time line that `time` tells
// of. `epoch` is what is published after stamping.
bool is_on_time_line(
    const ServedTime& time, Instant<Utc> received, Instant<Utc> now, std::uint32_t epoch);

} // namespace timeball::ntp
