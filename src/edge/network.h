// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Datagrams: UDP sockets, the network interfaces they live on, and who opens them.

#include "base/address.h"
#include "base/result.h"
#include "edge/event_loop.h"
#include "time/time.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <vector>

namespace timeball {

enum class StampKind : std::uint8_t {
    daemon, // read by us, after the fact
    kernel,
    hardware
};

struct Datagram {
    std::span<const std::byte> bytes; // valid during the call only
    Endpoint from;
    LocalAddress to;
    Instant<Utc> received; // on the scale of the SystemClock given to the socket
    StampKind stamp = StampKind::daemon;
    Nanoseconds waited{0}; // since it was stamped, until it was fetched
    bool truncated = false; // longer than the receiver's room
};

struct SocketCounts {
    std::uint64_t received = 0, sent = 0;
    std::uint64_t send_failed = 0; // also of what was queued, when send() had said yes
    std::uint64_t wakeups = 0, good_wakeups = 0; // turns; good: there was something to read
};

// How clients are divided among sockets that share a port, by their addresses: each has one socket
// that hears all it says. Sockets count in the order in which they were opened.
struct ClientSplit {
    unsigned sockets = 1;
    std::uint32_t salt = 0; // so that nobody can choose whom to crowd
    int v4_prefix = 32, v6_prefix = 64; // what follows in an address does not count

    bool operator==(const ClientSplit&) const = default;
};

class DatagramSocket {
public:
    virtual ~DatagramSocket() = default;

    // Sends now, or at the end of the batch being received. `from` chooses the source address of an
    // unconnected socket. A nonzero `token` asks for the transmit stamp (see
    // SocketUser::transmitted).
    virtual Result<void, std::error_code> send(std::span<const std::byte> bytes, const Endpoint& to,
        const LocalAddress* from = nullptr, std::uint32_t token = 0)
        = 0;

    // Sends at once what waits for the end of the batch.
    virtual void flush() { }

    // How much may wait to be received, as SocketOptions::receive_buffer.
    virtual void set_receive_buffer(std::size_t) { }

    // When datagrams have come, more are looked for during so long before the loop sleeps.
    virtual void poll_busily(Nanoseconds) { }

    // From now on clients are divided so, for all sockets that share this one's port. False where
    // the system cannot: then it divides them by address and port.
    virtual bool split(const ClientSplit&) { return false; }

    virtual Endpoint local() const = 0; // where it is bound
    virtual SocketCounts counts() const { return {}; }
};

// Who owns a socket is told what happens on it. Called in the loop's turns.
class SocketUser {
public:
    virtual void received(const Datagram& datagram) = 0;
    // Of a batch, which may be of one or, when no more came, of none. What was sent leaves after
    // it.
    virtual void received_all() { }
    virtual void transmitted(std::uint32_t token, Instant<Utc> when, StampKind stamp) = 0;
    // What the network said about something we sent (ICMP unreachable, for example).
    virtual void refused(const Endpoint& to, std::error_code why) = 0;

protected:
    ~SocketUser() = default;
};

struct SocketOptions {
    Endpoint bind; // port 0: a random one
    // Ethernet instead of UDP, on `interface`: addresses are Address::hardware, ports ethertypes.
    bool is_link = false;
    // Multicast groups that are joined on `interface`. Others of this host may join them at the
    // same port. What we send to one is not heard by ourselves.
    std::vector<Address> groups;
    std::string interface; // bind to this device when not empty
    bool is_v6_only = true;
    bool shares_port = false; // SO_REUSEPORT, for workers
    unsigned share = 0; // which of those that share it
    bool wants_stamps = true; // kernel receive stamps, transmit stamps on request
    bool hears_refusals = false; // for who asks, not for who answers: SocketUser::refused
    int dscp = 46;
    std::size_t receive_buffer = 0; // octets; 0: the system's default
};

struct NetworkInterface {
    std::string name;
    std::uint32_t index = 0;
    Address address;
    std::uint8_t prefix_length = 0;
    bool is_up = true;
    bool is_loopback = false;
};

class Network {
public:
    virtual ~Network() = default;

    // The user outlives the socket. Sockets belong to the loop given.
    virtual Result<std::unique_ptr<DatagramSocket>, std::error_code> open(
        EventLoop& loop, const SocketOptions& options, SocketUser& user)
        = 0;

    // How many sockets are bound there already and were given to us (by a service manager, or by
    // the daemon before us). open() takes them before it makes another one.
    virtual std::size_t inherited(const Endpoint&) const { return 0; }

    virtual std::vector<NetworkInterface> interfaces() const = 0; // one entry for each address

    // Says when interfaces() may have changed. May never say anything.
    virtual EventLoop::Owned watch(EventLoop& loop, std::function<void()> changed) = 0;
};

} // namespace timeball
