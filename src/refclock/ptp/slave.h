// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// An ordinary clock that is only ever a slave (IEEE 1588-2019): messages and instants in, messages
// to be sent and measurements out. It reads no clock and opens no socket.

#include "base/address.h"
#include "refclock/ptp/contracts.h"
#include "refclock/ptp/masters.h"
#include "refclock/ptp/message.h"
#include "refclock/ptp/path.h"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace timeball::ptp {

enum class DelayMechanism : std::uint8_t {
    end_to_end, // asks the master
    peer_to_peer, // asks the neighbor
    automatic // the master, until a neighbor asks us
};

struct SlaveSettings {
    PortIdentity self{};
    std::uint8_t domain = 0;
    DelayMechanism delay = DelayMechanism::automatic;
    std::vector<Address> unicast; // masters that are asked to speak to us; empty: who speaks to all
};

enum class PortState : std::uint8_t { listening, uncalibrated, slave };
std::string_view to_string(PortState state);

// What is to be sent.
struct Outgoing {
    Message message;
    std::optional<Address> to{}; // nothing: the group
    bool is_for_neighbor = false; // the group that no bridge passes on
    std::uint32_t token = 0; // when it leaves is to be told: Slave::left()
};

// One Sync, and how long its way was.
struct Measurement {
    Instant<Utc> when; // by our clock
    Nanoseconds ahead; // the master's time minus ours
    Nanoseconds delay;
};

// What the operator may want to know; each once, until it was otherwise.
struct Trouble {
    enum class Kind : std::uint8_t {
        no_master,
        no_sync,
        no_answer,
        refused,
        disagreement,
        neighbors
    };
    Kind kind;
    std::string what; // end of a sentence
};

struct Outcome {
    std::vector<Outgoing> outgoing;
    std::vector<Measurement> measurements;
    std::vector<Trouble> troubles;
};

class Slave {
public:
    Slave(SlaveSettings settings, Instant<Mono> now);

    // `received` matters for event messages only.
    void hear(
        const Message& message, const Address& from, Instant<Utc> received, Instant<Mono> now);
    // A message with a token left at that instant. May be told twice: the later word holds, if it
    // comes in time.
    void left(std::uint32_t token, Instant<Utc> when);
    // Whenever next() has come. `chance` is any number in [0, 1).
    void turn(Instant<Mono> now, double chance);
    Instant<Mono> next() const;
    // Gives back what was granted. Nothing else may be called afterwards.
    void stop(Instant<Mono> now);

    // What has come of it since the last time.
    Outcome take_outcome() { return std::exchange(outcome_, {}); }

    PortState state() const;
    const Master* master() const { return masters_.find(chosen_); } // null: none
    const Masters& masters() const { return masters_; }
    std::optional<Nanoseconds> delay() const { return path_.delay(); }
    DelayMechanism mechanism() const;

private:
    // Of one who sends Syncs: those of two steps wait for each other, in any order.
    struct Stream {
        struct Half {
            std::uint16_t sequence = 0;
            Correction correction{};
            std::optional<Instant<Utc>> received{}; // of a Sync
            std::optional<Instant<DeviceTime>> sent{}; // of a Follow_Up
        };
        std::deque<Half> halves;
        std::optional<Downstream> last;
        Instant<Mono> heard{};
        int apart = 0; // in a row that told another time than the chosen one's
    };
    // A Delay_Req or Pdelay_Req under way.
    struct Request {
        bool is_for_neighbor = false;
        std::uint16_t sequence = 0;
        std::uint32_t token = 0;
        std::optional<Instant<Utc>> left{};
        std::optional<Instant<Utc>> answered{}; // Pdelay_Resp: when it came
        std::optional<Instant<DeviceTime>> came{}, turned{}; // by the other's clock
        Correction correction{};
        std::optional<PortIdentity> responder{};
        bool is_two_step = false, is_spoilt = false;
    };
    // A neighbor's Pdelay_Req that was answered: when the answer left is still to be told.
    struct Debt {
        std::uint32_t token = 0;
        Header request{};
    };

    void hear_sync(const Message& m, Instant<Utc> received, Instant<Mono> now);
    void hear_follow_up(const Message& m, Instant<Mono> now);
    void hear_delay_resp(const Message& m, Instant<Mono> now);
    void hear_pdelay_req(const Message& m, Instant<Utc> received);
    void hear_pdelay_resp(const Message& m, Instant<Utc> received, Instant<Mono> now);
    void hear_pdelay_follow_up(const Message& m);
    void hear_announce(const Message& m, const Address& from, Instant<Mono> now);
    void hear_signaling(const Message& m, const Address& from, Instant<Mono> now);

    Stream::Half& half_of(const Header& h, Instant<Mono> now);
    void join(const PortIdentity& source, std::uint16_t sequence);
    void arrive(const PortIdentity& source, const Downstream& sync);
    void compare(const PortIdentity& source);
    Request* request_of(const Message& answer, bool is_for_neighbor);
    void settle(std::uint16_t sequence);
    void choose(Instant<Mono> now);
    void ask_master(Instant<Mono> now, double chance);
    void ask_neighbor(Instant<Mono> now);
    void ask(Request request, MessageType type, const std::optional<Address>& to);
    void send(const Contracts::Letter& letter);
    void look_for_silence(Instant<Mono> now);
    void tell(Trouble::Kind kind, std::string what);
    Header header(MessageType type, std::uint16_t sequence) const;
    static std::optional<Nanoseconds> delay_of(const Request& request);

    SlaveSettings settings_;
    bool is_peer_to_peer_;
    Masters masters_;
    Contracts contracts_;
    PortIdentity chosen_{}; // of the best master; everything else follows from masters_
    std::map<PortIdentity, Stream> streams_;
    Path path_;
    std::deque<Request> requests_;
    std::deque<Debt> debts_;
    std::uint16_t sequence_ = 0, signal_ = 0;
    std::uint32_t token_ = 0;
    std::int8_t request_log_ = 0; // logMinDelayReqInterval, as the master says
    Instant<Mono> turned_; // the last turn
    Instant<Mono> without_master_since_, chosen_since_{}, answered_{};
    std::optional<Instant<Mono>> next_request_{}; // once the master has sent a Sync
    Instant<Mono> next_neighbor_;
    std::set<Trouble::Kind> told_;
    Outcome outcome_;
};

} // namespace timeball::ptp
