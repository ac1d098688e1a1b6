// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// One upstream server: its address and the asking. What comes back is in server_answers.cc.

#include "source/server_source.h"

#include "ntp/reference_id.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace timeball::source {

namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds socket_wait = 100ms; // when too many are open
constexpr std::uint32_t stranger_polls = 3; // unanswered ones until we try another address
constexpr std::uint32_t silent_polls = 8; // the same for a server that has answered before
constexpr std::uint32_t liar_polls = 8; // outvoted ones until a pool gives a member up

} // namespace

ServerSource::ServerSource(
    Common& common, AssociationId id, const config::SourceConfig& config, Origin origin)
    : common_{common},
      association_id_{id},
      config_{config},
      origin_{origin},
      lookup_{common.edges, config.host, config.family ? config.family : common.only_family,
          [this](const Resolver::Answer& answer) { resolved(answer); }},
      association_{packet_traits()},
      reach_changed_{common.edges.loop.now()}
{
    schedule_.poll = config.minpoll;
    if (!lookup_.is_numeric())
        heard_.reference_id = ReferenceId::letters("DNS");
}

ServerSource::~ServerSource()
{
    close();
    leave();
}

void ServerSource::start(Nanoseconds after)
{
    // A number is spoken for at once, so that no other source takes it meanwhile.
    if (const auto numeric = parse_address(config_.host)) {
        addresses_ = {*numeric};
        if (use_next_address(after))
            return;
    }
    timer_ = common_.edges.loop.after(after, [this] { lookup_.ask(); });
}

void ServerSource::change(const config::SourceConfig& config)
{
    config_ = config;
    association_.change(packet_traits());
    schedule_.poll = std::max(config.minpoll, std::min(schedule_.poll, config.maxpoll));
    if (!id_)
        return;
    common_.sink.changed(*id_, traits());
    set_timer();
}

void ServerSource::set_poll(Poll poll, std::optional<Seconds> soon)
{
    if (!remote_)
        return;
    const Schedule before = std::exchange(schedule_, wanted(schedule_, habits(), poll, soon));
    if (schedule_.poll != before.poll || schedule_.haste != before.haste)
        set_timer();
}

void ServerSource::judge(const sync::SourceView& view)
{
    view_ = view;
}

void ServerSource::poll_now()
{
    if (!remote_)
        return lookup_.ask();
    next_poll_ = std::max(common_.edges.loop.now(), schedule_.last_sent + rounded(guard));
    timer_ = common_.edges.loop.at(next_poll_, [this] { poll(); });
}

void ServerSource::clock_stepped()
{
    held_.reset();
    if (!association_.is_waiting())
        return;
    association_.forget();
    close_soon();
    // The lost answer is our doing: the burst goes on without it.
    schedule_.waits_for_first = false;
    set_timer();
}

void ServerSource::begin_again()
{
    clock_stepped();
    schedule_ = forgotten(schedule_, habits());
    poll_now();
}

// --- where it is ---------------------------------------------------------------------------------

void ServerSource::resolved(const Resolver::Answer& answer)
{
    if (!answer)
        return complain(PeerEvent::none, Severity::warning,
            answer.error() == ResolveError::not_found
                ? "the name has no address; asking again, less and less often"
                : "the name could not be looked up; asking again, less and less often");
    addresses_ = *answer;
    tried_.clear();
    if (remote_) {
        if (schedule_.reach != 0)
            return; // it came back by itself
        tried_.insert(remote_->address);
    }
    if (!use_next_address() && !remote_)
        lookup_.ask_later(64s);
}

bool ServerSource::use_next_address(Nanoseconds after)
{
    for (const Address& address : addresses_) {
        if (!tried_.insert(address).second)
            continue;
        const Endpoint server{address, config_.port};
        const std::string_view objection = common_.objection(server);
        if (objection.empty()) {
            use(server, after);
            return true;
        }
        if (!remote_)
            complain(PeerEvent::none, Severity::warning,
                fmt::format("{} {}; not asked", to_string(address), objection));
    }
    return false;
}

void ServerSource::use(const Endpoint& server, Nanoseconds after)
{
    leave();
    common_.in_use.insert(server);
    remote_ = server;
    id_ = common_.new_source();
    polls_here_ = 0;
    was_reached_ = false;
    is_unroutable_ = false;
    heard_ = {};
    local_ = {};
    local_port_ = 0;
    view_ = {};
    flash_ = 0;
    last_received_.reset();
    association_ = ntp::Association{packet_traits()};
    Schedule fresh;
    fresh.poll = config_.minpoll;
    fresh.unreach = schedule_.unreach; // a name whose addresses are all dead is asked less often
    schedule_ = fresh;
    common_.sink.added(*id_, traits());
    say(PeerEvent::mobilize, Severity::debug, fmt::format("is asked at {}", to_string(server)));
    next_poll_ = common_.edges.loop.now() + after;
    timer_ = common_.edges.loop.at(next_poll_, [this] { poll(); });
}

void ServerSource::leave()
{
    if (!remote_)
        return;
    common_.in_use.erase(*remote_);
    remote_.reset();
    common_.sink.removed(*id_);
    id_.reset();
}

bool ServerSource::is_silent() const
{
    if (lookup_.is_numeric() || schedule_.reach != 0)
        return false;
    return is_unroutable_ || polls_here_ >= (was_reached_ ? silent_polls : stranger_polls);
}

// --- asking --------------------------------------------------------------------------------------

