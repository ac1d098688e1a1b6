// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Asking over the network. Each question runs the loop until its answer is there.

#include "edge/network.h"
#include "edge/random.h"
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
    std::function<Instant<Utc>()> clock; // the one that the network stamps datagrams with
    Random& random;
    std::function<EventLoop::Owned(std::function<void()>)> on_interrupt;
    std::function<Result<std::string, std::string>(const std::string& path)> read_file;
    std::function<std::optional<std::string>(const std::string& prompt, bool is_secret)>
        operator_says;
};

class NetworkConversation final : public Conversation, private SocketUser {
public:
    explicit NetworkConversation(Ways ways) : ways_{std::move(ways)} { }

    Result<void, Problem> connect(const Host& host) override;
    Result<control::Reply, Problem> ask(const control::Question& question) override;
    void change(const control::Patience& patience) override { session_.change(patience); }
    bool use(const control::Credentials& credentials) override { return session_.use(credentials); }
    Result<TimeAnswer, Problem> ask_time(std::uint8_t version, Nanoseconds patience) override;
    std::string name_of(const Address& address) override { return ways_.name(address); }
    Instant<Mono> now() const override { return ways_.loop.now(); }
    bool pause(Nanoseconds span) override;
    EventLoop::Owned catch_interrupts() override;
    Result<std::string, std::string> read_file(const std::string& path) override
    {
        return ways_.read_file(path);
    }
    std::optional<std::string> ask_operator(const std::string& prompt, bool is_secret) override
    {
        return ways_.operator_says(prompt, is_secret);
    }

private:
    struct Interruption { };
    using Ending = std::variant<control::Reply, control::Failure, std::error_code, Interruption>;
    class TimeQuestion;

    void received(const Datagram& datagram) override;
    void transmitted(std::uint32_t, Instant<Utc>, StampKind) override { }
    void refused(const Endpoint& to, std::error_code why) override;

    Ending ask_one(const control::Question& question, const Endpoint& server);
    void send(const control::Bytes& datagram);
    void go_on(control::Session::Step step);
    void end(Ending ending);
    void set_alarm();
    void interrupt();
    static Problem problem(const Ending& ending);

    Ways ways_;
    control::Session session_;
    std::vector<Endpoint> servers_; // of the host; the first is the one that answered, once one has
    bool has_answered_ = false;

    std::optional<Ending> ending_;
    Endpoint server_; // asked at present
    std::unique_ptr<DatagramSocket> socket_;
    EventLoop::Owned alarm_;
    bool is_interrupted_ = false; // and nobody has been told yet
    bool is_pausing_ = false;
};

} // namespace timeball::query
