// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "refclock/gpsd.h"

#include "refclock/gpsd_json.h"
#include "refclock/line_cutter.h"
#include "refclock/pulse_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace timeball::refclock {

using namespace std::chrono_literals;

namespace {

constexpr std::uint16_t port = 2947;
constexpr std::size_t longest_line = 16384; // gpsd's own limit is 10240
constexpr int first_twin = 128;

enum class Mode : std::uint8_t { sentences, pulses, automatic }; // as `mode` counts them

// gpsd stamps sentences itself (TOFF) since 3.20; of an older one there is only when its report
// came. So many reports without a stamp tell the two apart.
constexpr int reports_without_stamp = 3;
constexpr int quiet_looks = 60; // until sentences stand in for pulses
constexpr Seconds unknown_lag{1}, known_lag{0.1}, unknown_spread{500e-6};

class Gpsd final : public Driver, private DeviceUser {
public:
    Gpsd(const config::RefclockConfig& config, const Surroundings& surroundings, DriverUser& user)
        : config_{config},
          mode_{mode_of(config)},
          device_{!config.path.empty() ? config.path
                                       : fmt::format("/dev/gps{}", config.unit % first_twin)},
          world_{surroundings},
          user_{user}
    {
    }

    Result<void, std::string> open() override;
    void close() override { stream_.reset(); }
    void look() override;

    std::string device() const override { return device_; }
    Precision precision() const override
    {
        return mode_ == Mode::sentences ? Precision{-9} : Precision{-20};
    }
    std::vector<std::pair<std::string, std::string>> variables() const override;

private:
    static Mode mode_of(const config::RefclockConfig& config)
    {
        if (config.unit >= first_twin)
            return Mode::pulses;
        if (config.flag2) // pulses are not to be looked at
            return Mode::sentences;
        return config.mode == 1 ? Mode::pulses
            : config.mode == 2  ? Mode::automatic
                                : Mode::sentences;
    }
    std::string server() const
    {
        return to_string(Endpoint{Address::loopback(Family::ipv4), port});
    }

    void opened() override;
    void received(std::span<const std::byte> bytes, Instant<Utc> when) override;
    void closed(std::error_code why) override
    {
        user_.lost(fmt::format("gpsd at {}: {}", server(), why.message()));
    }

    void take(const GpsdOther&, Instant<Utc>) { }
    void take(const GpsdVersion& version, Instant<Utc> when);
    void take(const GpsdDevice& device, Instant<Utc> when);
    void take(const GpsdFix& fix, Instant<Utc> when);
    void take(const GpsdPair& pair, Instant<Utc> when);
    void take(const GpsdSky& sky, Instant<Utc> when);
    void take(const GpsdError& error, Instant<Utc> when);

    void take_sentence(std::string_view kind, Instant<Utc> said, Instant<Utc> when);
    void take_pulse(const GpsdPair& pair);
    void tell(std::string_view kind, const Reading& reading);
    void complain(Fault fault, std::string what);

    const config::RefclockConfig& config_; // time1 and time2 may change
    Mode mode_;
    std::string device_;
    Surroundings world_;
    DriverUser& user_;

