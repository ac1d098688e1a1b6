// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "timeball/watcher.h"

#include "ntp/keys.h"

#include <fmt/format.h>

namespace timeball::console {

namespace {

using namespace std::chrono_literals;

// An operator who watches wants to know of a silence soon.
constexpr control::Patience patience{.first = 2s, .next = 1s, .tries = 2};

std::string trimmed(std::string text)
{
    text.resize(text.find_last_not_of("\r\n \0") + 1);
    return text;
}

// As a line of a keys file, which knows the types and how a secret is written. No key when it is
// none.
control::Credentials to_session(const Credentials& credentials)
{
    const auto secret = credentials.password.bytes();
    std::string line = fmt::format("{} {} ", credentials.key, credentials.type);
    line.append(reinterpret_cast<const char*>(secret.data()), secret.size());
    auto parsed = ntp::parse_keys(line);
    wipe(std::as_writable_bytes(std::span{line}));
    if (parsed.keys.empty())
        return {};
    return {parsed.keys.front().id,
        std::make_shared<const ntp::KeyTable>(ntp::KeyTable{std::move(parsed.keys)})};
}

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

bool Watcher::use(const std::optional<Credentials>& credentials)
{
    if (credentials == used_)
        return is_usable_;
    used_ = credentials;
    refusals_.clear(); // with another key it may tell more
    const control::Credentials keys
        = credentials ? to_session(*credentials) : control::Credentials{};
    is_usable_ = session_.use(keys) && (!credentials || keys.key != KeyId{});
    return is_usable_;
}

void Watcher::ask(const Interest& interest, const std::optional<Credentials>& credentials)
{
    is_asking_ = true;
    interest_ = interest;
    use(credentials);
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
    refusals_.clear();
    begin();
}

void Watcher::begin()
{
    if (!open(addresses_.front().family))
        return;
    inquiry_ = Inquiry{interest_, refusals_};
    if (!is_changing_)
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

void Watcher::change(std::string line, const Credentials& credentials)
{
    if (!change_.empty())
        return changed("One change at a time.", false);
    if (!use(credentials))
        return changed("This is not a key of type " + credentials.type + ".", false);
    if (addresses_.empty())
        return changed("The server is not known to answer.", false);
    change_ = std::move(line);
    if (!is_asking_ && open(addresses_.front().family))
        ask_next();
}

void Watcher::changed(const std::string& words, bool is_fine)
{
    change_.clear();
    is_changing_ = false;
    report_ = loop_.after(0ns, [this, words, is_fine] { then_(Reported{is_fine, words}); });
}

void Watcher::ask_next()
{
    if (!change_.empty()) {
        is_changing_ = true;
        return send(session_.ask({control::Opcode::configure, {}, change_, true}, loop_.now()));
    }
    if (!is_asking_)
        return timer_.reset();
    auto question = inquiry_.next(loop_.now());
    if (!question) {
        refusals_ = inquiry_.refusals();
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
    if ((!is_asking_ && !is_changing_) || addresses_.empty()
        || datagram.from != Endpoint{addresses_.front(), target_.port})
        return;
    go_on(session_.take(datagram.bytes, loop_.now()));
}

void Watcher::refused(const Endpoint& to, std::error_code why)
{
    if ((is_asking_ || is_changing_) && !addresses_.empty() && to.address == addresses_.front())
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
        if (is_changing_)
            changed(
                "The server: " + trimmed(reply->data), reply->data.starts_with("Config Succeeded"));
        else
            inquiry_.take(*reply, loop_.now());
        return ask_next();
    }
    if (const auto* failure = std::get_if<control::Failure>(&step)) {
        if (is_changing_) {
            changed("The server did not do it: " + to_string(*failure), false);
            return ask_next();
        }
        return inquiry_.take(*failure) ? ask_next() : give_up(to_string(*failure));
    }
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
    refusals_.clear();
    if (is_changing_ || !change_.empty())
        changed("The server did not do it: " + why, false);
    if (!is_asking_)
        return;
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
