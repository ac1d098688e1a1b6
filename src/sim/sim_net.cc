// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The simulated internet and its sockets.

#include "sim/sim_net.h"

#include <algorithm>

namespace timeball::sim {

using namespace std::chrono_literals;

Path& SimNet::path(const Address& from, const Address& to)
{
    return paths_.try_emplace({from, to}, default_).first->second;
}

bool SimNet::bind(const Endpoint& at, Receiver& receiver)
{
    return receivers_.emplace(at, &receiver).second;
}

void SimNet::send(std::span<const std::byte> bytes, const Endpoint& from, const Endpoint& to)
{
    ++sent_;
    if (tap)
        tap(bytes, from, to);
    if (!to.address.is_multicast())
        return send_to(bytes, from, to);
    for (const auto& [group, member] : members_)
        if (group == to && member != from.address)
            send_to(bytes, from, {member, to.port});
}

void SimNet::send_to(std::span<const std::byte> bytes, const Endpoint& from, const Endpoint& to)
{
    const auto found = paths_.find({from.address, to.address});
    const Path& path = found == paths_.end() ? default_ : found->second;
    const std::vector<std::byte> copy{bytes.begin(), bytes.end()};
    if (chance_.happens(path.duplication))
        launch(copy, from, to, path);
    launch(copy, from, to, path);
}

Seconds SimNet::queueing(const Path& path)
{
    switch (path.queue) {
    case Queue::exponential:
        return chance_.exponential(path.jitter);
    case Queue::heavy_tailed:
        return chance_.heavy_tailed(path.jitter);
    case Queue::uneven:
        return chance_.exponential(path.jitter) * chance_.exponential(1s).count();
    case Queue::normal:
        return std::max(path.jitter * chance_.normal(), -path.delay);
    }
    return 0s;
}

bool SimNet::is_busy(const RushHour& hour) const
{
    return hour.every > 0s && timeline_.now().time_since_epoch() % hour.every < hour.lasts;
}

void SimNet::launch(
    const std::vector<std::byte>& bytes, const Endpoint& from, const Endpoint& to, const Path& path)
{
    // Drawn in every case, so that a loss does not change the delays of what follows.
    const Seconds jitter = queueing(path);
    if (chance_.happens(path.loss) || cut_.contains(from.address) || cut_.contains(to.address))
        return;
    const Seconds rush = is_busy(path.rush_hour) ? path.rush_hour.delay : 0s;
    timeline_.at(timeline_.now() + rounded(path.delay + rush + jitter),
        [this, bytes, from, to] { deliver(bytes, from, to); });
}

void SimNet::deliver(std::span<const std::byte> bytes, const Endpoint& from, const Endpoint& to)
{
    if (const auto receiver = receivers_.find(to); receiver != receivers_.end())
        return receiver->second->arrived(bytes, from, to);
    if (!hosts_.contains(to.address))
        return; // nobody there, nobody to say so
    if (const auto sender = receivers_.find(from); sender != receivers_.end())
        sender->second->refused(to);
}

class SimNetwork::Socket final : public DatagramSocket, Receiver {
public:
    Socket(SimNetwork& owner, const SocketOptions& options, const Endpoint& bind,
        std::vector<Endpoint> at, SocketUser& user)
        : owner_{owner},
          bind_{bind},
          at_{std::move(at)},
          groups_{options.groups},
          user_{user},
          hears_refusals_{options.hears_refusals}
    {
        for (const Endpoint& e : at_)
            owner_.net_.bind(e, *this);
        for_groups([this](const Endpoint& g, const Address& a) { owner_.net_.join(g, a); });
        ++owner_.open_;
    }
    ~Socket() override
    {
        for (const Endpoint& e : at_)
            owner_.net_.unbind(e);
        for_groups([this](const Endpoint& g, const Address& a) { owner_.net_.leave(g, a); });
        --owner_.open_;
    }

