// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The driver of shared memory.

#include "refclock/shm.h"

#include "refclock/shm_segment.h"

#include <fmt/format.h>

namespace timeball::refclock {

namespace {

using namespace std::chrono_literals;

constexpr std::int32_t first_key = 0x4e545030; // "NTP0"
constexpr Nanoseconds oldest = 5s; // older stamps are left over from somebody
constexpr Seconds usual_limit{14400};
constexpr int tries = 3; // when the writer is at work

class Shm final : public Driver {
public:
    Shm(const config::RefclockConfig& config, const Surroundings& surroundings, DriverUser& user)
        : config_{config}, world_{surroundings}, user_{user}
    {
    }

    Result<void, std::string> open() override
    {
        const bool is_private = config_.unit < 2 || (config_.mode & 1) != 0;
        auto segment = world_.devices.open_shared_segment(key(), is_private ? 0600 : 0666);
        if (!segment)
            return unexpected(fmt::format("{}: {}", device(), segment.error().message()));
        segment_ = std::move(*segment);
        return {};
    }
    void close() override { segment_.reset(); }

    void look() override;
    std::string device() const override { return fmt::format("shared memory {:#x}", key()); }
    std::vector<std::pair<std::string, std::string>> variables() const override
    {
        return {{"good", fmt::to_string(good_)}, {"torn", fmt::to_string(torn_)},
            {"stale", fmt::to_string(stale_)}, {"refused", fmt::to_string(refused_)}};
    }

private:
    std::int32_t key() const { return first_key + config_.unit; }
    void fault(ShmFault fault);
    void take(const ShmSample& sample);

    const config::RefclockConfig& config_;
    const Surroundings& world_;
    DriverUser& user_;
    std::unique_ptr<SharedSegment> segment_;
    std::uint64_t good_ = 0, torn_ = 0, stale_ = 0, refused_ = 0;
};

void Shm::look()
{
    for (int i = 0; i < tries; ++i) {
        const ShmBytes first = segment_->copy();
        const auto sample = parse_shm(first, segment_->copy());
        if (!sample && sample.error() == ShmFault::torn) {
            ++torn_;
            continue;
        }
        if (!sample && sample.error() == ShmFault::nothing_new)
            return;
        segment_->set_word(shm_valid_word, 0);
        return sample ? take(*sample) : fault(sample.error());
    }
}

void Shm::fault(ShmFault fault)
{
    ++refused_;
    user_.complain(
        fault == ShmFault::bad_mode ? Fault::bad_format : Fault::bad_data, to_string(fault));
}

void Shm::take(const ShmSample& s)
{
    const Nanoseconds age = world_.clock.now() - s.receive;
    if (age > oldest || age < -oldest) {
        ++stale_;
        return user_.complain(
            Fault::bad_data, fmt::format("what was written is {:.0f} s old", Seconds{age}.count()));
    }
    const Nanoseconds offset = s.clock - s.receive;
    const Seconds limit = config_.time2 > 0s ? config_.time2 : usual_limit;
    if (config_.flag1 && abs(Seconds{offset}) > limit) {
        ++refused_;
        return user_.complain(Fault::bad_data,
            fmt::format("its time is {:.0f} s from ours, more than flag1 and time2 allow",
                Seconds{offset}.count()));
    }
    if (s.leap == Leap::unsynchronized) {
        ++refused_;
        return user_.complain(Fault::bad_signal, "the writer does not know the time");
    }
    ++good_;
    user_.said(fmt::format("{} {:.9f} {:+.9f}", s.count,
        Seconds{s.clock.time_since_epoch()}.count(), Seconds{offset}.count()));
    user_.take({.when = s.receive,
        .offset = offset,
        .uncertainty = s.precision.interval(),
        .leap = s.leap});
}

} // namespace

std::unique_ptr<Driver> make_shm(
    const config::RefclockConfig& config, const Surroundings& surroundings, DriverUser& user)
{
    return std::make_unique<Shm>(config, surroundings, user);
}

} // namespace timeball::refclock
