// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Asking over the network. Each question runs the loop until its answer is there.

#include "edge/network.h"
#include "timeballq/conversation.h"

#include <memory>
#include <vector>

namespace timeball::query {

// The loop runs until it is told to stop, which this does.
struct Ways {
    EventLoop& loop;
    std::function<void()> run; // of that loop
    Network& network;
    std::function<std::vector<Address>(const std::string& name, std::optional<Family> family)>
        addresses; // empty when there are none
    std::function<std::string(const Address& address)> name;
};

class NetworkConversation final : public Conversation, private SocketUser {
public:
    explicit NetworkConversation(Ways ways) : ways_{std::move(ways)} { }

    Result<void, Problem> connect(const Host& host) override;
    Result<control::Reply, Problem> ask(const control::Question& question) override;
    void change(const control::Patience& patience) override { session_.change(patience); }
    std::string name_of(const Address& address) override { return ways_.name(address); }

private:
    using Ending = std::variant<control::Reply, control::Failure, std::error_code>;

    void received(const Datagram& datagram) override;
    void transmitted(std::uint32_t, Instant<Utc>, StampKind) override { }
    void refused(const Endpoint& to, std::error_code why) override;

    Ending ask_one(const control::Question& question, const Endpoint& server);
    void send(const control::Bytes& datagram);
    void go_on(control::Session::Step step);
    void end(Ending ending);
    void set_alarm();

    Ways ways_;
    control::Session session_;
    std::vector<Endpoint> servers_; // of the host; the first is the one that answered, once one has
    bool has_answered_ = false;

    std::optional<Ending> ending_;
    Endpoint server_; // asked at present
    std::unique_ptr<DatagramSocket> socket_;
    EventLoop::Owned alarm_;
};

} // namespace timeball::query
