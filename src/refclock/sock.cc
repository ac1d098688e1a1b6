// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The driver of sockets.

#include "refclock/sock.h"

#include "refclock/sock_sample.h"

#include <fmt/format.h>

namespace timeball::refclock {

namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds oldest = 5s; // older samples belong to another time line
constexpr Seconds claim{1e-6}; // stamps have microseconds, and say nothing of their error

class Sock final : public Driver, private DeviceUser {
public:
    Sock(const config::RefclockConfig& config, const Surroundings& surroundings, DriverUser& user)
        : path_{config.path.empty() ? fmt::format("/run/timeball/sock{}", config.unit)
                                    : config.path},
          world_{surroundings},
          user_{user}
    {
    }

    Result<void, std::string> open() override
    {
        auto mailbox = world_.devices.open_mailbox(world_.loop, path_, *this);
        if (!mailbox)
            return unexpected(fmt::format("{}: {}", path_, mailbox.error().message()));
        mailbox_ = std::move(*mailbox);
        return {};
    }
    void close() override { mailbox_.reset(); }

    std::string device() const override { return path_; }
    std::vector<std::pair<std::string, std::string>> variables() const override
    {
        return {{"good", fmt::to_string(good_)}, {"stale", fmt::to_string(stale_)},
            {"refused", fmt::to_string(refused_)}};
    }

private:
    void received(std::span<const std::byte> bytes, Instant<Utc> when) override;
    void closed(std::error_code why) override
    {
        user_.lost(fmt::format("{}: {}", path_, why.message()));
    }

    std::string path_;
    const Surroundings& world_;
    DriverUser& user_;
    std::uint64_t good_ = 0, stale_ = 0, refused_ = 0;
    std::unique_ptr<Mailbox> mailbox_; // last: it calls us
};

void Sock::received(std::span<const std::byte> bytes, Instant<Utc> when)
{
    const auto s = parse_sock(bytes);
    if (!s) {
        ++refused_;
        const bool is_foreign
            = s.error() == SockFault::bad_size || s.error() == SockFault::bad_magic;
        return user_.complain(
            is_foreign ? Fault::bad_format : Fault::bad_data, to_string(s.error()));
    }
    const Nanoseconds age = when - s->when;
    if (age > oldest || age < -oldest) {
        ++stale_;
        return user_.complain(
            Fault::bad_data, fmt::format("a sample is {:.0f} s old", Seconds{age}.count()));
    }
    if (s->leap == Leap::unsynchronized) {
        ++refused_;
        return user_.complain(Fault::bad_signal, "the sender does not know the time");
    }
    ++good_;
    user_.said(fmt::format("{:.6f} {:+.9f} {}", Seconds{s->when.time_since_epoch()}.count(),
        Seconds{s->offset}.count(), s->is_pulse ? "pulse" : "time"));
    user_.take({.when = s->when,
        .offset = s->offset,
        .uncertainty = claim,
        .leap = s->leap,
        .is_pulse = s->is_pulse});
}

} // namespace

std::unique_ptr<Driver> make_sock(
    const config::RefclockConfig& config, const Surroundings& surroundings, DriverUser& user)
{
    return std::make_unique<Sock>(config, surroundings, user);
}

} // namespace timeball::refclock
