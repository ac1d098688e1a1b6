// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "refclock/nmea.h"

#include "refclock/line_cutter.h"
#include "refclock/nmea_clock.h"
#include "refclock/pulse_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace timeball::refclock {

using namespace std::chrono_literals;

namespace {

// Bits of `mode`.
enum Mode : unsigned {
    rmc = 0x1,
    gga = 0x2,
    gll = 0x4,
    zda = 0x8, // and ZDG
    baud_bits = 0x70,
    log_fractions = 0x80,
    pgrmf = 0x100,
    log_counters = 0x10000
};

constexpr std::size_t longest_line = 200; // the standard has 82, Garmin and others have more
constexpr int silent_looks = 5;
constexpr int holdover_looks = 600; // our clock alone is better than sentences for so long
constexpr int counted_looks = 64; // between two lines of counters

// How late a sentence ends: anything within the second, until time2 tells.
constexpr Seconds middle_lag{0.5};
// Between a pulse and where the sentence says that it was; beyond it, it could as well be its
// neighbor.
constexpr Seconds near_middle{0.48}, near_known{0.4};
constexpr Seconds unknown_lag{1}, known_lag{0.1}, unknown_spread{500e-6};
constexpr Nanoseconds stale_after = 1500ms; // an edge that was there before the receiver spoke

NmeaClock::Kinds kinds_of(unsigned mode)
{
    const auto bit = [](NmeaKind kind) { return 1U << static_cast<unsigned>(kind); };
    NmeaClock::Kinds kinds = 0;
    if (mode & rmc)
        kinds |= bit(NmeaKind::rmc);
    if (mode & gga)
        kinds |= bit(NmeaKind::gga);
    if (mode & gll)
        kinds |= bit(NmeaKind::gll);
    if (mode & zda)
        kinds |= bit(NmeaKind::zda) | bit(NmeaKind::zdg);
    if (mode & pgrmf)
        kinds |= bit(NmeaKind::pgrmf);
    return kinds ? kinds : ~0U;
}

int baud_of(const config::RefclockConfig& config)
{
    constexpr std::array speeds{9600, 9600, 19200, 38400, 57600, 115200, 9600, 9600};
    return config.baud ? config.baud
                       : speeds[(static_cast<unsigned>(config.mode) & baud_bits) >> 4];
}

// A constant of eras was meant to put the receiver's date right, which is done anyway.
Seconds without_eras(Seconds constant)
{
    return Seconds{std::remainder(constant.count(), Seconds{gps_era}.count())};
}

class Nmea final : public Driver, private DeviceUser {
public:
    Nmea(const config::RefclockConfig& config, const Surroundings& surroundings, DriverUser& user)
        : config_{config},
          mode_{static_cast<unsigned>(config.mode)},
          path_{config.path.empty() ? fmt::format("/dev/gps{}", config.unit) : config.path},
          baud_{baud_of(config)},
          world_{surroundings},
          user_{user}
    {
    }

    Result<void, std::string> open() override;
    void close() override
    {
        stream_.reset();
        pulses_.reset();
    }
    void look() override;

    std::string device() const override { return path_; }
    Precision precision() const override { return config_.flag1 ? Precision{-20} : Precision{-9}; }
    std::vector<std::pair<std::string, std::string>> variables() const override;

private:
    Result<void, std::string> open_pulses();
    void received(std::span<const std::byte> bytes, Instant<Utc> when) override;
    void closed(std::error_code why) override
    {
        user_.lost(fmt::format("{}: {}", path_, why.message()));
    }
    void take(const DeviceLine& line);
    void take(NmeaFault fault);
    void take(NmeaPass pass);
    void take_pulse(Instant<Utc> told, Instant<Utc> ended);
    std::string timecode(const DeviceLine& line) const;
    void complain(Fault fault, std::string what);

    const config::RefclockConfig& config_; // time1, time2 and flag4 may change
    unsigned mode_;
    std::string path_;
    int baud_;
    Surroundings world_;
    DriverUser& user_;

