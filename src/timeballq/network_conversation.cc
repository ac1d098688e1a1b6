// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Asking over the network.

#include "timeballq/network_conversation.h"

#include <algorithm>
#include <utility>

namespace timeball::query {

namespace {

Problem problem_of(const control::Failure& failure)
{
    using Kind = control::Failure::Kind;
    const bool is_refusal = failure.kind == Kind::refused;
    return {.text = to_string(failure),
        .is_silence = !is_refusal && failure.kind != Kind::unauthentic,
        .refusal = is_refusal ? std::optional{failure.error} : std::nullopt,
        .is_loss = failure.kind == Kind::timed_out || failure.kind == Kind::incomplete};
}

Problem problem_of(std::error_code why)
{
    if (why == std::errc::connection_refused)
        return {.text = "connection refused: nobody listens there", .is_silence = true};
    return {.text = why.message(), .is_silence = true};
}

} // namespace

Result<void, Problem> NetworkConversation::connect(const Host& host)
{
    std::vector<Address> found;
    if (const auto numeric = parse_address(host.name))
        found = {*numeric};
    else
        found = ways_.addresses(host.name, host.family);
    if (host.family)
        std::erase_if(found, [&](const Address& a) { return a.family != *host.family; });
    if (found.empty())
        return unexpected(Problem{.text = "no address of that name", .is_silence = true});

    servers_.clear();
    for (const Address& address : found)
        servers_.push_back({address, host.port});
    has_answered_ = false;
    socket_.reset();
    return {};
}

// A host of several addresses is the first of them that answers.
Result<control::Reply, Problem> NetworkConversation::ask(const control::Question& question)
{
    std::optional<Problem> first;
    for (std::size_t i = 0; i < servers_.size(); ++i) {
        Ending ending = ask_one(question, servers_[i]);
        if (auto* reply = std::get_if<control::Reply>(&ending)) {
            std::swap(servers_.front(), servers_[i]);
            has_answered_ = true;
            return std::move(*reply);
        }
        const Problem why = problem(ending);
        if (!why.is_silence || has_answered_)
            return unexpected(why);
        if (!first)
            first = why;
    }
    return unexpected(first.value_or(Problem{.text = "no host to ask"}));
}

Problem NetworkConversation::problem(const Ending& ending)
{
    if (const auto* failure = std::get_if<control::Failure>(&ending))
        return problem_of(*failure);
    if (const auto* why = std::get_if<std::error_code>(&ending))
        return problem_of(*why);
    return {.text = "interrupted", .is_interruption = true};
}

NetworkConversation::Ending NetworkConversation::ask_one(
    const control::Question& question, const Endpoint& server)
{
    if (!socket_ || server_ != server) {
        server_ = server;
        auto opened = ways_.network.open(ways_.loop,
            {.bind = {Address::any(server.address.family), 0},
                .wants_stamps = false,
                .hears_refusals = true},
            *this);
        if (!opened)
            return opened.error();
        socket_ = std::move(*opened);
    }
    ending_.reset();
    if (std::exchange(is_interrupted_, false))
        return Interruption{};
    send(session_.ask(question, ways_.loop.now()));
    set_alarm();
    while (!ending_)
        ways_.run();
    alarm_.reset();
    return std::move(*std::exchange(ending_, std::nullopt));
}

void NetworkConversation::send(const control::Bytes& datagram)
{
    if (const auto sent = socket_->send(datagram, server_); !sent)
        end(sent.error());
}

void NetworkConversation::set_alarm()
{
    const auto deadline = session_.deadline();
    alarm_ = deadline ? ways_.loop.at(*deadline, [this] { go_on(session_.look(ways_.loop.now())); })
                      : nullptr;
}

void NetworkConversation::go_on(control::Session::Step step)
{
    if (auto* again = std::get_if<control::Session::Send>(&step))
        send(again->datagram);
    else if (auto* reply = std::get_if<control::Reply>(&step))
        return end(std::move(*reply));
    else if (auto* failure = std::get_if<control::Failure>(&step))
        return end(*failure);
    if (!ending_)
        set_alarm();
}

void NetworkConversation::end(Ending ending)
{
    session_.forget();
    ending_ = std::move(ending);
    ways_.loop.stop();
}

void NetworkConversation::received(const Datagram& datagram)
{
    if (datagram.from == server_ && session_.is_asking())
        go_on(session_.take(datagram.bytes, ways_.loop.now()));
}

void NetworkConversation::refused(const Endpoint& to, std::error_code why)
{
    if (to == server_ && session_.is_asking())
        end(why);
}

// --- time, interrupts and the time of day --------------------------------------

bool NetworkConversation::pause(Nanoseconds span)
{
    bool is_over = false;
    is_pausing_ = true;
    const auto alarm = ways_.loop.after(span, [&] {
        is_over = true;
        ways_.loop.stop();
    });
    while (!is_over && !is_interrupted_)
        ways_.run();
    is_pausing_ = false;
    return !std::exchange(is_interrupted_, false);
}

void NetworkConversation::interrupt()
{
    is_interrupted_ = true;
    if (session_.is_asking()) {
        is_interrupted_ = false;
        end(Interruption{});
    } else if (is_pausing_) {
        ways_.loop.stop();
    }
}

EventLoop::Owned NetworkConversation::catch_interrupts()
{
    is_interrupted_ = false;
    return ways_.on_interrupt([this] { interrupt(); });
}

// One question to one server, on a socket of its own: as a client that has just started.
class NetworkConversation::TimeQuestion final : private SocketUser {
public:
    TimeQuestion(Ways& ways, const Endpoint& server) : ways_{ways}, server_{server} { }