    LineCutter cutter_{longest_line, 0ns};
    bool has_fix_ = false;
    int reports_ = 0; // since the last stamp of a sentence
    PulseFilter pulse_filter_;
    std::uint32_t sequence_ = 0; // of pulses
    int looks_without_pulse_ = 0;
    std::string release_;
    std::optional<GpsdSky> sky_;
    struct Counts {
        std::uint64_t sentences = 0, pulses = 0, bad = 0, no_fix = 0;
    } counts_;
    std::vector<std::string> complaints_; // made since it was good
    std::unique_ptr<Stream> stream_; // last: it calls us
};

Result<void, std::string> Gpsd::open()
{
    cutter_ = LineCutter{longest_line, 0ns};
    has_fix_ = false;
    reports_ = looks_without_pulse_ = 0;
    pulse_filter_ = {};
    complaints_.clear();
    auto stream
        = world_.devices.connect(world_.loop, {Address::loopback(Family::ipv4), port}, *this);
    if (!stream)
        return unexpected(fmt::format("gpsd at {}: {}", server(), stream.error().message()));
    stream_ = std::move(*stream);
    return {};
}

void Gpsd::opened()
{
    const std::string watch = gpsd_watch(device_);
    if (const auto written = stream_->write(std::as_bytes(std::span{watch})); !written)
        closed(written.error());
}

void Gpsd::received(std::span<const std::byte> bytes, Instant<Utc> when)
{
    const auto dropped = cutter_.dropped();
    for (const DeviceLine& line : cutter_.take(bytes, when)) {
        const auto message = parse_gpsd(line.text);
        if (message) {
            std::visit([&](const auto& m) { take(m, when); }, *message);
        } else {
            ++counts_.bad;
            if (message.error() == GpsdFault::bad_format)
                complain(Fault::bad_format, "what gpsd says is not its language");
            else
                complain(Fault::bad_data, "gpsd told an impossible time");
        }
    }
    if (cutter_.dropped() != dropped)
        complain(Fault::bad_format, "what gpsd says is not its language");
}

void Gpsd::take(const GpsdVersion& version, Instant<Utc>)
{
    release_ = version.release;
    if (version.major != 3)
        complain(Fault::bad_format,
            fmt::format("gpsd {} speaks version {}.{} of its language; 3 is understood",
                version.release, version.major, version.minor));
}

void Gpsd::take(const GpsdDevice& device, Instant<Utc>)
{
    if (device.path == device_ && !device.is_active)
        complain(Fault::fault, fmt::format("gpsd has lost {}", device_));
}

void Gpsd::take(const GpsdFix& fix, Instant<Utc> when)
{
    if (fix.device != device_)
        return;
    has_fix_ = fix.mode >= 2;
    if (!has_fix_) {
        ++counts_.no_fix;
        return complain(Fault::bad_signal, "the receiver has no fix");
    }
    if (fix.time && ++reports_ > reports_without_stamp)
        take_sentence("TPV", *fix.time, when);
}

void Gpsd::take(const GpsdPair& pair, Instant<Utc>)
{
    if (pair.device != device_)
        return;
    if (!pair.is_pulse)
        reports_ = 0;
    if (!has_fix_)
        return;
    if (!pair.is_pulse)
        take_sentence("TOFF", pair.real, pair.clock);
    else if (mode_ != Mode::sentences)
        take_pulse(pair);
}

void Gpsd::take(const GpsdSky& sky, Instant<Utc>)
{
    if (sky.device == device_)
        sky_ = sky;
}

void Gpsd::take(const GpsdError& error, Instant<Utc>)
{
    complain(Fault::fault, fmt::format("gpsd says: {}", error.message));
}

void Gpsd::take_sentence(std::string_view kind, Instant<Utc> said, Instant<Utc> when)
{
    ++counts_.sentences;
    const bool stands_in = mode_ == Mode::automatic && looks_without_pulse_ >= quiet_looks;
    if (mode_ != Mode::sentences && !stands_in)
        return;
    const Seconds late = config_.time2;
    tell(kind,
        {.when = when,
            .offset = said - when + rounded(late),
            .uncertainty = late == Seconds{0} ? unknown_lag : known_lag});
}

// gpsd knows which second it is.
void Gpsd::take_pulse(const GpsdPair& pair)
{
    ++counts_.pulses;
    looks_without_pulse_ = 0;
    if (pulse_filter_.push({++sequence_, pair.clock}) != PulseFilter::Verdict::good)
        return;
    const auto spread = pulse_filter_.spread();
    tell("PPS",
        {.when = pair.clock,
            .offset = pair.real - pair.clock + rounded(config_.time1),
            .uncertainty = spread ? 3 * *spread : unknown_spread});
}

void Gpsd::tell(std::string_view kind, const Reading& reading)
{
    if (mode_ != Mode::automatic || kind == "PPS") // or else the pulses are still missed
        complaints_.clear();
    user_.said(fmt::format("{} {:+.9f}", kind, Seconds{reading.offset}.count()));
    user_.take(reading);
}

void Gpsd::look()
{
    looks_without_pulse_ = std::min(looks_without_pulse_ + 1, quiet_looks);
    if (mode_ != Mode::sentences && has_fix_ && looks_without_pulse_ == quiet_looks)
        complain(Fault::no_reply,
            mode_ == Mode::automatic ? "gpsd tells of no pulses; sentences stand in for them"
                                     : "gpsd tells of no pulses");
}

// Once each, until it is good again.
void Gpsd::complain(Fault fault, std::string what)
{
    if (std::find(complaints_.begin(), complaints_.end(), what) != complaints_.end())
        return;
    user_.complain(fault, what);
    if (complaints_.size() < 16) // what gpsd says of errors is its own
        complaints_.push_back(std::move(what));
}

std::vector<std::pair<std::string, std::string>> Gpsd::variables() const
{
    std::vector<std::pair<std::string, std::string>> list{{"gpsd", release_},
        {"sentences", fmt::to_string(counts_.sentences)},
        {"pulses", fmt::to_string(counts_.pulses)}, {"bad", fmt::to_string(counts_.bad)},
        {"nofix", fmt::to_string(counts_.no_fix)}};
    if (sky_)
        list.emplace_back("satellites", fmt::format("{} of {}", sky_->used, sky_->seen));
    return list;
}

} // namespace

std::unique_ptr<Driver> make_gpsd(
    const config::RefclockConfig& config, const Surroundings& surroundings, DriverUser& user)
{
    return std::make_unique<Gpsd>(config, surroundings, user);
}

} // namespace timeball::refclock
