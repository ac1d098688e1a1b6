// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Worker: answers what comes to the sockets of one loop. No lock, no allocation and no log line for
// a packet; one verdict for each. It belongs to its loop's thread: others reach it by posting
// there. Only its Tallies may be read by any.

#include "base/snapshot.h"
#include "edge/event_loop.h"
#include "edge/network.h"
#include "edge/system_clock.h"
#include "ntp/mac.h"
#include "ntp/responder.h"
#include "serve/bindings.h"
#include "serve/client_list.h"
#include "serve/client_page.h"
#include "serve/control_limiter.h"
#include "serve/control_request.h"
#include "serve/governor.h"
#include "serve/interleave_table.h"
#include "serve/rate_limiter.h"
#include "serve/setting.h"
#include "serve/tallies.h"

#include <functional>
#include <memory>
#include <optional>
#include <system_error>
#include <vector>

namespace timeball::serve {

// A socket that could not be opened.
struct OpenFault {
    Endpoint at;
    std::error_code why;

    bool operator==(const OpenFault&) const = default;
};
std::string to_string(const OpenFault& fault); // "192.0.2.1:123: Address already in use"

class Worker {
public:
    // Hands a control packet on; false when there is no room for it.
    using Handoff = std::function<bool(const ControlRequest&)>;

    struct World { // what it uses; all outlives it
        EventLoop& loop;
        const SystemClock& clock;
        Network& network;
        const Snapshot<ntp::ServedTime>& served;
        Tallies& tallies;
        std::shared_ptr<Memory> memory = std::make_shared<HeapMemory>();
    };
    struct Identity {
        unsigned index = 0;
        bool shares_port = false; // with other workers
        SipKey clients, chance; // random
    };

    Worker(const World& world, const Identity& identity, std::shared_ptr<const Setting> setting,
        Handoff handoff);
    ~Worker();

    // Opens and closes sockets until these are open. Gives those that could not be.
    std::vector<OpenFault> bind(const std::vector<Binding>& wanted);

    // Whether a client's datagrams come to one worker only.
    bool is_split() const { return is_split_; }

    void obey(std::shared_ptr<const Setting> setting);

    // The clients of a worker before this one. False: not to be used, and nothing has changed.
    bool take_over(const ClientList::Estate& clients);
    // Closes all, and answers nobody any more.
    ClientList::Estate leave();

    // Answers a control packet through the door where it came in, if that is still open.
    void reply(const ControlRequest& to, const std::vector<std::vector<std::byte>>& datagrams);

    const ClientList& clients() const { return clients_; }
    const Setting& setting() const { return *setting_; }
    double score(const Client& client) const { return limiter_.score(client); }
    ClientBook book() const { return {clients_, *setting_->access, limiter_}; }
    Instant<Mono> now() const { return world_.loop.now(); }
    const std::vector<std::uint64_t>& rule_hits() const { return rule_hits_; }

    // What has gone through a door since it was opened.
    struct DoorFigures {
        Binding binding;
        SocketCounts counts;
        Instant<Mono> opened{};
    };
    std::vector<DoorFigures> doors() const;
    ntp::MacCounts mac_counts() const { return keys_ ? keys_->counts() : ntp::MacCounts{}; }

private:
    class Door;

    // An answer that waits until all of its batch are decided, so that it is stamped late.
    struct Waiting {
        ntp::Decision decision;
        Endpoint to;
        LocalAddress from;
        bool wants_stamp = false;
    };
    static constexpr std::size_t most_waiting = 8, full_batch = 8;
    using Fate = std::optional<ntp::Verdict>; // nothing: it waits

    void received(Door& door, const Datagram& datagram);
    void received_all(Door& door);
    Fate serve(Door& door, const Datagram& datagram);
    Fate serve_time(Door& door, const Datagram& datagram, const ntp::Request& request,
        const ntp::Question& question, const Rule& rule);
    ntp::Verdict serve_control(Door& door, const Datagram& datagram, const Rule& rule);
    void wait(Door& door, const Datagram& datagram, const ntp::Decision& decision);
    void answer_all(Door& door);
    void learn_pace(Nanoseconds took, std::size_t answers);
    bool is_own(const Address& address) const;
    std::uint64_t noise() { return siphash(identity_.chance, ++noises_, 0); }
    ntp::Authenticator* keys() { return keys_ ? &*keys_ : nullptr; }

    World world_;
    Identity identity_;
    std::shared_ptr<const Setting> setting_;
    Handoff handoff_;
    RateLimiter limiter_;
    ntp::Manner manner_;
    ControlLimiter control_limiter_;
    ClientList clients_;
    std::optional<ntp::Authenticator> keys_;
    std::vector<std::uint64_t> rule_hits_; // as setting_->access->rules()
    std::uint64_t noises_ = 0;
    Governor governor_;
    InterleaveTable departures_;
    bool is_split_ = true;

    // The batch under way.
    std::optional<Instant<Mono>> batch_began_;
    std::size_t batch_size_ = 0; // so far, or of the one before
    ntp::ServedTime batch_time_; // what was served when it began
    std::array<Waiting, most_waiting> waiting_;
    std::size_t waiting_count_ = 0;
    Nanoseconds pace_{0}; // what it takes for one answer to leave, rather less than more
    std::vector<std::unique_ptr<Door>> doors_; // last: they call what is above
};

} // namespace timeball::serve
