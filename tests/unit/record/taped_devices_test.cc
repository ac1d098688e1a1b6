// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Whoever reads devices lives through the same again when the tape is played: every pulse, reading
// and octet, bit for bit, and every failure.

#include "record/taped_devices.h"

#include "record/quiet.h"

#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::record;
using namespace std::chrono_literals;

namespace {

const auto broken = std::make_error_code(std::errc::io_error);

// --- a tape in memory ---

struct Told {
    std::string question, answer; // a turn: "> what", and nothing
};

struct Writing final : Tape {
    std::vector<Told> told;
    bool runs = false;

    bool is_running() const override { return runs; }
    void turn(const std::string& what, const std::function<void()>& then) override
    {
        told.push_back({"> " + what, {}});
        runs = true;
        then();
        runs = false;
    }
    std::string call(
        const std::string& question, const std::function<std::string()>& world) override
    {
        told.push_back({question, world()});
        return told.back().answer;
    }
};

struct Playing final : Tape {
    explicit Playing(std::vector<Told> all) : told{std::move(all)} { }
    std::vector<Told> told;
    std::size_t at = 0;

    bool is_running() const override { return true; }
    void turn(const std::string&, const std::function<void()>& then) override { then(); }
    std::string call(const std::string& question, const std::function<std::string()>&) override
    {
        CHECK(at < told.size());
        STRCMP_EQUAL(told[at].question.c_str(), question.c_str());
        return told[at++].answer;
    }
    bool is_turn() const { return at < told.size() && told[at].question.starts_with("> "); }
};

// --- a world ---

const Instant<Utc> start{1'800'000'000s + 123'456'789ns};

struct Pulses final : PulseLine {
    std::uint32_t count = std::numeric_limits<std::uint32_t>::max() - 1;
    Result<State, std::error_code> read() override
    {
        ++count;
        return State{{count, start - 1ns}, {count - 1, start + 300ms}};
    }
    bool has_clear_edges() const override { return true; }
};

struct Card final : HardwareClock {
    bool is_broken = false;
    Result<std::vector<HardwareReading>, std::error_code> read(unsigned count) override
    {
        if (is_broken)
            return unexpected(broken);
        is_broken = true;
        std::vector<HardwareReading> all;
        for (unsigned i = 0; i < count; ++i)
            all.push_back({start + i * 1us, start + i * 1us + 701ns,
                Instant<DeviceTime>{37s + start.time_since_epoch() + i * 1us}});
        return all;
    }
    Method method() const override { return is_broken ? Method::extended : Method::precise; }
    Result<void, std::error_code> stamp_pulses(unsigned channel, Slope) override
    {
        return channel == 0 ? Result<void, std::error_code>{} : unexpected(broken);
    }
    Result<std::vector<Instant<DeviceTime>>, std::error_code> pulses() override
    {
        return std::vector{Instant<DeviceTime>{-5ns}, Instant<DeviceTime>{9s}};
    }
};

struct Segment final : SharedSegment {
    std::array<std::byte, size> words{};
    std::array<std::byte, size> copy() override { return words; }
    void set_word(std::size_t offset, std::int32_t value) override
    {
        std::memcpy(words.data() + offset, &value, sizeof value);
    }
};

struct Wire final : Stream {
    Result<void, std::error_code> write(std::span<const std::byte> bytes) override
    {
        if (bytes.empty())
            return unexpected(broken);
        return {};
    }
};

struct World final : Devices {
    DeviceUser* user = nullptr; // of what was opened the last time

    Result<std::unique_ptr<PulseLine>, std::error_code> open_pulse_line(
        const std::string& path) override
    {
        if (path != "/dev/pps0")
            return unexpected(broken);
        return std::unique_ptr<PulseLine>{std::make_unique<Pulses>()};
    }
    Result<std::unique_ptr<HardwareClock>, std::error_code> open_hardware_clock(
        const std::string&) override
    {
        return std::unique_ptr<HardwareClock>{std::make_unique<Card>()};
    }
    Result<std::unique_ptr<SharedSegment>, std::error_code> open_shared_segment(
        std::int32_t, unsigned) override
    {
        return std::unique_ptr<SharedSegment>{std::make_unique<Segment>()};
    }
    Result<std::unique_ptr<Stream>, std::error_code> open_serial_line(
        EventLoop&, const std::string&, int, DeviceUser& who) override
    {
        user = &who;
        return std::unique_ptr<Stream>{std::make_unique<Wire>()};
    }
    Result<std::unique_ptr<Stream>, std::error_code> connect(
        EventLoop& loop, const Endpoint&, DeviceUser& who) override
    {
        return open_serial_line(loop, "", 0, who);
    }
    Result<std::unique_ptr<Mailbox>, std::error_code> open_mailbox(
        EventLoop&, const std::string&, DeviceUser& who) override
    {
        user = &who;
        return std::make_unique<Mailbox>();
    }
};

// --- who uses devices, and keeps a diary ---

struct Diarist final : DeviceUser {
    Diarist(Devices& d) : devices{d} { }
    Devices& devices;
    QuietLoop loop;
    std::string diary;
    std::unique_ptr<PulseLine> pulses;
    std::unique_ptr<HardwareClock> card;
    std::unique_ptr<SharedSegment> segment;
    std::unique_ptr<Stream> line, connection;
    std::unique_ptr<Mailbox> mailbox;

    void note(auto... numbers)
    {
        ((diary += std::to_string(numbers) + ' '), ...);
        diary += '\n';
    }
    void note(std::error_code why) { diary += why.message() + '\n'; }
    void note(Instant<Utc> when) { note((when - start).count()); }

    void look()
    {
        const auto seen = pulses->read();
        note(seen->assert.sequence, seen->clear.sequence, pulses->has_clear_edges());
        note(seen->assert.when);
        note(seen->clear.when);
        const auto readings = card->read(3);
        note(static_cast<int>(card->method()));
        if (!readings)
            return note(readings.error());
        for (const HardwareReading& one : *readings) {
            note(one.before);
            note(one.after);
            note(one.device.time_since_epoch().count());
        }
    }
    void begin()
    {
        note(devices.open_pulse_line("/dev/pps1").error());
        pulses = *devices.open_pulse_line("/dev/pps0");
        card = *devices.open_hardware_clock("eth0");
        segment = *devices.open_shared_segment(0x4e545030, 0600);
        line = *devices.open_serial_line(loop, "/dev/ttyS0", 9600, *this);
        look();
        look();
        note(card->stamp_pulses(0, HardwareClock::Slope::both).has_value());
        note(card->stamp_pulses(7, HardwareClock::Slope::rising).error());
        const auto stamps = card->pulses();
        for (const auto when : *stamps)
            note(when.time_since_epoch().count());
        segment->set_word(48, -2);
        for (const std::byte octet : segment->copy())
            note(std::to_integer<int>(octet));
        note(line->write(std::as_bytes(std::span{"hello", 5})).has_value());
        note(line->write({}).error());
    }

    void received(std::span<const std::byte> bytes, Instant<Utc> when) override
    {
        for (const std::byte octet : bytes)
            note(std::to_integer<int>(octet));
        note(when);
        if (bytes.size() == 1)
            line.reset();
    }
    void opened() override { diary += "opened\n"; }
    void closed(std::error_code why) override { note(why); }
};

const Endpoint server{Address::loopback(Family::ipv4), 2947};

} // namespace

TEST_GROUP(TapedDevices)
{
    Writing tape;
    World world;
    QuietLoop loop;
    TapedDevices taped{tape, &world, &loop};
};

TEST(TapedDevices, TellTheSameAgain)
{
    Diarist first{taped};
    tape.turn("begin", [&] { first.begin(); });
    auto* const wire = world.user;
    tape.turn("connect", [&] { first.connection = *taped.connect(loop, server, first); });
    world.user->opened();
    const std::string odd{"a =%\0\n\xff> ", 9};
    world.user->received(std::as_bytes(std::span{odd}), start + 1ns);
    world.user->closed(broken);
    wire->received(std::as_bytes(std::span{"x", 1}), start + 2ns); // let go of meanwhile
    tape.turn("box", [&] { first.mailbox = *taped.open_mailbox(loop, "/run/box", first); });
    world.user->received({}, start + 3ns);
    tape.turn("end", [&] { first.mailbox.reset(); });

    Playing again{tape.told};
    TapedDevices replayed{again, nullptr, nullptr};
    Diarist second{replayed};
    while (again.is_turn()) {
        const std::string what = again.told[again.at++].question.substr(2);
        Words words{what};
        const auto head = words.plain();
        if (head == "begin")
            second.begin();
        else if (head == "connect")
            second.connection = *replayed.connect(loop, server, second);
        else if (head == "box")
            second.mailbox = *replayed.open_mailbox(loop, "/run/box", second);
        else if (head == "end")
            second.mailbox.reset();
        else
            CHECK(replayed.happen(head, words.natural(), words));
        CHECK(words.is_sound());
    }

    LONGS_EQUAL(tape.told.size(), again.at);
    STRCMP_EQUAL(first.diary.c_str(), second.diary.c_str());
    CHECK(first.diary.find("opened") != std::string::npos);
    CHECK_FALSE(second.line);
    Words nothing{""};
    CHECK_FALSE(replayed.happen("said", 99, nothing));
}

TEST(TapedDevices, AreTheWorldItselfBetweenTurns)
{
    const auto line = taped.open_pulse_line("/dev/pps0");
    CHECK(line.has_value());
    CHECK((*line)->read().has_value());
    CHECK(tape.told.empty());
}

TEST(TapedDevices, OfAWorldWithoutAnyCannotBeOpened)
{
    TapedDevices none{tape, nullptr, &loop};
    CHECK(none.open_pulse_line("/dev/pps0").error() == std::errc::no_such_device);
    tape.turn("look",
        [&] { CHECK(none.open_hardware_clock("eth0").error() == std::errc::no_such_device); });
    STRCMP_EQUAL("open-clock eth0", tape.told[1].question.c_str());
}
