// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Devices that tell the time, and who opens them. What is only read (a pulse line, a hardware
// clock, shared memory) answers at once; what speaks (a stream, a mailbox) calls its user in the
// loop's turns. All instants are on the scale of the SystemClock. Used by the control loop only.

#include "base/address.h"
#include "base/result.h"
#include "edge/event_loop.h"
#include "time/time.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <vector>

namespace timeball {

struct DeviceTime { }; // what a device calls the time: UTC or TAI, that is for its reader to know

// --- pulses: RFC 2783, /dev/ppsN ---

struct PulseEdge {
    std::uint32_t sequence = 0; // as it was: there was no other one since
    Instant<Utc> when{};
};

class PulseLine {
public:
    struct State {
        PulseEdge assert, clear; // the last ones
    };
    virtual ~PulseLine() = default;
    virtual Result<State, std::error_code> read() = 0;
    virtual bool has_clear_edges() const = 0;
};

// --- hardware clocks: /dev/ptpN ---

struct HardwareReading {
    Instant<Utc> before, after; // the clock was read between them; equal where hardware tells both
    Instant<DeviceTime> device;
};

class HardwareClock {
public:
    enum class Method : std::uint8_t { plain, extended, precise }; // PTP_SYS_OFFSET...
    enum class Slope : std::uint8_t { rising, falling, both };

    virtual ~HardwareClock() = default;

    // At most `count`, oldest first, by the best method that works; another one is tried when that
    // fails.
    virtual Result<std::vector<HardwareReading>, std::error_code> read(unsigned count) = 0;
    virtual Method method() const = 0;

    // External time stamps of a channel, by the device's own time.
    virtual Result<void, std::error_code> stamp_pulses(unsigned channel, Slope slope) = 0;
    virtual Result<std::vector<Instant<DeviceTime>>, std::error_code> pulses() = 0; // since then
};

// --- memory that another process writes: a System V segment ---

class SharedSegment {
public:
    static constexpr std::size_t size = 96;
    virtual ~SharedSegment() = default;
    virtual std::array<std::byte, size> copy() = 0; // it may be written to meanwhile
    virtual void set_word(std::size_t offset, std::int32_t value) = 0;
};

// --- what speaks ---

class DeviceUser {
public:
    virtual void received(std::span<const std::byte> bytes, Instant<Utc> when) = 0;
    virtual void opened() { } // a stream that had to be connected first
    // Nothing more will come. The stream is of no use; it is not destroyed within this call.
    virtual void closed(std::error_code why) = 0;

protected:
    ~DeviceUser() = default;
};

class Stream {
public:
    virtual ~Stream() = default;
    virtual Result<void, std::error_code> write(std::span<const std::byte> bytes) = 0;
};

// Datagrams of processes of this machine (a Unix socket with a name); removed when destroyed.
class Mailbox {
public:
    virtual ~Mailbox() = default;
};

class Devices {
public:
    virtual ~Devices() = default;

    virtual Result<std::unique_ptr<PulseLine>, std::error_code> open_pulse_line(
        const std::string& path)
        = 0;
    // By path, or by the name of a network interface that has one.
    virtual Result<std::unique_ptr<HardwareClock>, std::error_code> open_hardware_clock(
        const std::string& path_or_interface)
        = 0;
    // Made when there is none, with these permissions.
    virtual Result<std::unique_ptr<SharedSegment>, std::error_code> open_shared_segment(
        std::int32_t key, unsigned permissions)
        = 0;
    // Raw, eight bits, no parity, one stop bit. The user outlives what is opened here and below.
    virtual Result<std::unique_ptr<Stream>, std::error_code> open_serial_line(
        EventLoop& loop, const std::string& path, int baud, DeviceUser& user)
        = 0;
    virtual Result<std::unique_ptr<Stream>, std::error_code> connect(
        EventLoop& loop, const Endpoint& server, DeviceUser& user)
        = 0;
    virtual Result<std::unique_ptr<Mailbox>, std::error_code> open_mailbox(
        EventLoop& loop, const std::string& path, DeviceUser& user)
        = 0;
};

} // namespace timeball
