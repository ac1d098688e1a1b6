// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The devices of a simulated node.

#include "sim/sim_devices.h"

#include <algorithm>
#include <cstring>

namespace timeball::sim {

using namespace std::chrono_literals;

namespace {

std::error_code gone()
{
    return std::make_error_code(std::errc::no_such_device);
}

std::error_code not_found()
{
    return std::make_error_code(std::errc::no_such_file_or_directory);
}

Instant<Truth> next_second(Instant<Truth> now)
{
    return std::chrono::floor<std::chrono::seconds>(now) + 1s;
}

} // namespace

Seconds Noise::draw(Chance& chance) const
{
    Seconds sum = uniform * (2 * chance.unit() - 1) + gaussian * chance.normal();
    if (chance.happens(outliers))
        sum += lateness * chance.unit();
    return sum;
}

// --- pulses --------------------------------------------------------------------------------------

SimPulse::SimPulse(Timeline& timeline, const SimClock& clock, Chance chance)
    : timeline_{timeline}, clock_{clock}, chance_{chance}, second_{next_second(timeline.now()) + 1s}
{
    plan();
}

void SimPulse::plan()
{
    timeline_.at(second_ + rounded(offset), [this] {
        if (!is_mute && is_there() && !chance_.happens(loss)) {
            note(state_.assert, noise.draw(chance_));
            if (has_clear_edges)
                timeline_.at(timeline_.now() + rounded(width),
                    [this] { note(state_.clear, noise.draw(chance_)); });
        }
        second_ += 1s;
        plan();
    });
}

void SimPulse::note(PulseEdge& edge, Seconds error)
{
    ++edge.sequence;
    edge.when = clock_.now() + rounded(error);
}

namespace {

class OpenPulse final : public PulseLine {
public:
    explicit OpenPulse(std::shared_ptr<SimPulse> pulse) : pulse_{std::move(pulse)} { }

    Result<State, std::error_code> read() override
    {
        if (!pulse_->is_there())
            return unexpected(gone());
        return pulse_->state();
    }
    bool has_clear_edges() const override { return pulse_->has_clear_edges; }

private:
    std::shared_ptr<SimPulse> pulse_;
};

} // namespace

// --- hardware clocks -----------------------------------------------------------------------------

SimHardwareClock::SimHardwareClock(Timeline& timeline, const SimClock& clock, Chance chance)
    : timeline_{timeline}, clock_{clock}, chance_{chance}
{
}

Instant<DeviceTime> SimHardwareClock::at(Instant<Utc> true_utc) const
{
    const Nanoseconds exact = true_utc.time_since_epoch() + rounded(offset) + tai;
    return Instant<DeviceTime>{exact - exact % grain};
}

Instant<DeviceTime> SimHardwareClock::shown() const
{
    return frozen_ ? *frozen_ : at(timeline_.utc());
}

void SimHardwareClock::freezes()
{
    frozen_ = at(timeline_.utc());
}

HardwareReading SimHardwareClock::read()
{
    const Seconds takes = window + (window_more > 0s ? chance_.exponential(window_more) : 0s);
    const double place
        = std::clamp(0.5 + asymmetry + asymmetry_spread * (2 * chance_.unit() - 1), 0.0, 1.0);
    const Instant<Utc> now = clock_.now();
    const Nanoseconds ahead = rounded(takes * place);
    return {now - ahead, now - ahead + rounded(takes), shown()};
}

void SimHardwareClock::stamp_pulses(HardwareClock::Slope slope)
{
    slope_ = slope;
    stamped_until_ = timeline_.utc();
}

std::vector<Instant<DeviceTime>> SimHardwareClock::pulses()
{
    std::vector<Instant<DeviceTime>> found;
    const Instant<Utc> now = timeline_.utc();
    for (Instant<Utc> second = std::chrono::floor<std::chrono::seconds>(stamped_until_) + 1s;
         slope_ && second <= now; second += 1s)
        if (!pulses_are_mute && !frozen_) {
            if (*slope_ != HardwareClock::Slope::falling)
                found.push_back(at(second + rounded(pulse_noise.draw(chance_))));
            if (*slope_ != HardwareClock::Slope::rising)
                found.push_back(at(second + 100ms + rounded(pulse_noise.draw(chance_))));
        }
    stamped_until_ = now;
    return found;
}

namespace {

class OpenHardwareClock final : public HardwareClock {
public:
    explicit OpenHardwareClock(std::shared_ptr<SimHardwareClock> device)
        : device_{std::move(device)}
    {
    }

