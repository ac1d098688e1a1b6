// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Talks with one server: finds its addresses, asks a round of questions when told to, and says what
// came of it. When an address does not answer, the next one is tried; when none does, the name is
// looked up anew the next time. Lives on one loop.

#include "control/session.h"
#include "edge/event_loop.h"
#include "edge/network.h"
#include "edge/resolver.h"
#include "timeball/inquiry.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace timeball::console {

struct Target {
    std::string host; // name or address
    std::uint16_t port = 123;
    std::optional<Family> family; // only these addresses
};

class Watcher final : SocketUser {
public:
    // How a round ended: answers, or why there are none. And what became of a change.
    using Outcome = std::variant<Answered, Unanswered, Reported>;

    // `then` is called once for each ask() and each change(), in a later turn.
    Watcher(EventLoop& loop, Network& network, Resolver& resolver, Target target,
        std::function<void(const Outcome&)> then);
    ~Watcher();
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    // A round that is under way is forgotten.
    void ask(const Interest& interest, const std::optional<Credentials>& credentials = {});

    // Sends a line of configuration, signed, before the next question. One at a time.
    void change(std::string line, const Credentials& credentials);

private:
    void received(const Datagram& datagram) override;
    void transmitted(std::uint32_t, Instant<Utc>, StampKind) override { }
    void refused(const Endpoint& to, std::error_code why) override;

    void resolved(const Resolver::Answer& answer);
    void begin(); // the round, with the first address left
    bool open(Family family);
    void ask_next();
    void send(const control::Bytes& datagram);
    void look(); // at the deadline
    void go_on(const control::Session::Step& step);
    bool use(const std::optional<Credentials>& credentials);
    void changed(const std::string& words, bool is_fine);
    void give_up(const std::string& why); // on this address
    void end(Outcome outcome);

    EventLoop& loop_;
    Network& network_;
    Resolver& resolver_;
    Target target_;
    std::function<void(const Outcome&)> then_;

    std::vector<Address> addresses_; // still to be tried; the first one is in use
    Inquiry::Refusals refusals_; // of the present address
    std::optional<Credentials> used_;
    bool is_usable_ = true;
    control::Session session_;
    Interest interest_;
    Inquiry inquiry_;
    bool is_asking_ = false; // a round
    std::string change_; // to be sent, or under way
    bool is_changing_ = false;

    std::optional<Family> socket_family_;
    std::unique_ptr<DatagramSocket> socket_;
    EventLoop::Owned question_; // to the resolver
    EventLoop::Owned timer_;
    EventLoop::Owned ending_, report_; // the turns in which `then_` is called
};

} // namespace timeball::console
