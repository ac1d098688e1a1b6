// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The devices of this machine.

#include "platform/kernel_devices.h"

#include "platform/byte_stream.h"
#include "platform/hardware_clock.h"
#include "platform/libevent_loop.h"
#include "platform/pulse_line.h"
#include "platform/shared_segment.h"
#include "platform/unix_mailbox.h"

#include <cassert>

namespace timeball::platform {

namespace {

LibeventLoop& own(EventLoop& loop)
{
    auto* const found = dynamic_cast<LibeventLoop*>(&loop);
    assert(found);
    return *found;
}

} // namespace

Result<std::unique_ptr<PulseLine>, std::error_code> KernelDevices::open_pulse_line(
    const std::string& path)
{
    return open_kernel_pulses(path, clock_);
}

Result<std::unique_ptr<HardwareClock>, std::error_code> KernelDevices::open_hardware_clock(
    const std::string& path_or_interface)
{
    return open_kernel_hardware_clock(path_or_interface, clock_);
}

Result<std::unique_ptr<SharedSegment>, std::error_code> KernelDevices::open_shared_segment(
    std::int32_t key, unsigned permissions)
{
    return open_system_segment(key, permissions);
}

Result<std::unique_ptr<Stream>, std::error_code> KernelDevices::open_serial_line(
    EventLoop& loop, const std::string& path, int baud, DeviceUser& user)
{
    return open_serial_stream(own(loop), clock_, path, baud, user);
}

Result<std::unique_ptr<Stream>, std::error_code> KernelDevices::connect(
    EventLoop& loop, const Endpoint& server, DeviceUser& user)
{
    return connect_stream(own(loop), clock_, server, user);
}

Result<std::unique_ptr<Mailbox>, std::error_code> KernelDevices::open_mailbox(
    EventLoop& loop, const std::string& path, DeviceUser& user)
{
    return open_unix_mailbox(own(loop), clock_, path, user);
}

} // namespace timeball::platform
