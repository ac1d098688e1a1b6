// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The host's network: sockets and interfaces.

#include "edge/network.h"
#include "platform/host_clock.h"

namespace timeball::platform {

// One for all threads; each call belongs to the thread of the loop given, which must be a
// LibeventLoop.
class UdpNetwork final : public Network {
public:
    explicit UdpNetwork(const HostClock& clock) : clock_{clock} { }

    Result<std::unique_ptr<DatagramSocket>, std::error_code> open(
        EventLoop& loop, const SocketOptions& options, SocketUser& user) override;
    std::vector<NetworkInterface> interfaces() const override;
    EventLoop::Owned watch(EventLoop& loop, std::function<void()> changed) override;

private:
    const HostClock& clock_;
};

} // namespace timeball::platform
