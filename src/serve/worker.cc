// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// From a datagram to its verdict, and to the answer if there is one.

#include "serve/worker.h"

#include <algorithm>
#include <cassert>

namespace timeball::serve {

using ntp::Verdict;

namespace {

ClientList::Prefixes prefixes(const Setting& setting)
{
    return {.v6 = setting.limit.v6_prefix, .v4 = setting.limit.v4_prefix};
}

} // namespace

std::string to_string(const OpenFault& fault)
{
    return to_string(fault.at) + ": " + fault.why.message();
}

namespace {

// What may wait in the kernel, as setsockopt takes it: it doubles the number and counts some 770
// octets for a request. While the worker keeps up there is room for 550 of them, should it lose its
// processor for some milliseconds; more than this, the system's own default, needs a privilege.
// When it does not keep up the queue is always full, and each request waits for all before it: then
// 250 make a millisecond and a half.
constexpr std::size_t calm_buffer = 212'992, pressed_buffer = 98'304;

} // namespace

// A socket and what is to be done with what comes in.
class Worker::Door final : public SocketUser {
public:
    Door(Worker& worker, const Binding& binding) : worker_{worker}, binding_{binding} { }

    std::error_code open()
    {
        const World& world = worker_.world_;
        auto socket = world.network.open(world.loop,
            {.bind = binding_.at,
                .shares_port = worker_.identity_.shares_port,
                .share = worker_.identity_.index,
                .dscp = binding_.dscp,
                .receive_buffer = calm_buffer},
            *this);
        if (!socket)
            return socket.error();
        socket_ = std::move(*socket);
        socket_->poll_busily(worker_.setting_->serve.busy_poll);
        split();
        opened_ = world.loop.now();
        return {};
    }

    void split()
    {
        const Worker& w = worker_;
        if (w.identity_.shares_port && w.setting_->split.sockets > 1 && !binding_.drops)
            worker_.is_split_ = socket_->split(w.setting_->split);
    }

    const Binding& binding() const { return binding_; }
    DatagramSocket& socket() { return *socket_; }
    DoorFigures figures() const { return {binding_, socket_->counts(), opened_}; }

