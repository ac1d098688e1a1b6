// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The host's network: sockets and interfaces.

#include "edge/network.h"
#include "platform/hardware_stamps.h"
#include "platform/host_clock.h"
#include "platform/socket_stock.h"

#include <set>

namespace timeball::platform {

// One for all threads; each call belongs to the thread of the loop given, which must be a
// LibeventLoop.
class UdpNetwork final : public Network {
public:
    explicit UdpNetwork(const HostClock& clock) : clock_{clock} { }

    Result<std::unique_ptr<DatagramSocket>, std::error_code> open(
        EventLoop& loop, const SocketOptions& options, SocketUser& user) override;
    std::size_t inherited(const Endpoint& at) const override { return stock_.count(at); }
    std::vector<NetworkInterface> interfaces() const override;
    EventLoop::Owned watch(EventLoop& loop, std::function<void()> changed) override;

    SocketStock& stock() { return stock_; }

    // Sockets that are opened from now on ask these cards, which stay until the end.
    void stamp_by(std::unique_ptr<HardwareStamps> cards) { cards_ = std::move(cards); }

    // Other names for the sockets that are open at a port that was chosen: another process can be
    // given them. From any thread.
    std::vector<BoundSocket> bound() const;

private:
    class Listing;

    const HostClock& clock_;
    SocketStock stock_;
    std::unique_ptr<HardwareStamps> cards_;
    mutable std::mutex lock_; // of the list
    std::set<const Listing*> listed_;
};

} // namespace timeball::platform