    Result<TimeAnswer, Problem> ask(std::uint8_t version, Nanoseconds patience, const bool& is_over)
    {
        const auto socket = ways_.network.open(ways_.loop,
            {.bind = {Address::any(server_.address.family), 0}, .hears_refusals = true}, *this);
        if (!socket)
            return unexpected(problem_of(socket.error()));
        const auto request = time_request(version, cookie_);
        sent_ = ways_.clock();
        if (const auto sent = (*socket)->send(request, server_); !sent)
            return unexpected(problem_of(sent.error()));
        bool is_late = false;
        const auto alarm = ways_.loop.after(patience, [&] {
            is_late = true;
            ways_.loop.stop();
        });
        while (!answer_ && !refusal_ && !is_late && !is_over)
            ways_.run();
        if (answer_ && *answer_)
            return **answer_;
        if (answer_)
            return unexpected(Problem{.text = answer_->error()});
        if (refusal_)
            return unexpected(problem_of(*refusal_));
        if (is_over)
            return unexpected(Problem{.text = "interrupted", .is_interruption = true});
        return unexpected(
            Problem{.text = "no answer to a request for the time", .is_silence = true});
    }

private:
    void received(const Datagram& datagram) override
    {
        if (datagram.from != server_ || answer_)
            return;
        answer_ = read_time_answer(datagram.bytes, cookie_, sent_, datagram.received);
        if (answer_)
            ways_.loop.stop();
    }
    void transmitted(std::uint32_t, Instant<Utc>, StampKind) override { }
    void refused(const Endpoint&, std::error_code why) override
    {
        refusal_ = why;
        ways_.loop.stop();
    }

    Ways& ways_;
    Endpoint server_;
    ntp::Timestamp cookie_{ways_.random.bits64() | 1}; // never the zero that means nothing
    Instant<Utc> sent_{};
    std::optional<ProbeResult> answer_;
    std::optional<std::error_code> refusal_;
};

Result<TimeAnswer, Problem> NetworkConversation::ask_time(
    std::uint8_t version, Nanoseconds patience)
{
    if (servers_.empty())
        return unexpected(Problem{.text = "no host to ask"});
    is_pausing_ = true;
    TimeQuestion question{ways_, servers_.front()};
    auto answer = question.ask(version, patience, is_interrupted_);
    is_pausing_ = is_interrupted_ = false;
    return answer;
}

} // namespace timeball::query
