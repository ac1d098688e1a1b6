// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// All sources of a daemon: what the configuration names, what pools brought, and what the engine
// decided about them. Used by the control loop only.

#include "config/config.h"
#include "report/report.h"
#include "source/common.h"
#include "source/pool.h"
#include "source/refclock_source.h"
#include "source/server_source.h"
#include "sync/engine.h"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace timeball::source {

class Sources {
public:
    // `corrections` outlives this; `sink` is called up to and within the destructor. Nothing is
    // asked before configure(). Of `start` matter the port, for a daemon must not become its own
    // source, and the families in use.
    Sources(const Edges& edges, const CorrectionLog& corrections, Sink sink,
        const config::StartConfig& start = {});
    ~Sources();
    Sources(const Sources&) = delete;
    Sources& operator=(const Sources&) = delete;

    // What is known of all, for a daemon that goes on in our place. That recalls it once, before it
    // is configured: what the configuration still names goes on, the rest is gone. False when the
    // memo is none; then all begin anew.
    std::string written_down() const;
    bool recall(std::string_view memo);
    std::vector<sync::SourceId> ids() const; // of those that have one

    // At the start and at each reload. What names the same host stays what it is, with its state.
    void configure(const config::LiveConfig& config);
    void set_keys(std::shared_ptr<const ntp::KeyTable> keys); // trusted; or none
    ntp::MacCounts mac_counts() const; // since then

    // Takes over what the engine decided: poll intervals and standings. May be called from within
    // Sink::sample.
    void heed(const sync::Outcome& outcome);

    // The clock was moved; what is on its way belongs to another time line.
    void clock_stepped();

    // Somebody else moved the clock: all begin as at the start, with a burst where that is allowed.
    void begin_again();

    // All, or one; as soon as the guard time allows.
    void poll_now();
    bool poll_now(AssociationId id); // false: no such server

    // An event that somebody else saw, for the status word of the association.
    void note(sync::SourceId id, PeerEvent kind);

    std::string name(sync::SourceId id) const; // as configured, for sentences

    // Ascending by id; view as of the last heed(), filter left to the engine's owner.
    std::vector<report::Association> associations() const;

    // Every server that is asked: who answers is not a stranger.
    std::vector<Endpoint> remotes() const;

private:
    // One line of the configuration. Neither server nor pool nor clock: a source that this build
    // cannot use, shown so that nobody waits for it in vain.
    struct Entry {
        config::SourceConfig config;
        AssociationId id;
        std::unique_ptr<ServerSource> server;
        std::unique_ptr<Pool> pool;
        std::unique_ptr<RefclockSource> clock;
        EventMark mark;
    };

    struct Recalled {
        std::string identity; // config::identity
        AssociationId id;
        EventMark mark;
        std::string server, clock; // empty: none
        struct Member {
            AssociationId id;
            std::string host, memo;
        };
        std::vector<Member> members;
    };
    struct Memory {
        std::uint16_t last_id = 0;
        std::uint32_t last_source = 0;
        int stamps_missed = 0;
        std::vector<Recalled> entries;
    };
    template <class Memo>
    friend void remember(Memo& memo, Recalled::Member& member);
    template <class Memo>
    friend void remember(Memo& memo, Recalled& entry);
    template <class Memo>
    friend void remember(Memo& memo, Memory& memory);

    void recall(Entry& entry, const Recalled& memory);
    void make(Entry& entry, const config::SourceConfig& config, Nanoseconds after);
    void change(Entry& entry, const config::SourceConfig& config);
    AssociationId new_id();
    bool is_used(AssociationId id) const;
    void refresh_own_addresses();
    void tend_soon();
    void tend();
    void mobilize(std::size_t room, std::size_t share);
    std::vector<Pool*> pools() const;
    std::size_t members() const; // of all pools
    ServerSource* find(sync::SourceId id) const;
    RefclockSource* find_clock(sync::SourceId id) const;

    template <class Do>
    void for_each_server(Do&& what) const;

    Common common_;
    std::vector<Entry> entries_; // in order of the configuration
    std::uint16_t last_id_;
    std::vector<Recalled> recalled_; // until the first configuration
    Instant<Mono> began_{};
    EventLoop::Owned watch_; // of the network's interfaces
    EventLoop::Owned tending_;
    EventLoop::Owned looking_again_; // from time to time: pools that lack members
};

} // namespace timeball::source