void ServerSource::poll()
{
    if (!socket_ && common_.sockets_open >= Common::max_sockets) {
        timer_ = common_.edges.loop.after(socket_wait, [this] { poll(); });
        return;
    }
    if (!is_silent())
        return ask();
    if (!use_next_address()) { // which asks in its own turn
        lookup_.ask_later();
        ask();
    }
}

void ServerSource::ask()
{
    const bool is_new_poll = !is_within_burst(schedule_);
    const bool was_reachable = schedule_.reach != 0;
    schedule_ = asked(schedule_, habits(), standing(), common_.edges.loop.now());
    if (is_new_poll) {
        ++polls_here_;
        spread_ = common_.edges.random.unit();
    }
    send();
    set_timer();
    if (!is_new_poll)
        return;
    if (was_reachable && schedule_.reach == 0) {
        reach_changed_ = common_.edges.loop.now();
        say(PeerEvent::unreachable, Severity::warning,
            fmt::format("unreachable, no answer to {} polls", schedule_.unreach - 1));
    }
    common_.sink.reached(*id_, schedule_.reach);
    if (complaint() != Complaint::none)
        common_.tend();
}

void ServerSource::send()
{
    close();
    const Edges& edges = common_.edges;

    SocketOptions options;
    options.bind.address = Address::any(remote_->address.family);
    options.hears_refusals = true;
    options.dscp = common_.dscp;
    auto socket = edges.network.open(edges.loop, options, *this);
    if (!socket)
        return cannot_send(socket.error());
    socket_ = std::move(*socket);
    local_port_ = socket_->local().port;
    ++common_.sockets_open;

    const std::uint64_t nonce = edges.random.bits64();
    asked_at_ = edges.clock.now();
    const auto request = association_.request(nonce, asked_at_, common_.keys.get());
    if (!request) {
        close();
        return complain(PeerEvent::bad_auth, Severity::error,
            fmt::format("not asked: key {} is not known or not trusted", config_.key.value));
    }
    is_stamped_ = false;
    token_ = request->token;
    const auto sent = socket_->send(request->bytes(), *remote_, nullptr, token_);
    if (!sent) {
        association_.forget();
        close();
        return cannot_send(sent.error());
    }
    ++sent_;
    is_unroutable_ = false;
    closing_ = edges.loop.after(reply_wait, [this] { give_up(); });
}

void ServerSource::cannot_send(std::error_code why)
{
    schedule_ = given_up(schedule_);
    complain(PeerEvent::no_reply, Severity::notice,
        fmt::format("could not be asked at {}: {}", to_string(*remote_), why.message()));
    if (why == std::errc::network_unreachable || why == std::errc::address_family_not_supported
        || why == std::errc::address_not_available)
        is_unroutable_ = true;
}

void ServerSource::set_timer()
{
    if (!remote_)
        return;
    next_poll_ = next(schedule_, habits(), spread_);
    // Where there is no way, the next address need not wait.
    if (is_unroutable_
        && std::any_of(addresses_.begin(), addresses_.end(),
            [this](const Address& a) { return !tried_.contains(a); }))
        next_poll_ = common_.edges.loop.now();
    timer_ = common_.edges.loop.at(next_poll_, [this] { poll(); });
}

void ServerSource::refused(const Endpoint& to, std::error_code why)
{
    // Nobody there, says the network. It may be wrong or lying, so an answer is still welcome; but
    // a burst is not for it.
    if (remote_ != to || !association_.is_waiting())
        return;
    schedule_ = given_up(schedule_);
    complain(PeerEvent::no_reply, Severity::notice,
        fmt::format("{} refused: {}", to_string(to), why.message()));
    set_timer();
}

// --- small ones ----------------------------------------------------------------------------------

void ServerSource::give_up()
{
    association_.forget();
    close();
}

void ServerSource::close()
{
    closing_.reset();
    if (!socket_)
        return;
    socket_.reset();
    --common_.sockets_open;
}

void ServerSource::close_soon()
{
    closing_ = common_.edges.loop.after(0ns, [this] { close(); });
}

void ServerSource::say(PeerEvent kind, Severity severity, std::string text)
{
    if (kind != PeerEvent::none)
        mark_.note(kind);
    common_.sink.event({association_id_, kind, severity, fmt::format("{}: {}", name(), text)});
}

void ServerSource::complain(PeerEvent kind, Severity severity, std::string text)
{
    if (text == complaint_)
        return;
    complaint_ = text;
    say(kind, severity, std::move(text));
}

std::string ServerSource::name() const
{
    return config_.host;
}

Complaint ServerSource::complaint() const
{
    if (schedule_.is_denied)
        return Complaint::denied;
    if (is_unroutable_)
        return Complaint::unroutable;
    if (schedule_.unreach > (was_reached_ ? patience : stranger_polls))
        return Complaint::unreachable;
    if (schedule_.falseticker >= liar_polls)
        return Complaint::falseticker;
    return Complaint::none;
}

ntp::Association::Traits ServerSource::packet_traits() const
{
    return {config_.version, config_.key, common_.policy.maxdist};
}

Habits ServerSource::habits() const
{
    return {config_.minpoll, config_.maxpoll, config_.iburst, config_.burst};
}

Standing ServerSource::standing() const
{
    return {view_.select != sync::Select::reject && view_.select != sync::Select::falseticker,
        view_.select == sync::Select::falseticker};
}

sync::SourceTraits ServerSource::traits() const
{
    sync::SourceTraits t;
    t.is_preferred = config_.is_preferred;
    t.is_true = config_.is_true;
    t.is_noselect = config_.is_noselect;
    t.minpoll = config_.minpoll;
    t.maxpoll = config_.maxpoll;
    t.reference_id = reference_id_of(remote_->address);
    return t;
}

} // namespace timeball::source
