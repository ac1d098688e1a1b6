// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Server: the workers, what they listen on and what they go by. It lives on the control loop and
// talks to the workers through their mailboxes.

#include "base/snapshot.h"
#include "config/config.h"
#include "edge/platform.h"
#include "ntp/mac.h"
#include "ntp/served_time.h"
#include "serve/control_inbox.h"
#include "serve/control_request.h"
#include "serve/estate.h"
#include "serve/fast_lane.h"
#include "serve/named_rules.h"
#include "serve/setting.h"
#include "serve/tallies.h"
#include "serve/worker.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace timeball::serve {

class Server {
public:
    // Takes a control packet, in a turn of the control loop of its own.
    using ControlHandler = std::function<void(const ControlRequest&)>;

    // All that is referred to outlives it.
    Server(const Platform& platform, const config::StartConfig& start,
        const Snapshot<ntp::ServedTime>& served, ControlHandler control);
    ~Server();

    // Opens what is to be opened and begins to answer. A fault when a port is in use or not
    // permitted, or when nothing at all could be opened; then nothing runs. What fails otherwise,
    // or later, is logged once and tried again.
    Result<void, OpenFault> start(
        const config::LiveConfig& live, std::shared_ptr<const ntp::KeyTable> keys = nullptr);

    // What a server before this one left is gone on with; before start(). Lists are of no use when
    // there are more or fewer workers now.
    void take_over(Estate estate);
    // Answers nobody any more, not even control packets. What is left of sockets is the network's.
    Estate leave();

    // After a reload. No client and no count is lost; but when the number of workers changes, some
    // clients come to another one, to which they are new. From 0 to some, and back, is for a
    // restart; and so is to have more of them than sockets that were given to us.
    void reconfigure(
        const config::LiveConfig& live, std::shared_ptr<const ntp::KeyTable> keys = nullptr);

    // Whom we ask, for `restrict source`.
    void set_upstreams(std::vector<Address> upstreams);

    // Told once, when every worker has opened what can be opened.
    std::function<void()> all_open = [] {};

    // Answers a control packet; from the control loop, now or later.
    void reply(const ControlRequest& to, std::vector<std::vector<std::byte>> datagrams);

    // Looks at one worker in a turn of its own; what was seen comes in a later turn of the control
    // loop, or never, when a mailbox is full.
    template <class T>
    void look(unsigned worker, std::function<T(const Worker&)> how, std::function<void(T)> then)
    {
        if (worker >= slots_.size()) // there were more when somebody began to look
            return;
        tell(*slots_[worker], [this, how = std::move(how), then = std::move(then)](Worker& w) {
            post_home([then, seen = how(w)]() mutable { then(std::move(seen)); });
        });
    }

    // The same with all of them.
    template <class T>
    void look_at_all(std::function<T(const Worker&)> how, std::function<void(std::vector<T>)> then)
    {
        struct Gathered {
            std::vector<T> seen;
            std::size_t to_come;
        };
        auto gathered
            = std::make_shared<Gathered>(Gathered{std::vector<T>(slots_.size()), slots_.size()});
        for (unsigned i = 0; i < slots_.size(); ++i)
            look<T>(i, how, [gathered, then, i](T seen) {
                gathered->seen[i] = std::move(seen);
                if (--gathered->to_come == 0)
                    then(std::move(gathered->seen));
            });
    }

    Counts counts() const; // of all workers and the fast path
    std::vector<std::uint64_t> fast_rule_hits() const { return fast_lane_.rule_hits(); }
    std::size_t workers() const { return slots_.size(); }
    std::vector<Endpoint> listening() const { return listening_; } // sorted
    const AccessList& access() const { return *setting_->access; }
    std::vector<Address> own_addresses() const { return own_; } // sorted, without scopes

private:
    // One worker. Its thread makes it and ends it; on the control loop there is none.
    struct Slot {
        Tallies tallies;
        // Shared with letters that are on their way when the slot goes.
        std::shared_ptr<ControlInbox> inbox = std::make_shared<ControlInbox>();
        std::unique_ptr<Worker> worker;
        std::optional<unsigned> pinned; // to this core; known to its thread only
        std::optional<ClientList::Estate> left; // when the worker has gone
        std::unique_ptr<Threads::Thread> thread;
    };
    using Task = std::function<void(Worker&)>;

    void look_at_interfaces();
    void refresh_setting();
    std::optional<OpenFault> fatal_fault(const std::vector<OpenFault>& faults) const;
    unsigned thread_count(); // at the beginning
    unsigned possible_workers() const; // later
    std::vector<OpenFault> probe() const;
    Worker::Identity identity(unsigned index, bool shares_port);
    std::unique_ptr<Worker> make_worker(Slot& slot, EventLoop& loop,
        const Worker::Identity& identity, std::shared_ptr<const Setting> setting);
    void launch(unsigned index);
    void pin(Slot& slot, unsigned index, const Setting& setting) const;
    void retire(const Slot* slot);
    void adjust_workers();
    bool tell(Slot& slot, Task task);
    void publish(); // setting and bindings to all workers

    // Sockets that share a port count in the order in which they were opened, and that must be the
    // order of workers: so each worker opens its own when the one before it has said what became
    // of it. What one could not open those after it do not try.
    void bind_all();
    void bind_next();
    void bound(
        std::uint64_t round, unsigned index, const std::vector<OpenFault>& faults, bool is_split);
    void all_bound();
    bool post_home(std::function<void()> then);
    bool hand_on(const std::shared_ptr<ControlInbox>& inbox, const ControlRequest& request);
    void tell_fast_lane();

    Platform platform_;
    config::StartConfig start_;
    const Snapshot<ntp::ServedTime>& served_;
    ControlHandler control_;
    // Messages from workers hold it weakly: none arrives when the server has gone.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);

    config::LiveConfig live_;
    std::shared_ptr<const ntp::KeyTable> keys_;
    std::vector<NetworkInterface> interfaces_; // as last seen
    std::vector<Address> upstreams_, own_;
    NamedRules named_rules_;
    std::shared_ptr<const Setting> setting_;
    std::vector<Binding> bindings_;
    std::vector<Endpoint> listening_;
    FastLane fast_lane_;
    std::vector<OpenFault> faults_; // as logged
    struct Round {
        std::uint64_t number = 0;
        bool is_under_way = false, is_wanted_again = false;
        unsigned next = 0; // worker
        std::vector<Binding> wanted;
        std::vector<OpenFault> faults;
    } round_;
    bool are_all_open_ = false; // and it was told
    bool has_given_sockets_ = false; // nobody can join them
    bool is_divided_otherwise_ = false; // and that was said
    std::uint64_t undelivered_ = 0; // replies that a worker's mailbox did not take
    Counts retired_; // of workers that are no more, and of a server before this one
    // Of a server before this one. Each worker takes its list out, in its thread.
    std::vector<ClientList::Estate> inherited_lists_;
    std::optional<SipKey> split_key_;
    EventLoop::Owned watch_, look_, retry_, resume_, fast_retry_;
    // Last: threads end before what they use goes.
    std::vector<std::unique_ptr<Slot>> slots_;
    std::vector<std::pair<std::unique_ptr<Slot>, EventLoop::Owned>> leaving_;
};

} // namespace timeball::serve
