// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// From a datagram to its verdict, and to the answer if there is one.

#include "serve/worker.h"

#include <algorithm>
#include <cassert>

namespace timeball::serve {

using ntp::Verdict;

std::string to_string(const OpenFault& fault)
{
    return to_string(fault.at) + ": " + fault.why.message();
}

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
                .dscp = binding_.dscp},
            *this);
        if (!socket)
            return socket.error();
        socket_ = std::move(*socket);
        return {};
    }

    const Binding& binding() const { return binding_; }
    DatagramSocket& socket() { return *socket_; }

    void received(const Datagram& datagram) override { worker_.received(*this, datagram); }
    void transmitted(std::uint32_t, Instant<Utc>, StampKind) override { }
    void refused(const Endpoint&, std::error_code) override { }

private:
    Worker& worker_;
    Binding binding_;
    std::unique_ptr<DatagramSocket> socket_;
};

Worker::Worker(const World& world, const Identity& identity, std::shared_ptr<const Setting> setting,
    Handoff handoff)
    : world_{world},
      identity_{identity},
      setting_{std::move(setting)},
      handoff_{std::move(handoff)},
      limiter_{setting_->limit},
      control_limiter_{identity.clients},
      clients_{setting_->mru, setting_->limit.v6_prefix, identity.clients, world.loop.now()}
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
    if (setting_->limit.rule != old->limit.rule)
        clients_.forget_limits(); // they mean something else now
    clients_.resize(setting_->mru, setting_->limit.v6_prefix);

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
    world_.tallies.count(door.binding().drops ? Verdict::dropped_interface : serve(door, datagram));
}

Verdict Worker::serve(Door& door, const Datagram& datagram)
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

Verdict Worker::serve_time(Door& door, const Datagram& datagram, const ntp::Request& request,
    const ntp::Question& question, const Rule& rule)
{
    const ntp::Header& header = question.header;
    world_.tallies.count_request(header.version, static_cast<unsigned>(header.mode));

    const bool is_limited = rule.has(config::restrict_limited);
    ClientList::Meeting met{};
    if (is_limited || setting_->keeps_clients)
        met = clients_.meet(request.from, header.mode, header.version, world_.loop.now());
    auto rate = limiter_.judge(met);
    if (!is_limited)
        rate = ntp::Rate::pass;
    else if (rate == ntp::Rate::silent && RateLimiter::leaks(*met.client, noise()))
        rate = ntp::Rate::leak;

    const ntp::Access access = rule.access();
    const std::uint64_t chance = access.flake || access.fuzz ? noise() : 0;
    const auto refused = ntp::refusal(question, access, chance);
    Verdict verdict;
    if (refused) {
        verdict = *refused;
    } else {
        const ntp::ServedTime time = world_.served.read();
        const auto decision
            = ntp::decide(request, question, access, rate, time, manner_, chance, keys());
        verdict
            = answers(decision.verdict) ? send(door, datagram, decision, time) : decision.verdict;
    }

    if (met.client != nullptr) {
        if (!answers(verdict) || verdict == Verdict::kiss_rate)
            ClientList::note_drop(*met.client);
        if (verdict == Verdict::kiss_rate || verdict == Verdict::limited_silent
            || verdict == Verdict::answered_limited)
            ClientList::note_limit(*met.client, verdict == Verdict::kiss_rate);
    }
    return verdict;
}

// Stamps, seals and sends, unless the clock was stepped since the packet came.
Verdict Worker::send(Door& door, const Datagram& datagram, const ntp::Decision& decision,
    const ntp::ServedTime& time)
{
    std::array<std::byte, ntp::max_reply> room;
    const Instant<Utc> now = world_.clock.now();
    const auto reply = ntp::seal(decision, time, now, room, keys());
    assert(!reply.empty());
    if (decision.verdict != Verdict::kiss_rate
        && !ntp::is_on_time_line(time, datagram.received, now, world_.served.read().epoch))
        return Verdict::straddles_step;
    const auto sent = door.socket().send(reply, datagram.from, &datagram.to);
    world_.tallies.count_sent(sent.has_value());
    return decision.verdict;
}

Verdict Worker::serve_control(Door& door, const Datagram& datagram, const Rule& rule)
{
    if (rule.has(config::restrict_noquery))
        return Verdict::dropped_noquery;
    const Instant<Mono> now = world_.loop.now();
    if (setting_->keeps_clients) {
        const auto first = std::to_integer<unsigned>(datagram.bytes[0]);
        limiter_.pass_by(clients_.meet(datagram.from, ntp::Mode::control, first >> 3 & 7, now));
    }
    if (!control_limiter_.admit(datagram.from.address, now))
        return Verdict::control_limited;
    const bool has_room = handoff_({.bytes = {datagram.bytes.begin(), datagram.bytes.end()},
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

bool Worker::is_own(const Address& address) const
{
    Address plain = address;
    plain.scope = 0;
    return std::binary_search(setting_->own.begin(), setting_->own.end(), plain);
}

} // namespace timeball::serve