    Result<void, std::error_code> send(std::span<const std::byte> bytes, const Endpoint& to,
        const LocalAddress* from, std::uint32_t token) override
    {
        const auto source = from_address(from, to);
        if (!source)
            return unexpected(std::make_error_code(std::errc::network_unreachable));
        owner_.net_.send(bytes, *source, to);
        if (token != 0) {
            const auto now = owner_.clock_.now();
            owner_.timeline_.at(
                owner_.timeline_.now(), [this, alive = std::weak_ptr{alive_}, token, now] {
                    if (alive.lock())
                        user_.transmitted(token, now, StampKind::kernel);
                });
        }
        return {};
    }

    Endpoint local() const override { return bind_; }

private:
    void for_groups(const std::function<void(const Endpoint&, const Address&)>& then) const
    {
        for (const Address& group : groups_)
            for (const Endpoint& e : at_)
                then({group, bind_.port}, e.address);
    }

    std::optional<Endpoint> from_address(const LocalAddress* from, const Endpoint& to) const
    {
        for (const Endpoint& e : at_)
            if (e.address.family == to.address.family && (!from || e.address == from->address))
                return e;
        return std::nullopt;
    }

    void arrived(
        std::span<const std::byte> bytes, const Endpoint& from, const Endpoint& to) override
    {
        const std::weak_ptr alive{alive_}; // the user may close us
        user_.received({.bytes = bytes,
            .from = from,
            .to = {to.address, 1},
            .received = owner_.clock_.now(),
            .stamp = StampKind::kernel});
        if (alive.lock())
            user_.received_all();
    }

    void refused(const Endpoint& by) override
    {
        if (hears_refusals_)
            user_.refused(by, std::make_error_code(std::errc::connection_refused));
    }

    SimNetwork& owner_;
    Endpoint bind_;
    std::vector<Endpoint> at_;
    std::vector<Address> groups_;
    SocketUser& user_;
    bool hears_refusals_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

class SimNetwork::Watch final : public EventLoop::Registration {
public:
    Watch(SimNetwork& owner, std::function<void()> then) : owner_{owner}, changed{std::move(then)}
    {
        owner_.watches_.insert(this);
    }
    ~Watch() override { owner_.watches_.erase(this); }

private:
    SimNetwork& owner_;

public:
    std::function<void()> changed;
};

EventLoop::Owned SimNetwork::watch(EventLoop&, std::function<void()> changed)
{
    return std::make_unique<Watch>(*this, std::move(changed));
}

void SimNetwork::add_address(const Address& address)
{
    interfaces_.push_back({address.is_loopback() ? "lo" : "sim0", address.is_loopback() ? 2u : 1u,
        address, static_cast<std::uint8_t>(8 * address.size()), true, address.is_loopback()});
    net_.add_host(address);
    say_changed();
}

void SimNetwork::remove_address(const Address& address)
{
    std::erase_if(interfaces_, [&](const NetworkInterface& i) { return i.address == address; });
    say_changed();
}

void SimNetwork::say_changed()
{
    for (Watch* watch : std::set{watches_})
        watch->changed();
}

Result<std::unique_ptr<DatagramSocket>, std::error_code> SimNetwork::open(
    EventLoop&, const SocketOptions& options, SocketUser& user)
{
    if (options.is_link)
        return unexpected(std::make_error_code(std::errc::address_family_not_supported));
    std::vector<Endpoint> at;
    Endpoint bind = options.bind;
    while (bind.port == 0)
        bind.port = static_cast<std::uint16_t>(32768 + chance_.bits64() % 28232);
    for (const NetworkInterface& i : interfaces_)
        if (i.address.family == bind.address.family
            && (bind.address.is_any() || bind.address == i.address))
            at.push_back({i.address, bind.port});
    if (at.empty())
        return unexpected(std::make_error_code(std::errc::address_not_available));
    // A socket bound to one address goes before the wildcard one, as in the kernel.
    if (bind.address.is_any())
        std::erase_if(at, [this](const Endpoint& e) { return net_.is_bound(e); });
    else if (net_.is_bound(at.front()))
        return unexpected(std::make_error_code(std::errc::address_in_use));
    return std::unique_ptr<DatagramSocket>{
        std::make_unique<Socket>(*this, options, bind, std::move(at), user)};
}

} // namespace timeball::sim
