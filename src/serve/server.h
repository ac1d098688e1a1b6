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
#include "serve/control_request.h"
#include "serve/named_rules.h"
#include "serve/setting.h"
#include "serve/tallies.h"
#include "serve/worker.h"

#include <functional>
#include <memory>
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

    // After a reload. No client and no count is lost.
    void reconfigure(
        const config::LiveConfig& live, std::shared_ptr<const ntp::KeyTable> keys = nullptr);

    // Whom we ask, for `restrict source`.
    void set_upstreams(std::vector<Address> upstreams);

    // Answers a control packet; from the control loop, now or later.
    void reply(const ControlRequest& to, std::vector<std::vector<std::byte>> datagrams);

    Counts counts() const; // of all workers
    std::size_t workers() const { return slots_.size(); }
    std::vector<Endpoint> listening() const { return listening_; } // sorted
    const AccessList& access() const { return *setting_->access; }
    std::vector<Address> own_addresses() const { return own_; } // sorted, without scopes

private:
    // One worker. Its thread makes it and ends it; on the control loop there is none.
    struct Slot {
        Tallies tallies;
        std::unique_ptr<Worker> worker;
        std::unique_ptr<Threads::Thread> thread;
    };
    using Task = std::function<void(Worker&)>;

    void look_at_interfaces();
    void refresh_setting();
    std::optional<OpenFault> fatal_fault(const std::vector<OpenFault>& faults) const;
    std::vector<OpenFault> probe() const;
    std::vector<OpenFault> launch(unsigned index, bool on_control_loop);
    bool tell(Slot& slot, Task task);
    void publish(); // setting and bindings to all workers
    void bound(
        unsigned index, const std::vector<Binding>& wanted, const std::vector<OpenFault>& faults);
    bool post_home(std::function<void()> then);

    Platform platform_;
    config::StartConfig start_;
    const Snapshot<ntp::ServedTime>& served_;
    ControlHandler control_;
    // Messages from workers hold it weakly: none arrives when the server has gone.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);

    config::LiveConfig live_;
    std::shared_ptr<const ntp::KeyTable> keys_;
    std::vector<Address> upstreams_, own_;
    NamedRules named_rules_;
    std::shared_ptr<const Setting> setting_;
    std::vector<Binding> bindings_;
    std::vector<Endpoint> listening_;
    std::vector<OpenFault> faults_; // as logged
    std::uint64_t undelivered_ = 0; // replies that a worker's mailbox did not take
    EventLoop::Owned watch_, look_, retry_;
    std::vector<std::unique_ptr<Slot>> slots_; // last: threads end before what they use goes
};

} // namespace timeball::serve
