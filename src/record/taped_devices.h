// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Devices on tape: they have numbers in the order in which they were opened. What is read is asked;
// what they say by themselves is a turn each.

#include "edge/devices.h"
#include "record/line.h"
#include "record/tape.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace timeball::record {

class TapedDevices final : public Devices {
public:
    // `world` is null in a replay, and where there are none: then none can be opened. `loop` is the
    // world's, and null in a replay.
    TapedDevices(Tape& tape, Devices* world, EventLoop* loop)
        : tape_{tape}, world_{world}, loop_{loop}
    {
    }

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

    // Replays what a device said; false when there is none of that number.
    bool happen(std::string_view what, std::uint64_t device, Words& words);

private:
    // What a device that speaks is to the world, while it lasts.
    class Ear;
    class TapedStream;
    class TapedMailbox;

    template <class Device>
    using Opened = Result<std::unique_ptr<Device>, std::error_code>;
    template <class Taped, class Device, class Ask>
    Opened<Device> open(const Line& question, Ask in_world);
    template <class Taped, class Device, class Ask>
    Opened<Device> open_speaker(const Line& question, DeviceUser& user, Ask in_world);

    Tape& tape_;
    Devices* world_;
    EventLoop* loop_;
    std::uint64_t last_ = 0;
    std::map<std::uint64_t, Ear*> ears_;
};

} // namespace timeball::record
