// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "refclock/phc.h"

#include "refclock/continuity.h"
#include "refclock/hardware_reading.h"

#include <fmt/format.h>

#include <utility>

namespace timeball::refclock {

using namespace std::chrono_literals;

namespace {

constexpr unsigned readings_per_look = 10;

const char* name_of(HardwareClock::Method method)
{
    switch (method) {
    case HardwareClock::Method::plain:
        return "plain";
    case HardwareClock::Method::extended:
        return "extended";
    case HardwareClock::Method::precise:
        return "precise";
    }
    return "";
}

class Phc final : public Driver {
public:
    Phc(const config::RefclockConfig& config, const Surroundings& surroundings, DriverUser& user)
        : path_{config.path.empty() ? fmt::format("/dev/ptp{}", config.unit) : config.path},
          told_{config.tai},
          world_{surroundings},
          user_{user}
    {
    }

    Result<void, std::string> open() override;
    void close() override { clock_.reset(); }
    void look() override;

    std::string device() const override { return path_; }
    Precision precision() const override { return Precision{-24}; }
    std::vector<std::pair<std::string, std::string>> variables() const override;

private:
    bool is_usable(const HardwareReading& reading);
    void choose_scale(Nanoseconds ahead);
    Nanoseconds tai_minus_utc();
    void take(const HardwareReading& reading);

    std::string path_;
    std::optional<int> told_; // TAI minus UTC, as configured
    Surroundings world_;
    DriverUser& user_;
    std::unique_ptr<HardwareClock> clock_;
    Continuity continuity_;
    bool is_frozen_ = false; // said so
    std::optional<bool> is_tai_; // once there was something to judge by
    std::chrono::seconds tai_{0}; // as last known; 0: it shows UTC
    std::uint64_t looks_ = 0, left_out_ = 0;
    Nanoseconds window_{0}; // of the last reading
};

Result<void, std::string> Phc::open()
{
    auto clock = world_.devices.open_hardware_clock(path_);
    if (!clock)
        return unexpected(fmt::format("{}: {}", path_, clock.error().message()));
    clock_ = std::move(*clock);
    continuity_ = {};
    is_frozen_ = false;
    is_tai_.reset();
    return {};
}

void Phc::look()
{
    const auto readings = clock_->read(readings_per_look);
    if (!readings)
        return user_.lost(fmt::format("{}: {}", path_, readings.error().message()));
    const auto reading = best(*readings);
    if (!reading)
        return;
    ++looks_;
    if (!is_usable(*reading)) {
        ++left_out_;
        return;
    }
    if (!is_tai_)
        choose_scale(reading->device.time_since_epoch() - middle(*reading).time_since_epoch());
    take(*reading);
}

bool Phc::is_usable(const HardwareReading& reading)
{
    const auto when = middle(reading);
    const auto age = world_.clock.now() - when;
    const auto verdict = continuity_.push({reading.device, when, world_.loop.now() - age});
    const bool was_frozen = std::exchange(is_frozen_, verdict == Continuity::Verdict::frozen);
    if (is_frozen_ && !was_frozen)
        user_.complain(Fault::fault, "the clock stands still");
    if (verdict == Continuity::Verdict::jumped)
        user_.complain(Fault::bad_data,
            fmt::format("the clock jumped by {:+.6f} s", Seconds{continuity_.jump()}.count()));
    return verdict == Continuity::Verdict::steady;
}

// By whichever our own clock is nearer to, so it has to be right to some seconds.
void Phc::choose_scale(Nanoseconds ahead)
{
    const auto known = world_.tai_offset();
    is_tai_
        = told_ ? *told_ != 0 : known && std::chrono::abs(ahead - *known) < std::chrono::abs(ahead);
    if (!told_)
        user_.remark(
            *is_tai_ ? fmt::format("{} shows TAI", path_) : fmt::format("{} shows UTC", path_));
}

Nanoseconds Phc::tai_minus_utc()
{
    if (told_)
        tai_ = std::chrono::seconds{*told_};
    else if (*is_tai_)
        tai_ = world_.tai_offset().value_or(tai_);
    return tai_;
}

void Phc::take(const HardwareReading& reading)
{
    const auto when = middle(reading);
    window_ = window(reading);
    const Reading taken{.when = when,
        .offset = reading.device.time_since_epoch() - tai_minus_utc() - when.time_since_epoch(),
        .uncertainty = Seconds{window_} / 2 + precision().interval()};
    user_.said(fmt::format("{}.{:09} {} {}", reading.device.time_since_epoch() / 1s,
        (reading.device.time_since_epoch() % 1s).count(), tai_.count(), window_.count()));
    user_.take(taken);
}

std::vector<std::pair<std::string, std::string>> Phc::variables() const
{
    return {{"scale",
                !is_tai_       ? ""
                    : *is_tai_ ? "TAI"
                               : "UTC"},
        {"taioffset", fmt::to_string(tai_.count())},
        {"method", clock_ ? name_of(clock_->method()) : ""},
        {"window", fmt::format("{:.9f}", Seconds{window_}.count())},
        {"looks", fmt::to_string(looks_)}, {"leftout", fmt::to_string(left_out_)}};
}

} // namespace

std::unique_ptr<Driver> make_phc(
    const config::RefclockConfig& config, const Surroundings& surroundings, DriverUser& user)
{
    return std::make_unique<Phc>(config, surroundings, user);
}

} // namespace timeball::refclock
