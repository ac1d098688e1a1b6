// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A hardware clock as the kernel offers it.

#include "platform/hardware_clock.h"

#include "platform/file_descriptor.h"
#include "platform/stamp_scale.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

// The C library's headers before the kernel's.
#include <linux/ethtool.h>
#include <linux/ptp_clock.h>
#include <linux/sockios.h>

#include <algorithm>
#include <array>

namespace timeball::platform {

namespace {

using Method = HardwareClock::Method;
using Readings = Result<std::vector<HardwareReading>, std::error_code>;

constexpr std::array methods{Method::precise, Method::extended, Method::plain}; // best first

template <class Scale>
Instant<Scale> instant(const ptp_clock_time& time)
{
    return Instant<Scale>{std::chrono::seconds{time.sec} + Nanoseconds{time.nsec}};
}

HardwareReading reading(
    const ptp_clock_time& before, const ptp_clock_time& device, const ptp_clock_time& after)
{
    return {instant<Utc>(before), instant<Utc>(after), instant<DeviceTime>(device)};
}

// --- the three ways; on the scale of CLOCK_REALTIME ---

Readings read_precise(int fd, unsigned count)
{
    std::vector<HardwareReading> all;
    while (all.size() < count) {
        ptp_sys_offset_precise one{};
        if (ioctl(fd, PTP_SYS_OFFSET_PRECISE, &one) != 0)
            return unexpected(last_error());
        all.push_back(reading(one.sys_realtime, one.device, one.sys_realtime));
    }
    return all;
}

Readings read_extended(int fd, unsigned count)
{
    ptp_sys_offset_extended many{};
    many.n_samples = count;
    if (ioctl(fd, PTP_SYS_OFFSET_EXTENDED, &many) != 0)
        return unexpected(last_error());
    std::vector<HardwareReading> all;
    for (unsigned i = 0; i < count; ++i)
        all.push_back(reading(many.ts[i][0], many.ts[i][1], many.ts[i][2]));
    return all;
}

Readings read_plain(int fd, unsigned count)
{
    ptp_sys_offset many{};
    many.n_samples = count;
    if (ioctl(fd, PTP_SYS_OFFSET, &many) != 0)
        return unexpected(last_error());
    std::vector<HardwareReading> all;
    for (const ptp_clock_time* t = many.ts; all.size() < count; t += 2)
        all.push_back(reading(t[0], t[1], t[2]));
    return all;
}

Readings read_by(Method method, int fd, unsigned count)
{
    switch (method) {
    case Method::precise:
        return read_precise(fd, count);
    case Method::extended:
        return read_extended(fd, count);
    case Method::plain:
        break;
    }
    return read_plain(fd, count);
}

// The device or the kernel does not know it, and never will.
bool is_unknown(std::error_code error)
{
    return error == std::errc::operation_not_supported
        || error == std::errc::inappropriate_io_control_operation
        || error == std::errc::invalid_argument;
}

unsigned edges(HardwareClock::Slope slope)
{
    switch (slope) {
    case HardwareClock::Slope::rising:
        return PTP_RISING_EDGE;
    case HardwareClock::Slope::falling:
        return PTP_FALLING_EDGE;
    case HardwareClock::Slope::both:
        break;
    }
    return PTP_EXTTS_EDGES;
}

class KernelHardwareClock final : public HardwareClock {
public:
    KernelHardwareClock(FileDescriptor fd, const ptp_clock_caps& able, const HostClock& clock)
        : fd_{std::move(fd)}, able_{able}, scale_{clock}
    {
        is_known_[static_cast<std::size_t>(Method::precise)] = able.cross_timestamping != 0;
    }

    Result<std::vector<HardwareReading>, std::error_code> read(unsigned count) override
    {
        count = std::clamp<unsigned>(count, 1, PTP_MAX_SAMPLES);
        std::error_code why = std::make_error_code(std::errc::operation_not_supported);
        for (const Method method : methods) {
            bool& is_known = is_known_[static_cast<std::size_t>(method)];
            if (!is_known)
                continue;
            scale_.look();
            auto readings = read_by(method, fd_.get(), count);
            if (readings) {
                method_ = method;
                scale_.look();
                return on_clock(*std::move(readings));
            }
            why = readings.error();
            is_known = !is_unknown(why);
        }
        return unexpected(why);
    }

    Method method() const override { return method_; }

    // It is not switched off again: who comes after us may have it on already, and stamps that
    // nobody reads do no harm.
    Result<void, std::error_code> stamp_pulses(unsigned channel, Slope slope) override
    {
        if (channel >= static_cast<unsigned>(std::max(able_.n_ext_ts, 0)))
            return unexpected(std::make_error_code(std::errc::no_such_device_or_address));
        if (const auto fault = assign_pin(channel))
            return unexpected(fault);
        ptp_extts_request request{};
        request.index = channel;
        request.flags = PTP_ENABLE_FEATURE | edges(slope);
        ptp_extts_request exact = request; // exactly these edges, where the kernel can promise it
        exact.flags |= PTP_STRICT_FLAGS;
        if (ioctl(fd_.get(), PTP_EXTTS_REQUEST2, &exact) != 0
            && ioctl(fd_.get(), PTP_EXTTS_REQUEST, &request) != 0)
            return unexpected(last_error());
        channel_ = channel;
        return {};
    }

