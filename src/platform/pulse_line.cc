// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A pulse line as the kernel offers it.

#include "platform/pulse_line.h"

#include "platform/file_descriptor.h"
#include "platform/stamp_scale.h"

#include <fcntl.h>
#include <sys/ioctl.h>

// The C library's headers before the kernel's.
#include <linux/pps.h>

namespace timeball::platform {

namespace {

Instant<Utc> instant(const pps_ktime& time)
{
    return Instant<Utc>{std::chrono::seconds{time.sec} + Nanoseconds{time.nsec}};
}

// The capabilities of the device, or zero. Asking for both edges takes the permission to set the
// clock; without it, what was asked for before stays.
int edges_of(const FileDescriptor& fd)
{
    int able = 0;
    pps_kparams parameters{};
    if (ioctl(fd.get(), PPS_GETCAP, &able) != 0 || ioctl(fd.get(), PPS_GETPARAMS, &parameters) != 0)
        return 0;
    const int wanted = parameters.mode | (able & PPS_CAPTUREBOTH);
    if (wanted != parameters.mode) {
        pps_kparams both = parameters;
        both.api_version = PPS_API_VERS;
        both.mode = wanted;
        if (ioctl(fd.get(), PPS_SETPARAMS, &both) == 0)
            parameters.mode = wanted;
    }
    return parameters.mode & PPS_CAPTUREBOTH;
}

class KernelPulses final : public PulseLine {
public:
    KernelPulses(FileDescriptor fd, int edges, const HostClock& clock)
        : fd_{std::move(fd)}, edges_{edges}, scale_{clock}
    {
    }

    Result<State, std::error_code> read() override
    {
        pps_fdata fetched{}; // no waiting
        if (ioctl(fd_.get(), PPS_FETCH, &fetched) != 0)
            return unexpected(last_error());
        scale_.look();
        follow(seen_.assert, fetched.info.assert_sequence, fetched.info.assert_tu);
        follow(seen_.clear, fetched.info.clear_sequence, fetched.info.clear_tu);
        return seen_;
    }

    bool has_clear_edges() const override { return (edges_ & PPS_CAPTURECLEAR) != 0; }

private:
    // The same edge keeps the time that it was given at first: since then our clock has been
    // steered.
    void follow(PulseEdge& edge, std::uint32_t sequence, const pps_ktime& time) const
    {
        if (sequence == edge.sequence)
            return;
        if (const auto when = scale_.on_clock(instant(time)))
            edge = {sequence, *when};
    }

    FileDescriptor fd_;
    int edges_;
    StampScale scale_;
    State seen_;
};

} // namespace

Result<std::unique_ptr<PulseLine>, std::error_code> open_kernel_pulses(
    const std::string& path, const HostClock& clock)
{
    FileDescriptor fd{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
    if (!fd)
        return unexpected(last_error());
    errno = ENODEV;
    const int edges = edges_of(fd);
    if (edges == 0)
        return unexpected(last_error());
    return std::unique_ptr<PulseLine>{std::make_unique<KernelPulses>(std::move(fd), edges, clock)};
}

} // namespace timeball::platform
