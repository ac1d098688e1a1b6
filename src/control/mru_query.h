// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The client's side of the list of most recently used addresses: what to ask, question by question,
// until the list has been read to its newest entry. The list changes while it is read: entries that
// are heard again move to its newest end, so the same address may come several times and the place
// where we were may be gone.
//
// A server that has no such place any more (UNKNOWNVAR) is asked from the beginning; one that is
// overrun is asked for less at a time; a server without a fresh nonce from us says nothing.

#include "control/session.h"
#include "ntp/timestamp.h"

#include <string>
#include <utility>
#include <vector>

namespace timeball::control {

struct MruEntry {
    std::string address; // with its port, as the server writes it: "192.0.2.1:123"
    ntp::Timestamp first, last; // heard
    std::uint64_t count = 0; // packets
    std::uint8_t mode_and_version = 0;
    std::uint32_t restrictions = 0; // RES_* bits as on the last packet
    std::optional<double> score; // NTPsec and timeballd only
    std::optional<std::uint64_t> dropped;

    unsigned mode() const { return mode_and_version & 7u; }
    unsigned version() const { return mode_and_version >> 3 & 7u; }

    static constexpr std::uint32_t limited = 0x20, kod = 0x400;
};

struct MruWish {
    // As the server takes them: mincount, mindrop, minscore, resall, resany, maxlstint, minlstint,
    // laddr.
    std::vector<std::pair<std::string, std::string>> filters;
    std::optional<std::uint32_t> recent; // about so many of the newest only
    unsigned fragments = max_fragments; // in one reply at first, 1 to max_fragments
};

class MruQuery {
public:
    explicit MruQuery(MruWish wish = {});

    // What to ask next; nothing when the list is complete or cannot be had.
    std::optional<Question> next(Instant<Mono> now);

    // What came of it.
    void take(const Reply& reply, Instant<Mono> now);
    void refused(Error error);
    void lost(); // no answer, or part of one

    // For each new reply what it brought, in the server's order: oldest first, with repetitions.
    const std::vector<MruEntry>& latest() const { return latest_; }

    bool is_complete() const { return now_.has_value(); }
    bool has_failed() const { return failure_.has_value(); }
    const Failure& failure() const { return *failure_; } // why it cannot be had
    std::optional<ntp::Timestamp> now() const { return now_; } // the server's, at its end
    std::size_t received() const { return entries_.size(); } // with repetitions

    // Each address once, last heard first, also of a list that is not complete.
    std::vector<MruEntry> entries() const;

private:
    bool needs_nonce(Instant<Mono> now) const;
    std::string places(std::size_t room) const;
    void fail(const Failure& why) { failure_ = why; }

    MruWish wish_;
    unsigned fragments_;
    unsigned rows_ = 0; // when not 0: what is asked for in place of fragments
    std::string nonce_;
    Instant<Mono> nonce_since_{};
    bool is_asking_nonce_ = false;
    bool is_first_ = true;
    std::size_t begin_ = 0; // of what came since the last beginning, in entries_
    int restarts_ = 0, losses_ = 0; // the latter in a row

    std::vector<MruEntry> entries_, latest_;
    std::optional<ntp::Timestamp> now_;
    std::optional<Failure> failure_;
};

} // namespace timeball::control
