// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Devices on tape.

#include "record/taped_devices.h"

#include <algorithm>
#include <utility>

namespace timeball::record {

namespace {

using Done = Result<void, std::error_code>;

std::string written(const Done& done)
{
    return done ? std::string{"yes"} : Line{"no"}.fault(done.error()).str();
}

Done take_done(const std::string& answer)
{
    Words words{answer};
    if (words.plain() != "yes")
        return unexpected(words.fault());
    return {};
}

// What devices say is mostly text, and half as long as such.
std::string_view text_of(std::span<const std::byte> bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// --- what is read ---

class TapedPulses final : public PulseLine {
public:
    TapedPulses(Tape& tape, std::uint64_t id) : tape_{tape}, id_{id} { }

    // What is known of it when it is opened.
    static void put_traits(Line& line, const PulseLine& world)
    {
        line.number(world.has_clear_edges());
    }
    void open(std::unique_ptr<PulseLine> world, Words& traits)
    {
        world_ = std::move(world);
        has_clear_edges_ = traits.number() != 0;
    }

    Result<State, std::error_code> read() override
    {
        if (!tape_.is_running())
            return world_->read();
        const auto answer = tape_.call(Line{"pulses"}.natural(id_).str(), [&] {
            const auto state = world_->read();
            if (!state)
                return Line{"no"}.fault(state.error()).str();
            Line line{"are"};
            for (const PulseEdge& edge : {state->assert, state->clear})
                line.natural(edge.sequence).number((edge.when - tape_.last_utc).count());
            return line.str();
        });
        Words words{answer};
        if (words.plain() != "are")
            return unexpected(words.fault());
        State state;
        for (PulseEdge* edge : {&state.assert, &state.clear}) {
            edge->sequence = static_cast<std::uint32_t>(words.natural());
            edge->when = words.after(tape_.last_utc);
        }
        return state;
    }
    bool has_clear_edges() const override { return has_clear_edges_; }

private:
    Tape& tape_;
    std::uint64_t id_;
    std::unique_ptr<PulseLine> world_;
    bool has_clear_edges_ = false;
};

class TapedHardwareClock final : public HardwareClock {
public:
    TapedHardwareClock(Tape& tape, std::uint64_t id) : tape_{tape}, id_{id} { }

    static void put_traits(Line& line, const HardwareClock& world)
    {
        line.number(static_cast<int>(world.method()));
    }
    void open(std::unique_ptr<HardwareClock> world, Words& traits)
    {
        world_ = std::move(world);
        method_ = Method(traits.number());
    }

    Result<std::vector<HardwareReading>, std::error_code> read(unsigned count) override
    {
        if (!tape_.is_running())
            return world_->read(count);
        const auto answer = tape_.call(Line{"readings"}.natural(id_).natural(count).str(), [&] {
            const auto readings = world_->read(count);
            if (!readings)
                return Line{"no"}.fault(readings.error()).str();
            Line line{"are"};
            line.number(static_cast<int>(world_->method()));
            for (const HardwareReading& one : *readings)
                line.number((one.before - tape_.last_utc).count())
                    .number((one.after - one.before).count())
                    .number(one.device.time_since_epoch().count());
            return line.str();
        });
        Words words{answer};
        if (words.plain() != "are")
            return unexpected(words.fault());
        method_ = Method(words.number());
        std::vector<HardwareReading> readings;
        while (!words.is_at_end() && words.is_sound()) {
            HardwareReading& one = readings.emplace_back();
            one.before = words.after(tape_.last_utc);
            one.after = words.after(one.before);
            one.device = words.after(Instant<DeviceTime>{});
        }
        return readings;
    }
    Method method() const override { return tape_.is_running() ? method_ : world_->method(); }

    Result<void, std::error_code> stamp_pulses(unsigned channel, Slope slope) override
    {
        if (!tape_.is_running())
            return world_->stamp_pulses(channel, slope);
        Line question{"stamp-pulses"};
        question.natural(id_).natural(channel).number(static_cast<int>(slope));
        return take_done(tape_.call(
            question.str(), [&] { return written(world_->stamp_pulses(channel, slope)); }));
    }

    Result<std::vector<Instant<DeviceTime>>, std::error_code> pulses() override
    {
        if (!tape_.is_running())
            return world_->pulses();
        const auto answer = tape_.call(Line{"stamped-pulses"}.natural(id_).str(), [&] {
            const auto pulses = world_->pulses();
            if (!pulses)
                return Line{"no"}.fault(pulses.error()).str();
            Line line{"are"};
            for (const Instant<DeviceTime> when : *pulses)
                line.number(when.time_since_epoch().count());
            return line.str();
        });
        Words words{answer};
        if (words.plain() != "are")
            return unexpected(words.fault());
        std::vector<Instant<DeviceTime>> pulses;
        while (!words.is_at_end() && words.is_sound())
            pulses.push_back(words.after(Instant<DeviceTime>{}));
        return pulses;
    }

private:
    Tape& tape_;
    std::uint64_t id_;
    std::unique_ptr<HardwareClock> world_;
    Method method_ = Method::plain;
};

class TapedSegment final : public SharedSegment {
public:
    TapedSegment(Tape& tape, std::uint64_t id) : tape_{tape}, id_{id} { }

    static void put_traits(Line&, const SharedSegment&) { }
    void open(std::unique_ptr<SharedSegment> world, Words&) { world_ = std::move(world); }

    std::array<std::byte, size> copy() override
    {
        if (!tape_.is_running())
            return world_->copy();
        const auto answer = tape_.call(
            Line{"copy"}.natural(id_).str(), [&] { return Line{}.octets(world_->copy()).str(); });
        const auto octets = Words{answer}.octets();
        std::array<std::byte, size> result{};
        std::copy_n(octets.begin(), std::min(octets.size(), size), result.begin());
        return result;
    }
    void set_word(std::size_t offset, std::int32_t value) override
    {
        if (!tape_.is_running())
            return world_->set_word(offset, value);
        tape_.call(Line{"set-word"}.natural(id_).natural(offset).number(value).str(), [&] {
            world_->set_word(offset, value);
            return std::string{};
        });
    }

private:
    Tape& tape_;
    std::uint64_t id_;
    std::unique_ptr<SharedSegment> world_;
};

} // namespace

// --- what speaks ---

// The world's end. Nothing of this is touched when a turn is over, for the daemon may have let go
// of the device.
class TapedDevices::Ear : public DeviceUser {
public:
    Ear(TapedDevices& devices, std::uint64_t id, DeviceUser& user)
        : devices_{devices}, id_{id}, user_{user}
    {
        devices_.ears_.emplace(id_, this);
    }
    virtual ~Ear() { devices_.ears_.erase(id_); }
    Ear(const Ear&) = delete;
    Ear& operator=(const Ear&) = delete;

