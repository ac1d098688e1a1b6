// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Asking a server (RFC 5905, sections 8 and 9; RFC 9109 and data minimization): one outstanding
// request, and the tests that a datagram must pass to be its answer.

#include "base/result.h"
#include "ntp/header.h"
#include "ntp/mac.h"
#include "ntp/timestamp.h"
#include "ntp/types.h"
#include "time/time.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace timeball::ntp {

// What a server told us in one exchange. T1 and T4 are readings of our clock, T2 and T3 of its.
struct Exchange {
    Instant<Utc> origin; // T1: the request left
    Instant<Utc> receive; // T2
    Instant<Utc> transmit; // T3
    Instant<Utc> destination; // T4: the reply came
    Leap leap = Leap::none;
    Stratum stratum{1}; // 1 to 15
    Poll poll;
    Precision precision; // 16 s at most
    Seconds root_delay{0};
    Seconds root_dispersion{0};
    ReferenceId reference_id;
    Instant<Utc> reference_time{}; // epoch when the server did not say
    std::uint8_t version = 4;

    Nanoseconds round_trip() const { return (destination - origin) - (transmit - receive); }
};

// Every way in which a datagram is not an answer to be used.
enum class Reject : std::uint8_t {
    bad_format, // not a server's packet: length, version, mode
    duplicate, // T1: no request is outstanding, or the last reply once more
    bogus_origin, // T2: not an answer to what we asked
    unknown_time, // T3: a time stamp is missing
    denied, // T4: kiss DENY or RSTR
    bad_authentication, // T5
    unsynchronized, // T6
    bad_header, // T7: too far from its reference, or stamps in the wrong order
    too_slow, // longer on the way than a useful answer can be
    rate_kiss, // kiss RATE: we ask too often
    nts_kiss, // kiss NTSN: our cookies are not accepted
    other_kiss // experimental (X...): of no meaning here
};

// The packet bits of the flash word, as ntpq shows them.
std::uint16_t flash(Reject reject);

// Why, and what the packet said. There is a header only when the packet answers our request and is
// as authentic as we ask for: only then its words may have consequences.
struct Rejection {
    Reject why;
    std::optional<Header> header;
};

struct OutgoingRequest {
    std::array<std::byte, header_size + max_mac_size> room{};
    std::size_t size = 0;
    std::uint32_t token = 0; // for its transmit stamp; never 0

    std::span<const std::byte> bytes() const { return std::span{room}.first(size); }
};

// The client side of one association. The transmit time stamp that we send is a random number that
// only the server learns; the time at which it was sent stays here.
class Association {
public:
    struct Traits {
        std::uint8_t version = 4;
        KeyId key; // replies must carry it, unless 0
        Seconds maxdist{1.5}; // the longest round trip
    };

    explicit Association(const Traits& traits) : traits_{traits} { }
    void change(const Traits& traits) { traits_ = traits; }

    // A new request takes the place of an outstanding one. `nonce` is 64 random bits; `now` the
    // best reading just before sending. Nothing when the key is not known to `keys`.
    std::optional<OutgoingRequest> request(
        std::uint64_t nonce, Instant<Utc> now, Authenticator* keys = nullptr);

    // The network says when that request really left. True when it is the outstanding one.
    bool transmitted(std::uint32_t token, Instant<Utc> when);

    // The answer, once. What is not an answer leaves the outstanding request alone. `from` may be
    // barred from using a key. `pivot` is within 68 years of the truth.
    Result<Exchange, Rejection> accept(std::span<const std::byte> datagram, const Address& from,
        Instant<Utc> received, Instant<Utc> pivot, Authenticator* keys = nullptr);

    // As if nothing had been asked: no answer will come, or none that can be used.
    void forget() { outstanding_.reset(); }
    bool is_waiting() const { return outstanding_.has_value(); }

private:
    struct Outstanding {
        Timestamp nonce;
        Instant<Utc> sent;
        std::uint32_t token;
    };

    Traits traits_;
    std::optional<Outstanding> outstanding_;
    Timestamp last_transmit_; // of the last answer
    std::uint32_t last_token_ = 0;
};

} // namespace timeball::ntp
