// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// READ_MRU: what is asked of the list of clients, and the rows of the reply.

#include "base/address.h"
#include "base/result.h"
#include "control/packet.h"
#include "time/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace timeball::control {

// Which clients are wanted. What is zero or empty excludes nobody.
struct ClientFilter {
    std::uint32_t least_packets = 0, least_dropped = 0;
    double least_score = 0;
    std::uint32_t all_flags = 0, any_flags = 0; // as ClientRow::flags
    std::optional<Seconds> longest_silence, shortest_silence; // since the last packet
    std::optional<Address> local; // those who can have asked this address of ours
};

// A client as it was when it was last seen.
struct ClientMark {
    Endpoint from;
    Instant<Mono> last{}; // to the resolution of the list
    bool operator==(const ClientMark&) const = default;
};

struct ClientQuestion {
    ClientFilter filter;
    std::size_t fragments = max_fragments; // in the reply, at most
    std::size_t rows = 0; // at most; 0: as many as there is room for
    std::size_t recent = 0; // begin so many clients before the newest; 0: with the oldest
    std::vector<ClientMark> behind; // what is known to who asks, newest first; go on behind it
};

// Instants of the list on the wire: the scales are held together by this for as long as a list is
// read, because a resume point must be recognized.
struct WireTime {
    Nanoseconds utc_minus_mono{0};
    std::string text(Instant<Mono> t) const; // 0x%08x.%08x
    std::optional<Instant<Mono>> read(std::string_view text, Instant<Mono> now) const;
};

// The text of a request, `now` for the era of what stands in it. bad_value when something is out of
// bounds or when it is not said how much may come.
Result<ClientQuestion, Error> parse_client_question(
    std::string_view text, const WireTime& wire, Instant<Mono> now);

// The nonce of a request, read before anything else. Empty: there is none.
std::string_view nonce_in(std::string_view text);

struct ClientRow {
    Endpoint from; // last address and port
    Instant<Mono> first{}, last{};
    std::uint32_t packets = 0, dropped = 0;
    std::uint8_t mode = 0, version = 0;
    std::uint32_t flags
        = 0; // of the rule that holds for it; limited and kod if its last packet was
    double score = 0; // packets a second
};

bool is_wanted(const ClientRow& row, const ClientFilter& filter, Instant<Mono> now);

// A reply, oldest client first.
class ClientReply {
public:
    // `resumed`: the point of the question behind which it goes on.
    ClientReply(const ClientQuestion& question, const WireTime& wire, std::string_view nonce,
        const std::optional<ClientMark>& resumed);

    bool add(const ClientRow& row); // false: there is no room; it was not added
    std::string finish(bool has_newest, Instant<Mono> now); // the text

private:
    WireTime wire_;
    std::size_t room_; // octets of text
    std::size_t most_rows_;
    std::size_t rows_ = 0;
    Instant<Mono> newest_{};
    std::string text_;
};

} // namespace timeball::control