    Result<std::vector<HardwareReading>, std::error_code> read(unsigned count) override
    {
        if (!device_->is_there())
            return unexpected(gone());
        std::vector<HardwareReading> all;
        for (unsigned i = 0; i < count; ++i)
            all.push_back(device_->read());
        return all;
    }
    Method method() const override { return device_->method; }

    Result<void, std::error_code> stamp_pulses(unsigned channel, Slope slope) override
    {
        if (!device_->is_there())
            return unexpected(gone());
        if (channel >= device_->channels)
            return unexpected(std::make_error_code(std::errc::invalid_argument));
        device_->stamp_pulses(slope);
        return {};
    }
    Result<std::vector<Instant<DeviceTime>>, std::error_code> pulses() override
    {
        if (!device_->is_there())
            return unexpected(gone());
        return device_->pulses();
    }

private:
    std::shared_ptr<SimHardwareClock> device_;
};

} // namespace

// --- segments ------------------------------------------------------------------------------------

namespace {

// As on machines of 64 bits.
enum Place : std::size_t {
    at_mode = 0,
    at_count = 4,
    at_clock = 8,
    at_clock_us = 16,
    at_receive = 24,
    at_receive_us = 32,
    at_leap = 36,
    at_precision = 40,
    at_valid = 48,
    at_clock_ns = 52,
    at_receive_ns = 56
};

template <class T>
void put(SimSegment::Bytes& bytes, std::size_t place, T value)
{
    std::memcpy(bytes.data() + place, &value, sizeof value);
}

void put_time(SimSegment::Bytes& bytes, Instant<Utc> when, std::size_t seconds, std::size_t us,
    std::size_t ns)
{
    const auto whole = std::chrono::floor<std::chrono::seconds>(when);
    const auto rest = static_cast<std::int32_t>((when - whole).count());
    put(bytes, seconds, std::int64_t{whole.time_since_epoch().count()});
    put(bytes, us, rest / 1000);
    put(bytes, ns, static_cast<std::uint32_t>(rest));
}

} // namespace

SimSegment::SimSegment(Timeline& timeline, const SimClock& clock, Chance chance)
    : timeline_{timeline}, clock_{clock}, chance_{chance}
{
}

void SimSegment::feeds(std::int32_t mode)
{
    is_feeding_ = true;
    plan(mode, ++feeder_);
}

void SimSegment::plan(std::int32_t mode, std::uint64_t feeder)
{
    timeline_.at(next_second(timeline_.now()) + rounded(delay), [this, mode, feeder] {
        if (feeder != feeder_)
            return;
        writes(sample_now(mode));
        plan(mode, feeder);
    });
}

SimSegment::Sample SimSegment::sample_now(std::int32_t mode)
{
    return {mode, timeline_.utc() + rounded(error), clock_.now() + rounded(noise.draw(chance_)),
        leap, -20};
}

void SimSegment::writes(const Sample& s)
{
    put(bytes, at_mode, s.mode);
    put(bytes, at_valid, 0);
    put(bytes, at_count, word(at_count) + 1);
    put_time(bytes, s.clock, at_clock, at_clock_us, at_clock_ns);
    put_time(bytes, s.receive, at_receive, at_receive_us, at_receive_ns);
    put(bytes, at_leap, s.leap);
    put(bytes, at_precision, s.precision);
    put(bytes, at_count, word(at_count) + 1);
    put(bytes, at_valid, 1);
}

void SimSegment::dies_while_writing()
{
    stops_feeding();
    put(bytes, at_valid, 0);
    put(bytes, at_count, word(at_count) + 1);
    put_time(bytes, timeline_.utc(), at_clock, at_clock_us, at_clock_ns);
}

SimSegment::Bytes SimSegment::copy()
{
    if (!is_feeding_ || !chance_.happens(torn))
        return bytes;
    // The reader was at the time of the device when the writer came past it.
    Bytes mixture = bytes;
    writes(sample_now(word(at_mode)));
    std::copy(bytes.begin() + at_receive, bytes.end(), mixture.begin() + at_receive);
    return mixture;
}

void SimSegment::set_word(std::size_t offset, std::int32_t value)
{
    put(bytes, offset, value);
}

std::int32_t SimSegment::word(std::size_t offset) const
{
    std::int32_t value = 0;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

namespace {

class OpenSegment final : public SharedSegment {
public:
    explicit OpenSegment(std::shared_ptr<SimSegment> segment) : segment_{std::move(segment)} { }
    std::array<std::byte, size> copy() override { return segment_->copy(); }
    void set_word(std::size_t offset, std::int32_t value) override
    {
        segment_->set_word(offset, value);
    }

private:
    std::shared_ptr<SimSegment> segment_;
};

} // namespace

// --- what speaks ---------------------------------------------------------------------------------

SimStream::SimStream(Timeline& timeline, const SimClock& clock, Chance chance)
    : timeline_{timeline}, clock_{clock}, chance_{chance}
{
}

SimStream::~SimStream() = default;

class SimStream::Held final : public Stream, public Mailbox {
public:
    explicit Held(std::shared_ptr<SimStream> stream)
        : stream_{std::move(stream)}, holder_{stream_->holder_}
    {
    }
    ~Held() override
    {
        if (stream_->holder_ == holder_)
            stream_->user_ = nullptr;
    }
    Result<void, std::error_code> write(std::span<const std::byte> bytes) override
    {
        if (stream_->holder_ != holder_ || !stream_->user_)
            return unexpected(std::make_error_code(std::errc::broken_pipe));
        stream_->written.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return {};
    }

private:
    std::shared_ptr<SimStream> stream_;
    std::uint64_t holder_;
};

void SimStream::says(std::string_view bytes)
{
    says(std::as_bytes(std::span{bytes}));
}

void SimStream::says(std::span<const std::byte> bytes)
{
    if (user_)
        user_->received(bytes, clock_.now());
}

void SimStream::says_each_second(
    std::function<std::string(Instant<Utc>)> what, Seconds delay, const Noise& noise)
{
    what_ = std::move(what);
    delay_ = delay;
    noise_ = noise;
    plan(++speaker_);
}

void SimStream::plan(std::uint64_t speaker)
{
    const Instant<Truth> second = next_second(timeline_.now());
    const Nanoseconds late = rounded(delay_ + noise_.draw(chance_));
    timeline_.at(second, [this, speaker, late] {
        if (speaker != speaker_)
            return;
        const std::string sentence = what_(timeline_.utc());
        timeline_.at(timeline_.now() + late, [this, sentence, speaker] {
            if (speaker == speaker_)
                says(sentence);
        });
        plan(speaker);
    });
}

void SimStream::closes(std::error_code why)
{
    ++holder_; // whoever holds it still is not heard any more
    if (DeviceUser* user = std::exchange(user_, nullptr))
        user->closed(why);
}

void SimStream::vanishes()
{
    refuses = not_found();
    closes(gone());
}

// --- all of them ---------------------------------------------------------------------------------

SimDevices::SimDevices(Timeline& timeline, const SimClock& clock, Chance chance)
    : timeline_{timeline}, clock_{clock}, chance_{chance}
{
}

SimDevices::~SimDevices() = default;

template <class Device, class Key>
Device& SimDevices::named(std::map<Key, std::shared_ptr<Device>>& all, const Key& key)
{
    auto& device = all[key];
    if (!device)
        device = std::make_shared<Device>(timeline_, clock_, chance_.fork());
    return *device;
}

SimPulse& SimDevices::pulse(const std::string& path)
{
    return named(pulses_, path);
}

SimHardwareClock& SimDevices::hardware_clock(const std::string& path_or_interface)
{
    return named(clocks_, path_or_interface);
}

SimSegment& SimDevices::segment(std::int32_t key)
{
    return named(segments_, key);
}

SimStream& SimDevices::serial_line(const std::string& path)
{
    return named(lines_, path);
}

SimStream& SimDevices::server(const Endpoint& endpoint)
{
    return named(servers_, endpoint);
}

SimStream& SimDevices::mailbox(const std::string& path)
{
    return named(mailboxes_, path);
}

Result<std::unique_ptr<PulseLine>, std::error_code> SimDevices::open_pulse_line(
    const std::string& path)
{
    const auto found = pulses_.find(path);
    if (found == pulses_.end() || !found->second->is_there())
        return unexpected(not_found());
    return std::unique_ptr<PulseLine>{std::make_unique<OpenPulse>(found->second)};
}

Result<std::unique_ptr<HardwareClock>, std::error_code> SimDevices::open_hardware_clock(
    const std::string& path_or_interface)
{
    const auto found = clocks_.find(path_or_interface);
    if (found == clocks_.end() || !found->second->is_there())
        return unexpected(not_found());
    return std::unique_ptr<HardwareClock>{std::make_unique<OpenHardwareClock>(found->second)};
}

Result<std::unique_ptr<SharedSegment>, std::error_code> SimDevices::open_shared_segment(
    std::int32_t key, unsigned permissions)
{
    SimSegment& segment = named(segments_, key);
    if (!segment.is_there())
        return unexpected(std::make_error_code(std::errc::permission_denied));
    segment.permissions = permissions;
    return std::unique_ptr<SharedSegment>{std::make_unique<OpenSegment>(segments_[key])};
}

Result<std::unique_ptr<SimStream::Held>, std::error_code> SimDevices::hold(
    const std::shared_ptr<SimStream>& stream, DeviceUser& user)
{
    if (stream->refuses)
        return unexpected(stream->refuses);
    ++stream->opened;
    ++stream->holder_;
    stream->user_ = &user;
    return std::make_unique<SimStream::Held>(stream);
}

Result<std::unique_ptr<Stream>, std::error_code> SimDevices::open_serial_line(
    EventLoop&, const std::string& path, int baud, DeviceUser& user)
{
    const auto found = lines_.find(path);
    if (found == lines_.end())
        return unexpected(not_found());
    auto held = hold(found->second, user);
    if (!held)
        return unexpected(held.error());
    found->second->baud = baud;
    return std::unique_ptr<Stream>{std::move(*held)};
}

// The answer comes in a later turn, as from a real one.
Result<std::unique_ptr<Stream>, std::error_code> SimDevices::connect(
    EventLoop&, const Endpoint& server, DeviceUser& user)
{
    auto& stream = servers_[server];
    if (!stream) {
        named(servers_, server);
        stream->refuses = std::make_error_code(std::errc::connection_refused);
    }
    const std::error_code refuses = std::exchange(stream->refuses, {});
    auto held = hold(stream, user);
    stream->refuses = refuses;
    timeline_.at(timeline_.now() + (stream->is_connecting_slowly ? 100ms : 1ms),
        [stream, refuses, holder = stream->holder_] {
            if (stream->holder_ != holder || !stream->user_)
                return;
            if (refuses)
                stream->closes(refuses);
            else
                stream->user_->opened();
        });
    return std::unique_ptr<Stream>{std::move(*held)};
}

Result<std::unique_ptr<Mailbox>, std::error_code> SimDevices::open_mailbox(
    EventLoop&, const std::string& path, DeviceUser& user)
{
    named(mailboxes_, path);
    auto held = hold(mailboxes_[path], user);
    if (!held)
        return unexpected(held.error());
    return std::unique_ptr<Mailbox>{std::move(*held)};
}

} // namespace timeball::sim