    // Reading would wait, whatever the descriptor was opened with.
    Result<std::vector<Instant<DeviceTime>>, std::error_code> pulses() override
    {
        std::vector<Instant<DeviceTime>> all;
        std::array<ptp_extts_event, 16> events;
        for (pollfd ready{fd_.get(), POLLIN, 0}; poll(&ready, 1, 0) > 0;) {
            const auto got = ::read(fd_.get(), events.data(), sizeof events);
            if (got <= 0)
                return unexpected(
                    got < 0 ? last_error() : std::make_error_code(std::errc::io_error));
            for (const auto& event :
                std::span{events}.first(static_cast<std::size_t>(got) / sizeof(ptp_extts_event)))
                if (event.index == channel_)
                    all.push_back(instant<DeviceTime>(event.t));
        }
        return all;
    }

private:
    Result<std::vector<HardwareReading>, std::error_code> on_clock(
        std::vector<HardwareReading> readings) const
    {
        for (HardwareReading& one : readings) {
            const auto before = scale_.on_clock(one.before), after = scale_.on_clock(one.after);
            if (!before || !after) // somebody stepped a clock meanwhile
                return unexpected(std::make_error_code(std::errc::resource_unavailable_try_again));
            one.before = *before;
            one.after = *after;
        }
        return readings;
    }

    // Where the pins of a device are not wired for good, one is needed that leads to the channel.
    std::error_code assign_pin(unsigned channel) const
    {
        std::optional<ptp_pin_desc> free;
        for (unsigned i = 0; i < static_cast<unsigned>(std::max(able_.n_pins, 0)); ++i) {
            ptp_pin_desc pin{};
            pin.index = i;
            if (ioctl(fd_.get(), PTP_PIN_GETFUNC, &pin) != 0)
                return last_error();
            if (pin.func == PTP_PF_EXTTS && pin.chan == channel)
                return {};
            if (pin.func == PTP_PF_NONE && !free)
                free = pin;
        }
        if (!free)
            return {}; // the request tells whether it does without
        free->func = PTP_PF_EXTTS;
        free->chan = channel;
        return ioctl(fd_.get(), PTP_PIN_SETFUNC, &*free) == 0 ? std::error_code{} : last_error();
    }

    FileDescriptor fd_;
    ptp_clock_caps able_;
    StampScale scale_;
    std::array<bool, methods.size()> is_known_{true, true, true};
    Method method_ = Method::plain; // by which it was read the last time
    unsigned channel_ = 0;
};

// Changing something, as stamping pulses does, takes a descriptor that may write.
FileDescriptor open_device(const std::string& path)
{
    constexpr int flags = O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    FileDescriptor fd{open(path.c_str(), O_RDWR | flags)};
    if (!fd && (errno == EACCES || errno == EROFS))
        fd = FileDescriptor{open(path.c_str(), O_RDONLY | flags)};
    return fd;
}

} // namespace

Result<std::string, std::error_code> hardware_clock_of(const std::string& interface)
{
    const FileDescriptor fd{socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    if (interface.size() >= IFNAMSIZ)
        return unexpected(std::make_error_code(std::errc::no_such_device));
    ethtool_ts_info able{};
    able.cmd = ETHTOOL_GET_TS_INFO;
    ifreq request{};
    std::ranges::copy(interface, request.ifr_name);
    request.ifr_data = reinterpret_cast<char*>(&able);
    if (!fd || ioctl(fd.get(), SIOCETHTOOL, &request) != 0)
        return unexpected(last_error());
    if (able.phc_index < 0)
        return unexpected(std::make_error_code(std::errc::operation_not_supported));
    return fmt::format("/dev/ptp{}", able.phc_index);
}

Result<std::unique_ptr<HardwareClock>, std::error_code> open_kernel_hardware_clock(
    const std::string& path_or_interface, const HostClock& clock)
{
    const bool is_path = path_or_interface.find('/') != std::string::npos;
    const auto path = is_path ? Result<std::string, std::error_code>{path_or_interface}
                              : hardware_clock_of(path_or_interface);
    if (!path)
        return unexpected(path.error());
    FileDescriptor fd = open_device(*path);
    ptp_clock_caps able{};
    if (!fd || ioctl(fd.get(), PTP_CLOCK_GETCAPS, &able) != 0)
        return unexpected(last_error());
    return std::unique_ptr<HardwareClock>{
        std::make_unique<KernelHardwareClock>(std::move(fd), able, clock)};
}

} // namespace timeball::platform
