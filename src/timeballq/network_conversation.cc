// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Asking over the network.

#include "timeballq/network_conversation.h"

#include <algorithm>
#include <utility>

namespace timeball::query {

namespace {

Problem problem(const control::Failure& failure)
{
    const bool is_refusal = failure.kind == control::Failure::Kind::refused;
    return {.text = to_string(failure),
        .is_silence = !is_refusal,
        .refusal = is_refusal ? std::optional{failure.error} : std::nullopt};
}

Problem problem(std::error_code why)
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
        const auto* failure = std::get_if<control::Failure>(&ending);
        const Problem why
            = failure ? problem(*failure) : problem(std::get<std::error_code>(ending));
        if (!why.is_silence || has_answered_)
            return unexpected(why);
        if (!first)
            first = why;
    }
    return unexpected(first.value_or(Problem{.text = "no host to ask"}));
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

} // namespace timeball::query
