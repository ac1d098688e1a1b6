// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// One upstream server: finds its address, asks it by the schedule from a socket of its own that is
// open only while an answer may come (RFC 9109), and makes samples of the answers.

#include "config/config.h"
#include "ntp/association.h"
#include "report/report.h"
#include "source/common.h"
#include "source/lookup.h"
#include "source/schedule.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace timeball::source {

// Why a pool wants another member in this one's place.
enum class Complaint : std::uint8_t {
    none,
    unreachable, // for long
    falseticker, // for long
    unroutable, // no way there from here
    denied // it does not want us
};

class ServerSource final : private SocketUser {
public:
    enum class Origin : std::uint8_t { configured, pool };

    // `common` outlives the source. Not to be destroyed from within its own calls to the sink.
    ServerSource(
        Common& common, AssociationId id, const config::SourceConfig& config, Origin origin);
    ~ServerSource();
    ServerSource(const ServerSource&) = delete;
    ServerSource& operator=(const ServerSource&) = delete;

    void start(Nanoseconds after);

    // What is known of it, for a daemon that goes on in our place. That starts it with recall(),
    // which tells the sink of a source that the engine knows already. False when the memo is not
    // one, or of a server that must not be asked; it is then of no use and to be made anew.
    std::string written_down() const;
    bool recall(std::string_view memo);

    void change(const config::SourceConfig& config); // same host, other settings
    void set_poll(Poll poll, std::optional<Seconds> soon = std::nullopt); // the engine's
    void judge(const sync::SourceView& view);
    void note(PeerEvent kind) { mark_.note(kind); } // seen by somebody else
    void poll_now(); // or as soon as the guard time allows
    void clock_stepped(); // what is on its way belongs to another time line
    void begin_again(); // nothing that it said counts any more: as at the start, at once

    AssociationId association() const { return association_id_; }
    std::optional<sync::SourceId> id() const { return id_; } // nothing until its address is known
    const std::optional<Endpoint>& remote() const { return remote_; }
    std::string name() const; // as configured, for sentences
    Complaint complaint() const;
    report::Association report() const;

private:
    // Later answers are too slow to be of use.
    static constexpr Nanoseconds reply_wait = std::chrono::seconds{3};

    // What the server last said of itself.
    struct Heard {
        Leap leap = Leap::unsynchronized;
        Stratum stratum = Stratum::unsynchronized;
        std::uint8_t version = 4;
        std::optional<Poll> poll;
        Precision precision;
        Seconds root_delay{0}, root_dispersion{0};
        ReferenceId reference_id = ReferenceId::letters("INIT");
        Instant<Utc> reference_time{}, transmit{}, destination{};
    };
    // A reply that waits for the transmit stamp of its request.
    struct Held {
        ntp::Exchange exchange;
        std::uint32_t token;
        bool is_us;
    };

    template <class Memo>
    void remember(Memo& memo, bool& was_waiting);
    template <class Memo>
    friend void remember(Memo& memo, Heard& heard);

    void received(const Datagram& datagram) override;
    void transmitted(std::uint32_t token, Instant<Utc> when, StampKind stamp) override;
    void refused(const Endpoint& to, std::error_code why) override;

    void resolved(const Resolver::Answer& answer);
    bool use_next_address(Nanoseconds after = Nanoseconds{0});
    void use(const Endpoint& server, Nanoseconds after);
    void leave();
    bool is_silent() const;

    void poll();
    void ask();
    void send();
    void cannot_send(std::error_code why);
    void set_timer();

    void accepted(const ntp::Exchange& exchange, const Datagram& datagram);
    void stamp_is_missing();
    void deliver(const Held& held);
    void tell_raw(const Held& held) const;
    void tell_raw(const ntp::Rejection& rejection) const;
    void rejected(const ntp::Rejection& rejection, Instant<Utc> when);
    void heed_kiss(const ntp::Rejection& rejection);
    void count(ntp::Reject why);

    void give_up(); // no answer came
    void close();
    void close_soon(); // not in the socket's own call
    void say(PeerEvent kind, Severity severity, std::string text);
    void complain(PeerEvent kind, Severity severity, std::string text); // once, until it works

    ntp::Association::Traits packet_traits() const;
    sync::SourceTraits traits() const;
    Habits habits() const;
    Standing standing() const;

    Common& common_;
    AssociationId association_id_;
    config::SourceConfig config_;
    Origin origin_;

    Lookup lookup_;
    std::vector<Address> addresses_; // of the last answer
    std::set<Address> tried_; // those that we have given up
    std::optional<Endpoint> remote_;
    std::optional<sync::SourceId> id_;

    ntp::Association association_;
    Schedule schedule_;
    double spread_ = 0;
    std::uint32_t polls_here_ = 0; // without an answer, at this address
    bool was_reached_ = false; // at this address, ever
    bool is_unroutable_ = false;
    bool is_stamped_ = false; // the outstanding request has its transmit stamp
    std::uint32_t token_ = 0;
    Instant<Utc> asked_at_{};
    std::optional<Held> held_;

    Heard heard_;
    LocalAddress local_;
    std::uint16_t local_port_ = 0; // of the last request
    sync::SourceView view_;
    EventMark mark_;
    std::string complaint_; // the last one said
    std::uint16_t flash_ = 0;
    Instant<Mono> reach_changed_;
    std::optional<Instant<Mono>> last_received_;
    Instant<Mono> next_poll_{};
    std::uint64_t sent_ = 0, received_ = 0, bad_auth_ = 0, bogus_origin_ = 0, old_packet_ = 0,
                  bad_distance_ = 0, selection_broken_ = 0;

    std::unique_ptr<DatagramSocket> socket_;
    EventLoop::Owned closing_; // closes the socket when no answer came
    EventLoop::Owned timer_; // last: stops before what it calls goes
};

} // namespace timeball::source
