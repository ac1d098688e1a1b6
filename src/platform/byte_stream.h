// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What speaks in octets: a serial line, a TCP connection.

#include "edge/devices.h"
#include "platform/file_descriptor.h"
#include "platform/host_clock.h"
#include "platform/libevent_loop.h"

#include <memory>
#include <string>

namespace timeball::platform {

// Octets are stamped when the loop comes to read them.
class ByteStream final : public Stream {
public:
    enum class Is { open, connecting };
    // `fd` does not block.
    ByteStream(
        FileDescriptor fd, Is is, LibeventLoop& loop, const HostClock& clock, DeviceUser& user);
    ~ByteStream() override;

    // All of it or nothing that one could go on with: what we say to devices is short.
    Result<void, std::error_code> write(std::span<const std::byte> bytes) override;

private:
    void connected();
    void receive();
    void close(std::error_code why);

    LibeventLoop& loop_;
    const HostClock& clock_;
    DeviceUser& user_;
    FileDescriptor fd_;
    bool* is_gone_ = nullptr; // while the user is being told something, who may end us
    EventLoop::Owned ready_;
};

Result<std::unique_ptr<Stream>, std::error_code> open_serial_stream(LibeventLoop& loop,
    const HostClock& clock, const std::string& path, int baud, DeviceUser& user);
Result<std::unique_ptr<Stream>, std::error_code> connect_stream(
    LibeventLoop& loop, const HostClock& clock, const Endpoint& server, DeviceUser& user);

} // namespace timeball::platform