    void received(const Datagram& datagram) override { worker_.received(*this, datagram); }
    void received_all() override { worker_.received_all(*this); }
    void transmitted(std::uint32_t token, Instant<Utc> when, StampKind) override
    {
        worker_.departures_.departed(token, when);
    }
    void refused(const Endpoint&, std::error_code) override { }

private:
    Worker& worker_;
    Binding binding_;
    std::unique_ptr<DatagramSocket> socket_;
    Instant<Mono> opened_{};
};

Worker::Worker(const World& world, const Identity& identity, std::shared_ptr<const Setting> setting,
    Handoff handoff)
    : world_{world},
      identity_{identity},
      setting_{std::move(setting)},
      handoff_{std::move(handoff)},
      limiter_{setting_->limit},
      control_limiter_{identity.clients},
      clients_{
          setting_->mru, prefixes(*setting_), identity.clients, world.loop.now(), world.memory},
      governor_{setting_->most_answers, world.loop.now()},
      departures_{identity.chance}
{
    obey(setting_);
}

Worker::~Worker() = default;

void Worker::obey(std::shared_ptr<const Setting> setting)
{
    const auto old = std::exchange(setting_, std::move(setting));
    limiter_ = RateLimiter{setting_->limit};
    manner_ = setting_->manner;
    manner_.kiss_poll = limiter_.kiss_poll();
    clients_.choose_limiter(setting_->limit.rule == config::LimitRule::classic);
    clients_.resize(setting_->mru, prefixes(*setting_));
    if (setting_->most_answers != old->most_answers)
        governor_ = Governor{setting_->most_answers, world_.loop.now()};
    for (const auto& door : doors_) {
        if (setting_->split != old->split)
            door->split();
        door->socket().poll_busily(setting_->serve.busy_poll);
    }

    if (!setting_->keys)
        keys_.reset();
    else if (!keys_ || setting_->keys != old->keys)
        keys_.emplace(setting_->keys);

    if (setting_->access == old->access && !rule_hits_.empty())
        return;
    // Rules that stay keep their counts.
    const AccessList& access = *setting_->access;
    std::vector<std::uint64_t> hits(access.rules().size());
    for (std::size_t i = 0; i < rule_hits_.size(); ++i)
        if (const auto same = access.index_of(old->access->rules()[i]))
            hits[*same] = rule_hits_[i];
    rule_hits_ = std::move(hits);
}

bool Worker::take_over(const ClientList::Estate& clients)
{
    if (!clients_.take_over(clients))
        return false;
    clients_.resize(setting_->mru, prefixes(*setting_));
    return true;
}

ClientList::Estate Worker::leave()
{
    doors_.clear();
    return clients_.leave();
}

std::vector<OpenFault> Worker::bind(const std::vector<Binding>& wanted)
{
    const auto has = [](const auto& bindings, const Binding& one) {
        return std::find(bindings.begin(), bindings.end(), one) != bindings.end();
    };
    // Closed first: the same port may be wanted in another way.
    std::erase_if(doors_, [&](const auto& door) { return !has(wanted, door->binding()); });

    std::vector<OpenFault> faults;
    for (const Binding& binding : wanted) {
        if (std::any_of(doors_.begin(), doors_.end(),
                [&](const auto& door) { return door->binding() == binding; }))
            continue;
        auto door = std::make_unique<Door>(*this, binding);
        if (const auto fault = door->open())
            faults.push_back({binding.at, fault});
        else
            doors_.push_back(std::move(door));
    }
    return faults;
}

void Worker::received(Door& door, const Datagram& datagram)
{
    if (!batch_began_) {
        batch_began_ = world_.loop.now();
        batch_time_ = world_.served.read();
        const bool was_pressed = governor_.is_pressed();
        governor_.look(datagram.waited, batch_size_ >= full_batch, *batch_began_);
        if (governor_.is_pressed() != was_pressed)
            for (const auto& each : doors_)
                each->socket().set_receive_buffer(was_pressed ? calm_buffer : pressed_buffer);
        batch_size_ = 0;
    }
    ++batch_size_;
    const Fate fate
        = door.binding().drops ? Fate{Verdict::dropped_interface} : serve(door, datagram);
    if (fate)
        world_.tallies.count(*fate);
}

void Worker::received_all(Door& door)
{
    if (!batch_began_)
        batch_size_ = 0; // nobody waits
    answer_all(door);
    batch_began_.reset();
}

Worker::Fate Worker::serve(Door& door, const Datagram& datagram)
{
    const ntp::Request request{.bytes = datagram.bytes,
        .from = datagram.from,
        .to = {datagram.to.address, door.binding().at.port},
        .received = datagram.received,
        .truncated = datagram.truncated};
    const auto question = ntp::examine(request, manner_);
    if (!question && question.error() != Verdict::control)
        return question.error();
    if (request.from.port == request.to.port && is_own(request.from.address))
        return Verdict::own_source;

    const std::uint32_t index = setting_->access->find(request.from);
    const Rule& rule = setting_->access->rules()[index];
    ++rule_hits_[index];
    if (rule.has(config::restrict_ignore))
        return Verdict::dropped_ignored;
    return question ? serve_time(door, datagram, request, *question, rule)
                    : serve_control(door, datagram, rule);
}

Worker::Fate Worker::serve_time(Door& door, const Datagram& datagram, const ntp::Request& request,
    const ntp::Question& question, const Rule& rule)
{
    const ntp::Header& header = question.header;
    world_.tallies.count_request(header.version, static_cast<unsigned>(header.mode));

    const bool is_limited = rule.has(config::restrict_limited);
    ClientList::Meeting met{};
    const bool is_met = is_limited || setting_->keeps_clients;
    if (is_met)
        met = clients_.meet(request.from, header.mode, header.version, *batch_began_);
    auto rate = limiter_.judge(met);
    if (!is_limited)
        rate = ntp::Rate::pass;
    else if (rate == ntp::Rate::silent && RateLimiter::leaks(*met.client, noise()))
        rate = ntp::Rate::leak;
    else if (rate == ntp::Rate::kiss && !governor_.may_kiss())
        rate = ntp::Rate::silent;

    const ntp::Access access = rule.access();
    const std::uint64_t chance = access.flake || access.fuzz ? noise() : 0;
    Fate fate = ntp::refusal(question, access, chance);
    Verdict verdict{};
    if (!fate) {
        const auto decision
            = ntp::decide(request, question, access, rate, batch_time_, manner_, chance, keys());
        verdict = decision.verdict;
        fate = verdict;
        if (answers(verdict)) {
            // Those who ask too often were sent away already, if they are to be.
            const bool is_known = !is_met || (met.client != nullptr && !met.is_new);
            fate = governor_.judge(is_known, datagram.waited);
            if (!fate)
                wait(door, datagram, decision);
        }
    }

    if (met.client != nullptr) {
        if (fate || verdict == Verdict::kiss_rate)
            ClientList::note_drop(*met.client);
        if (verdict == Verdict::kiss_rate || verdict == Verdict::limited_silent
            || verdict == Verdict::answered_limited)
            ClientList::note_limit(*met.client, verdict == Verdict::kiss_rate);
    }
    return fate;
}

// Interleaving costs an extra system call, so it is for times in which nobody has to wait for it.
void Worker::wait(Door& door, const Datagram& datagram, const ntp::Decision& decision)
{
    if (waiting_count_ == waiting_.size())
        answer_all(door);
    Waiting& one = waiting_[waiting_count_++];
    one = {decision, datagram.from, datagram.to,
        decision.verdict == Verdict::answered_client && ntp::asks_interleaved(decision.echo)
            && !governor_.is_pressed()};
    if (!one.wants_stamp)
        return;
    const auto departed = departures_.find(datagram.from.address, decision.echo.origin);
    if (departed && *departed >= batch_time_.valid_from)
        one.decision = ntp::interleave(decision, *departed);
}

// Stamps, seals and sends what waits, unless the clock was stepped since it came. One reading of
// the clock serves them all: the time that it takes until each leaves is known from earlier ones,
// far better than it would be without (most of it is the kernel's work for those before it).
void Worker::answer_all(Door& door)
{
    if (waiting_count_ == 0)
        return;
    const std::span answers{waiting_.data(), std::exchange(waiting_count_, 0)};
    const ntp::ServedTime time = world_.served.read();
    const Instant<Utc> now = world_.clock.now();
    const bool is_one_line = world_.served.read().epoch == time.epoch;

    Instant<Utc> leaves = now + pace_ / 2;
    for (const Waiting& one : answers) {
        std::array<std::byte, ntp::max_reply> room;
        const auto reply = ntp::seal(one.decision, time, leaves, room, keys());
        assert(!reply.empty());
        if (one.decision.verdict != Verdict::kiss_rate
            && !(is_one_line
                && ntp::is_on_time_line(time, one.decision.received, leaves, time.epoch))) {
            world_.tallies.count(Verdict::straddles_step);
            continue;
        }
        const std::uint32_t token = one.wants_stamp
            ? departures_.expect(one.to.address, ntp::receive_timestamp(one.decision, time, leaves))
            : 0;
        const auto sent = door.socket().send(reply, one.to, &one.from, token);
        world_.tallies.count_sent(sent.has_value());
        world_.tallies.count(one.decision.verdict);
        leaves += pace_;
    }
    door.socket().flush();
    learn_pace(world_.clock.now() - now, answers.size());
}

// Keeps near the quickest of what is seen: a stamp may be a little early, as all are that are taken
// before sending, but not late. A worker that lost its processor meanwhile, or whose clock was
// stepped, has learned nothing.
void Worker::learn_pace(Nanoseconds took, std::size_t answers)
{
    constexpr Nanoseconds most = std::chrono::microseconds{20};
    const Nanoseconds each = took / static_cast<std::int64_t>(answers);
    if (each < Nanoseconds{0} || each > most)
        return;
    pace_ += (each - pace_) / (each < pace_ ? 4 : 64);
}

Verdict Worker::serve_control(Door& door, const Datagram& datagram, const Rule& rule)
{
    if (rule.has(config::restrict_noquery))
        return Verdict::dropped_noquery;
    const Instant<Mono> now = *batch_began_;
    if (setting_->keeps_clients) {
        const auto first = std::to_integer<unsigned>(datagram.bytes[0]);
        limiter_.pass_by(clients_.meet(datagram.from, ntp::Mode::control, first >> 3 & 7, now));
    }
    const bool is_named = rule.origin == Rule::Origin::configured && !rule.mask.is_any();
    if (!control_limiter_.admit(datagram.from.address, is_named, now))
        return Verdict::control_limited;
    const bool has_room = handoff_({.bytes = datagram.bytes,
        .from = datagram.from,
        .to = datagram.to,
        .received = datagram.received,
        .rule = rule,
        .worker = identity_.index,
        .door = door.binding().at});
    return has_room ? Verdict::control : Verdict::control_overflow;
}

void Worker::reply(const ControlRequest& to, const std::vector<std::vector<std::byte>>& datagrams)
{
    const auto door = std::find_if(doors_.begin(), doors_.end(),
        [&](const auto& d) { return d->binding().at == to.door && !d->binding().drops; });
    if (door == doors_.end())
        return;
    for (const auto& bytes : datagrams) {
        const auto sent = (*door)->socket().send(bytes, to.from, &to.to);
        world_.tallies.count_control_sent(sent.has_value());
    }
}

std::vector<Worker::DoorFigures> Worker::doors() const
{
    std::vector<DoorFigures> all;
    for (const auto& door : doors_)
        all.push_back(door->figures());
    return all;
}

bool Worker::is_own(const Address& address) const
{
    Address plain = address;
    plain.scope = 0;
    return std::binary_search(setting_->own.begin(), setting_->own.end(), plain);
}

} // namespace timeball::serve