    void received(std::span<const std::byte> bytes, Instant<Utc> when) override
    {
        Line line{"said"};
        line.natural(id_).text(text_of(bytes)).number((when - tape().last_utc).count());
        tape().turn(line.str(), [&user = user_, bytes, when] { user.received(bytes, when); });
    }
    void opened() override
    {
        tape().turn(Line{"opened"}.natural(id_).str(), [&user = user_] { user.opened(); });
    }
    void closed(std::error_code why) override
    {
        tape().turn(Line{"closed"}.natural(id_).fault(why).str(),
            [&user = user_, why] { user.closed(why); });
    }

    void happen(std::string_view what, Words& words)
    {
        if (what == "said") {
            const std::string text = words.text();
            user_.received(std::as_bytes(std::span{text}), words.after(tape().last_utc));
        } else if (what == "opened") {
            user_.opened();
        } else {
            user_.closed(words.fault());
        }
    }

protected:
    Tape& tape() const { return devices_.tape_; }
    std::uint64_t id() const { return id_; }

private:
    TapedDevices& devices_;
    std::uint64_t id_;
    DeviceUser& user_;
};

class TapedDevices::TapedStream final : public Stream {
public:
    TapedStream(TapedDevices& devices, std::uint64_t id, DeviceUser& user)
        : ear_{devices, id, user}, tape_{devices.tape_}, id_{id}
    {
    }
    DeviceUser& ear() { return ear_; }
    void hold(std::unique_ptr<Stream> world) { world_ = std::move(world); }

