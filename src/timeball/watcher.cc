// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "timeball/watcher.h"

namespace timeball::console {

namespace {

using namespace std::chrono_literals;

// An operator who watches wants to know of a silence soon.
constexpr control::Patience patience{.first = 2s, .next = 1s, .tries = 2};

std::string in_words(ResolveError error)
{
    return error == ResolveError::not_found ? "the name is not known"
                                            : "the name service is silent";
}

} // namespace

Watcher::Watcher(EventLoop& loop, Network& network, Resolver& resolver, Target target,
    std::function<void(const Outcome&)> then)
    : loop_{loop},
      network_{network},
      resolver_{resolver},
      target_{std::move(target)},
      then_{std::move(then)},
      session_{patience}
{
}

Watcher::~Watcher() = default;

void Watcher::ask()
{
    is_asking_ = true;
    ending_.reset();
    if (!addresses_.empty())
        return begin();
    if (const auto address = parse_address(target_.host)) {
        if (target_.family && *target_.family != address->family)
            return end(Unanswered{"the address is not of the family asked for"});
        addresses_ = {*address};
        return begin();
    }
    question_ = resolver_.resolve(
        target_.host, target_.family, [this](const Resolver::Answer& answer) { resolved(answer); });
}

void Watcher::resolved(const Resolver::Answer& answer)
{
    if (!answer)
        return end(Unanswered{in_words(answer.error())});
    addresses_ = *answer;
    asks_for_served_ = true;
    begin();
}

void Watcher::begin()
{
    if (!open(addresses_.front().family))
        return;
    inquiry_ = Inquiry{asks_for_served_};
    ask_next();
}

bool Watcher::open(Family family)
{
    if (socket_ && socket_family_ == family)
        return true;
    socket_family_.reset();
    socket_.reset();
    auto opened = network_.open(loop_,
        {.bind = {Address::any(family), 0},
            .wants_stamps = false,
            .hears_refusals = true,
            .dscp = 0},
        *this);
    if (!opened) {
        give_up(opened.error().message());
        return false;
    }
    socket_ = std::move(*opened);
    socket_family_ = family;
    return true;
}

void Watcher::ask_next()
{
    auto question = inquiry_.next();
    if (!question) {
        asks_for_served_ = inquiry_.asks_for_served();
        return end(Answered{inquiry_.answers()});
    }
    send(session_.ask(std::move(*question), loop_.now()));
}

void Watcher::send(const control::Bytes& datagram)
{
    const auto sent = socket_->send(datagram, {addresses_.front(), target_.port});
    if (!sent)
        return give_up(sent.error().message());
    timer_ = loop_.at(*session_.deadline(), [this] { look(); });
}

void Watcher::received(const Datagram& datagram)
{
    if (!is_asking_ || addresses_.empty()
        || datagram.from != Endpoint{addresses_.front(), target_.port})
        return;
    go_on(session_.take(datagram.bytes, loop_.now()));
}

void Watcher::refused(const Endpoint& to, std::error_code why)
{
    if (is_asking_ && !addresses_.empty() && to.address == addresses_.front())
        give_up(why.message());
}

void Watcher::look()
{
    go_on(session_.look(loop_.now()));
}

void Watcher::go_on(const control::Session::Step& step)
{
    if (const auto* again = std::get_if<control::Session::Send>(&step))
        return send(again->datagram);
    if (const auto* reply = std::get_if<control::Reply>(&step)) {
        inquiry_.take(*reply);
        return ask_next();
    }
    if (const auto* failure = std::get_if<control::Failure>(&step))
        return inquiry_.take(*failure) ? ask_next() : give_up(to_string(*failure));
    // More fragments are to come.
    if (const auto deadline = session_.deadline())
        timer_ = loop_.at(*deadline, [this] { look(); });
}

void Watcher::give_up(const std::string& why)
{
    session_.forget();
    timer_.reset();
    socket_family_.reset(); // another socket next time: late replies and errors go with this one
    addresses_.erase(addresses_.begin());
    asks_for_served_ = true;
    if (addresses_.empty())
        return end(Unanswered{why});
    timer_ = loop_.after(0ns, [this] { begin(); });
}

void Watcher::end(Outcome outcome)
{
    is_asking_ = false;
    timer_.reset();
    ending_ = loop_.after(0ns, [this, outcome = std::move(outcome)] { then_(outcome); });
}

} // namespace timeball::console
