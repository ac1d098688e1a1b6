// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The devices of this machine.

#include "edge/devices.h"
#include "platform/host_clock.h"

namespace timeball::platform {

// Loops given must be LibeventLoops.
class KernelDevices final : public Devices {
public:
    explicit KernelDevices(const HostClock& clock) : clock_{clock} { }

    Result<std::unique_ptr<PulseLine>, std::error_code> open_pulse_line(
        const std::string& path) override;
    Result<std::unique_ptr<HardwareClock>, std::error_code> open_hardware_clock(
        const std::string& path_or_interface) override;
    Result<std::unique_ptr<SharedSegment>, std::error_code> open_shared_segment(
        std::int32_t key, unsigned permissions) override;
    Result<std::unique_ptr<Stream>, std::error_code> open_serial_line(
        EventLoop& loop, const std::string& path, int baud, DeviceUser& user) override;
    Result<std::unique_ptr<Stream>, std::error_code> connect(
        EventLoop& loop, const Endpoint& server, DeviceUser& user) override;
    Result<std::unique_ptr<Mailbox>, std::error_code> open_mailbox(
        EventLoop& loop, const std::string& path, DeviceUser& user) override;

private:
    const HostClock& clock_;
};

} // namespace timeball::platform