    Result<void, std::error_code> write(std::span<const std::byte> bytes) override
    {
        if (!tape_.is_running())
            return world_->write(bytes);
        return take_done(tape_.call(Line{"say"}.natural(id_).text(text_of(bytes)).str(),
            [&] { return written(world_->write(bytes)); }));
    }

private:
    Ear ear_;
    Tape& tape_;
    std::uint64_t id_;
    std::unique_ptr<Stream> world_;
};

class TapedDevices::TapedMailbox final : public Mailbox {
public:
    TapedMailbox(TapedDevices& devices, std::uint64_t id, DeviceUser& user)
        : ear_{devices, id, user}
    {
    }
    DeviceUser& ear() { return ear_; }
    void hold(std::unique_ptr<Mailbox> world) { world_ = std::move(world); }

private:
    Ear ear_;
    std::unique_ptr<Mailbox> world_;
};

// --- opening ---

namespace {

template <class Device>
Result<std::unique_ptr<Device>, std::error_code> none()
{
    return unexpected(std::make_error_code(std::errc::no_such_device));
}

} // namespace

template <class Taped, class Device, class Ask>
TapedDevices::Opened<Device> TapedDevices::open(const Line& question, Ask in_world)
{
    const auto ask = [&] { return world_ ? in_world() : none<Device>(); };
    if (!tape_.is_running())
        return ask();
    auto device = std::make_unique<Taped>(tape_, ++last_);
    std::unique_ptr<Device> world;
    const auto answer = tape_.call(question.str(), [&] {
        auto opened = ask();
        if (!opened)
            return Line{"no"}.fault(opened.error()).str();
        world = *std::move(opened);
        Line line{"yes"};
        Taped::put_traits(line, *world);
        return line.str();
    });
    Words words{answer};
    if (words.plain() != "yes")
        return unexpected(words.fault());
    device->open(std::move(world), words);
    return std::unique_ptr<Device>{std::move(device)};
}

template <class Taped, class Device, class Ask>
TapedDevices::Opened<Device> TapedDevices::open_speaker(
    const Line& question, DeviceUser& user, Ask in_world)
{
    const auto ask
        = [&](DeviceUser& listener) { return world_ ? in_world(listener) : none<Device>(); };
    if (!tape_.is_running())
        return ask(user);
    auto device = std::make_unique<Taped>(*this, ++last_, user);
    const auto answer = tape_.call(question.str(), [&] {
        auto opened = ask(device->ear());
        if (!opened)
            return Line{"no"}.fault(opened.error()).str();
        device->hold(*std::move(opened));
        return std::string{"yes"};
    });
    if (const auto done = take_done(answer); !done)
        return unexpected(done.error());
    return std::unique_ptr<Device>{std::move(device)};
}

Result<std::unique_ptr<PulseLine>, std::error_code> TapedDevices::open_pulse_line(
    const std::string& path)
{
    return open<TapedPulses, PulseLine>(
        Line{"open-pulses"}.text(path), [&] { return world_->open_pulse_line(path); });
}

Result<std::unique_ptr<HardwareClock>, std::error_code> TapedDevices::open_hardware_clock(
    const std::string& path_or_interface)
{
    return open<TapedHardwareClock, HardwareClock>(Line{"open-clock"}.text(path_or_interface),
        [&] { return world_->open_hardware_clock(path_or_interface); });
}

Result<std::unique_ptr<SharedSegment>, std::error_code> TapedDevices::open_shared_segment(
    std::int32_t key, unsigned permissions)
{
    return open<TapedSegment, SharedSegment>(Line{"open-segment"}.number(key).natural(permissions),
        [&] { return world_->open_shared_segment(key, permissions); });
}

Result<std::unique_ptr<Stream>, std::error_code> TapedDevices::open_serial_line(
    EventLoop&, const std::string& path, int baud, DeviceUser& user)
{
    return open_speaker<TapedStream, Stream>(Line{"open-serial"}.text(path).number(baud), user,
        [&](DeviceUser& ear) { return world_->open_serial_line(*loop_, path, baud, ear); });
}

Result<std::unique_ptr<Stream>, std::error_code> TapedDevices::connect(
    EventLoop&, const Endpoint& server, DeviceUser& user)
{
    return open_speaker<TapedStream, Stream>(Line{"connect"}.endpoint(server), user,
        [&](DeviceUser& ear) { return world_->connect(*loop_, server, ear); });
}

Result<std::unique_ptr<Mailbox>, std::error_code> TapedDevices::open_mailbox(
    EventLoop&, const std::string& path, DeviceUser& user)
{
    return open_speaker<TapedMailbox, Mailbox>(Line{"open-mailbox"}.text(path), user,
        [&](DeviceUser& ear) { return world_->open_mailbox(*loop_, path, ear); });
}

bool TapedDevices::happen(std::string_view what, std::uint64_t device, Words& words)
{
    const auto found = ears_.find(device);
    if (found == ears_.end())
        return false;
    found->second->happen(what, words);
    return true;
}

} // namespace timeball::record
