// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The simulated internet: paths with delay, jitter, loss and duplication, each direction its own,
// and sockets at their ends. Reordering comes by itself where jitter does.

#include "base/address.h"
#include "edge/network.h"
#include "sim/sim_clock.h"
#include "sim/timeline.h"

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace timeball::sim {

// How the time in queues is distributed about its mean.
enum class Queue : std::uint8_t {
    exponential,
    heavy_tailed, // Pareto: usually short, sometimes very long
    uneven, // the product of two exponentials: often next to nothing, and a longer tail
    normal // as much below `delay` as above, with this standard deviation: no queue at all
};

// A time of day with more traffic, again and again.
struct RushHour {
    Seconds delay{0}; // on top of the usual
    Nanoseconds every{0}; // counted from the epoch; 0: never
    Nanoseconds lasts{0};
};

// One direction of a path.
struct Path {
    Seconds delay{0.020}; // at least
    Seconds jitter{0}; // mean of what comes on top
    Queue queue = Queue::exponential;
    double loss = 0;
    double duplication = 0;
    RushHour rush_hour;
};

// Somebody at an address and port. Called when a datagram arrives.
class Receiver {
public:
    virtual void arrived(std::span<const std::byte> bytes, const Endpoint& from, const Endpoint& to)
        = 0;
    virtual void refused(const Endpoint& by) = 0; // the port there is closed

protected:
    ~Receiver() = default;
};

class SimNet {
public:
    SimNet(Timeline& timeline, Chance chance) : timeline_{timeline}, chance_{chance} { }

    Path& all_paths() { return default_; } // unless set otherwise below
    Path& path(const Address& from, const Address& to); // this direction only
    void cut(const Address& host, bool is_cut)
    {
        is_cut ? void(cut_.insert(host)) : void(cut_.erase(host));
    }

    void add_host(const Address& address) { hosts_.insert(address); }
    bool bind(const Endpoint& at, Receiver& receiver); // false: in use
    void unbind(const Endpoint& at) { receivers_.erase(at); }
    bool is_bound(const Endpoint& at) const { return receivers_.contains(at); }

    // Who has joined a group at a port is sent what is sent to it, each by a path of its own.
    void join(const Endpoint& group, const Address& member) { members_.emplace(group, member); }
    void leave(const Endpoint& group, const Address& member) { members_.erase({group, member}); }

    void send(std::span<const std::byte> bytes, const Endpoint& from, const Endpoint& to);

    std::uint64_t sent() const { return sent_; }
    // Sees every datagram when it is sent.
    std::function<void(std::span<const std::byte>, const Endpoint& from, const Endpoint& to)> tap;

private:
    void send_to(std::span<const std::byte> bytes, const Endpoint& from, const Endpoint& to);
    Seconds queueing(const Path& path);
    bool is_busy(const RushHour& hour) const;
    void launch(const std::vector<std::byte>& bytes, const Endpoint& from, const Endpoint& to,
        const Path& path);
    void deliver(std::span<const std::byte> bytes, const Endpoint& from, const Endpoint& to);

    Timeline& timeline_;
    Chance chance_;
    Path default_;
    std::map<std::pair<Address, Address>, Path> paths_;
    std::set<Address> hosts_, cut_;
    std::map<Endpoint, Receiver*> receivers_;
    std::set<std::pair<Endpoint, Address>> members_;
    std::uint64_t sent_ = 0;
};

// The network as one node sees it.
class SimNetwork final : public Network {
public:
    SimNetwork(SimNet& net, Timeline& timeline, SimClock& clock, Chance chance)
        : net_{net}, timeline_{timeline}, clock_{clock}, chance_{chance}
    {
    }

    void add_address(const Address& address);
    void remove_address(const Address& address);
    std::size_t open_sockets() const { return open_; }

    Result<std::unique_ptr<DatagramSocket>, std::error_code> open(
        EventLoop& loop, const SocketOptions& options, SocketUser& user) override;
    std::vector<NetworkInterface> interfaces() const override { return interfaces_; }
    EventLoop::Owned watch(EventLoop& loop, std::function<void()> changed) override;

private:
    class Socket;
    class Watch;
    void say_changed();

    SimNet& net_;
    Timeline& timeline_;
    SimClock& clock_;
    Chance chance_;
    std::vector<NetworkInterface> interfaces_;
    std::set<Watch*> watches_;
    std::size_t open_ = 0;
};

} // namespace timeball::sim