    LineCutter cutter_{0, 0ns};
    NmeaClock clock_{0};
    std::string pulse_path_;
    PulseFilter pulse_filter_;
    struct Counts {
        std::uint64_t told = 0, other = 0, garbled = 0, no_fix = 0, pulses = 0;
    } counts_;
    std::string last_line_; // that told the time
    std::vector<std::string> complaints_; // made since it was good
    int looks_without_sentence_ = 0, looks_without_pulse_ = 0, looks_ = 0;
    int pulse_patience_ = silent_looks; // looks without a pulse until sentences tell the time
    std::uint64_t garbled_before_ = 0;
    std::unique_ptr<PulseLine> pulses_;
    std::unique_ptr<Stream> stream_; // last: it calls us
};

Result<void, std::string> Nmea::open()
{
    // Ten bits a byte: one to start, eight, one to stop.
    cutter_ = LineCutter{longest_line, baud_ > 0 ? Nanoseconds{10s} / baud_ : 0ns};
    clock_ = NmeaClock{kinds_of(mode_)};
    pulse_filter_ = {};
    complaints_.clear();
    looks_without_sentence_ = looks_without_pulse_ = 0;
    pulse_patience_ = silent_looks;

    auto stream = world_.devices.open_serial_line(world_.loop, path_, baud_, *this);
    if (!stream)
        return unexpected(fmt::format("{}: {}", path_, stream.error().message()));
    if (config_.flag1)
        if (const auto opened = open_pulses(); !opened)
            complain(Fault::fault, opened.error() + "; sentences alone tell the time");
    stream_ = std::move(*stream);
    return {};
}

Result<void, std::string> Nmea::open_pulses()
{
    std::vector<std::string> paths{config_.ppspath};
    if (config_.ppspath.empty())
        paths = {fmt::format("/dev/gpspps{}", config_.unit), path_};
    std::string first_failure;
    for (const std::string& path : paths) {
        auto line = world_.devices.open_pulse_line(path);
        if (line && config_.flag2 && !(*line)->has_clear_edges())
            return unexpected(fmt::format("{}: it shows no falling edges (flag2)", path));
        if (line) {
            pulses_ = std::move(*line);
            pulse_path_ = path;
            return {};
        }
        if (first_failure.empty())
            first_failure = fmt::format("{}: {}", path, line.error().message());
    }
    return unexpected(first_failure);
}

void Nmea::received(std::span<const std::byte> bytes, Instant<Utc> when)
{
    const auto dropped = cutter_.dropped();
    for (const DeviceLine& line : cutter_.take(bytes, when))
        take(line);
    counts_.garbled += cutter_.dropped() - dropped;
}

void Nmea::take(const DeviceLine& line)
{
    const auto sentence = parse_nmea(line.text);
    if (!sentence)
        return take(sentence.error());
    looks_without_sentence_ = 0;
    const auto told = clock_.take(*sentence, line.ended, world_.loop.now());
    if (!told)
        return take(told.error());

    ++counts_.told;
    last_line_ = timecode(line);
    user_.said(last_line_);
    if (pulses_)
        take_pulse(*told, line.ended);
    else
        complaints_.clear();
    if (pulses_ && looks_without_pulse_ < pulse_patience_)
        return;
    const Seconds late = without_eras(config_.time2);
    user_.take({.when = line.ended,
        .offset = *told - line.ended + rounded(late),
        .uncertainty = late == Seconds{0} ? unknown_lag : known_lag});
}

void Nmea::take(NmeaFault fault)
{
    switch (fault) {
    case NmeaFault::other_sentence:
        ++counts_.other;
        return;
    case NmeaFault::no_checksum:
        ++counts_.garbled;
        return;
    case NmeaFault::bad_time:
    case NmeaFault::bad_date:
    case NmeaFault::bad_format:
        ++counts_.garbled;
        looks_without_sentence_ = 0;
        return complain(Fault::bad_data, "a sentence is sound, and its time impossible");
    case NmeaFault::no_sentence:
    case NmeaFault::wrong_checksum:
        ++counts_.garbled;
        return;
    }
}

void Nmea::take(NmeaPass pass)
{
    switch (pass) {
    case NmeaPass::no_fix:
        ++counts_.no_fix;
        return complain(Fault::bad_signal, "the receiver has no fix");
    case NmeaPass::no_date:
        return complain(Fault::bad_data, "the receiver tells no date");
    case NmeaPass::not_followed:
    case NmeaPass::leap_second:
        return;
    }
}

// The last pulse began the second that it was nearest to, as far as the sentence knows.
void Nmea::take_pulse(Instant<Utc> told, Instant<Utc> ended)
{
    const auto state = pulses_->read();
    if (!state)
        return user_.lost(fmt::format("{}: {}", pulse_path_, state.error().message()));
    const PulseEdge& edge = config_.flag2 ? state->clear : state->assert;
    if (edge.when < ended - stale_after || edge.when > ended + stale_after)
        return;
    const auto verdict = pulse_filter_.push(edge);
    if (verdict == PulseFilter::Verdict::none)
        return;
    looks_without_pulse_ = 0;
    if (verdict != PulseFilter::Verdict::good)
        return;

    const Seconds late = without_eras(config_.time2);
    const bool is_known = late != Seconds{0};
    const auto about = told + (edge.when - ended) + rounded(is_known ? late : middle_lag);
    const auto second = std::chrono::round<std::chrono::seconds>(about);
    if (abs(Seconds{about - second}) > (is_known ? near_known : near_middle))
        return complain(Fault::bad_data,
            is_known ? "the pulse is not where the sentences have it; is time2 right?"
                     : "sentences end too near a pulse to tell its second; time2 would help");

    ++counts_.pulses;
    pulse_patience_ = holdover_looks;
    complaints_.clear();
    const auto spread = pulse_filter_.spread();
    user_.take({.when = edge.when,
        .offset = second - edge.when + rounded(without_eras(config_.time1)),
        .uncertainty = spread ? 3 * *spread : unknown_spread});
}

// Noise comes at any rate, so what is wrong is told here, not with each line.
void Nmea::look()
{
    const bool is_garbled = std::exchange(garbled_before_, counts_.garbled) != counts_.garbled;
    looks_without_sentence_ = std::min(looks_without_sentence_ + 1, silent_looks);
    looks_without_pulse_ = std::min(looks_without_pulse_ + 1, holdover_looks);
    if (looks_without_sentence_ == silent_looks && is_garbled)
        complain(Fault::bad_format,
            fmt::format("what comes is no NMEA with checksums; is its speed {} bit/s?", baud_));
    if (pulses_ && looks_without_sentence_ < silent_looks && looks_without_pulse_ == silent_looks)
        complain(Fault::no_reply, fmt::format("no pulse on {}", pulse_path_));

    if ((mode_ & log_counters) && ++looks_ % counted_looks == 0)
        user_.said(fmt::format("{} told {} other {} garbled {} nofix {} pulses {}", last_line_,
            counts_.told, counts_.other, counts_.garbled, counts_.no_fix, counts_.pulses));
}

std::string Nmea::timecode(const DeviceLine& line) const
{
    std::string code = config_.flag4 ? without_position(line.text) : line.text;
    if (mode_ & log_fractions)
        code += fmt::format(" .{:09d}", (line.ended.time_since_epoch() % 1s).count());
    return code;
}

// Once each, until it is good again.
void Nmea::complain(Fault fault, std::string what)
{
    if (std::find(complaints_.begin(), complaints_.end(), what) != complaints_.end())
        return;
    user_.complain(fault, what);
    complaints_.push_back(std::move(what));
}

std::vector<std::pair<std::string, std::string>> Nmea::variables() const
{
    return {{"told", fmt::to_string(counts_.told)}, {"other", fmt::to_string(counts_.other)},
        {"garbled", fmt::to_string(counts_.garbled)}, {"nofix", fmt::to_string(counts_.no_fix)},
        {"pulses", fmt::to_string(counts_.pulses)}};
}

} // namespace

std::unique_ptr<Driver> make_nmea(
    const config::RefclockConfig& config, const Surroundings& surroundings, DriverUser& user)
{
    return std::make_unique<Nmea>(config, surroundings, user);
}

} // namespace timeball::refclock
