// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Devices of this machine, as far as any machine has them: a terminal's two ends, memory, sockets.
// Pulse lines and hardware clocks are met in a virtual machine (tests/vm); here it is what is
// none.

#include "platform/clock_reading.h"
#include "platform/file_descriptor.h"
#include "platform/hardware_stamps.h"
#include "platform/kernel_devices.h"
#include "platform/none_clock.h"
#include "platform/stamp_scale.h"
#include "platform/turning.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>

#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::platform;
using namespace std::chrono_literals;

namespace {

std::span<const std::byte> bytes_of(const std::string& text)
{
    return std::as_bytes(std::span{text});
}

// Keeps what it is told.
struct Listener final : DeviceUser {
    std::string heard;
    Instant<Utc> when{};
    bool is_opened = false;
    std::error_code end;
    std::function<void()> then = [] {};

    void received(std::span<const std::byte> bytes, Instant<Utc> at) override
    {
        heard.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        when = at;
        then();
    }
    void opened() override { is_opened = true; }
    void closed(std::error_code why) override { end = why; }
};

// A folder that goes with all that is in it.
struct Folder {
    std::string path = "/tmp/timeball-devices-XXXXXX";
    Folder() { CHECK(mkdtemp(path.data())); }
    ~Folder()
    {
        for (const char* name : {"/box", "/file"})
            unlink((path + name).c_str());
        rmdir(path.c_str());
    }
};

} // namespace

TEST_GROUP(Devices)
{
    Turning turning;
    NoneClock clock;
    KernelDevices devices{clock};
    Listener listener;

    bool is_now(Instant<Utc> when) const
    {
        const auto age = clock.now() - when;
        return age >= 0ns && age < 2s;
    }
};

// --- serial lines ---

TEST_GROUP_BASE(SerialLine, TEST_GROUP_CppUTestGroupDevices)
{
    FileDescriptor receiver; // at the far end of the line
    std::unique_ptr<Stream> line;

    void setup() override
    {
        receiver = FileDescriptor{posix_openpt(O_RDWR | O_NOCTTY)};
        CHECK(receiver && grantpt(receiver.get()) == 0 && unlockpt(receiver.get()) == 0);
    }
    bool open(int baud = 9600)
    {
        auto opened
            = devices.open_serial_line(turning.loop, ptsname(receiver.get()), baud, listener);
        if (!opened)
            return false;
        line = *std::move(opened);
        return true;
    }
    void say(const std::string& text)
    {
        LONGS_EQUAL(text.size(), write(receiver.get(), text.data(), text.size()));
    }
};

TEST(SerialLine, TellsEveryOctetAsItIs)
{
    CHECK(open());
    const std::string text{
        "$GPRMC\r\n\x03\x11\x13\x1a\xff\0.", 16}; // a terminal would act on these

    say(text);

    CHECK(turning.until([&] { return listener.heard.size() == text.size(); }));
    CHECK(listener.heard == text);
    CHECK(is_now(listener.when));
}

TEST(SerialLine, EchoesNothingAndCarriesWhatIsWritten)
{
    CHECK(open());
    say("quiet");
    CHECK(turning.until([&] { return listener.heard == "quiet"; }));

    CHECK(line->write(bytes_of("$PMTK220,1000\r\n")).has_value());

    std::array<char, 64> room;
    const auto got = read(receiver.get(), room.data(), room.size());
    STRCMP_EQUAL(
        "$PMTK220,1000\r\n", std::string(room.data(), static_cast<std::size_t>(got)).c_str());
}

TEST(SerialLine, HasTheSpeedThatWasAskedFor)
{
    CHECK(open(115200));
    termios now{};
    CHECK(tcgetattr(receiver.get(), &now) == 0);
    LONGS_EQUAL(B115200, cfgetispeed(&now));
    LONGS_EQUAL(CS8, now.c_cflag & CSIZE);

    line.reset();
    CHECK_FALSE(open(12345));
}

TEST(SerialLine, IsClosedWhenTheDeviceVanishes)
{
    CHECK(open());
    say("last words");
    CHECK(turning.until([&] { return !listener.heard.empty(); }));

    receiver.reset();

    CHECK(turning.until([&] { return bool(listener.end); }));
    CHECK_FALSE(line->write(bytes_of("?")).has_value());
}

TEST(SerialLine, MayBeLetGoOfWhileItSpeaks)
{
    CHECK(open());
    listener.then = [&] { line.reset(); };

    say("enough");

    CHECK(turning.until([&] { return listener.heard == "enough"; }));
    turning.during(5ms);
    CHECK(!line);
}

TEST(SerialLine, IsNoFileAndNothing)
{
    const auto none = devices.open_serial_line(turning.loop, "/dev/none-of-ours", 9600, listener);
    CHECK(none.error() == std::errc::no_such_file_or_directory);
    const auto other = devices.open_serial_line(turning.loop, "/dev/null", 9600, listener);
    CHECK(other.error() == std::errc::inappropriate_io_control_operation);
}

// --- connections ---

TEST(Devices, ConnectsToAServerAndHearsTheEnd)
{
    const FileDescriptor server{socket(AF_INET, SOCK_STREAM, 0)};
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof name;
    auto* const generic = reinterpret_cast<sockaddr*>(&name);
    CHECK(bind(server.get(), generic, size) == 0 && listen(server.get(), 1) == 0);
    CHECK(getsockname(server.get(), generic, &size) == 0);

    const auto stream = devices.connect(
        turning.loop, Endpoint{Address::loopback(Family::ipv4), ntohs(name.sin_port)}, listener);
    CHECK(stream.has_value());
    CHECK(turning.until([&] { return listener.is_opened; }));
    FileDescriptor peer{accept(server.get(), nullptr, nullptr)};

    CHECK((*stream)->write(bytes_of("?WATCH={}\n")).has_value());
    std::array<char, 64> room;
    LONGS_EQUAL(10, read(peer.get(), room.data(), room.size()));
    LONGS_EQUAL(3, write(peer.get(), "yes", 3));
    CHECK(turning.until([&] { return listener.heard == "yes"; }));
    CHECK_FALSE(bool(listener.end));

    peer.reset();
    CHECK(turning.until([&] { return listener.end == std::errc::no_link; }));
}

TEST(Devices, TellOfAServerThatIsNotThere)
{
    FileDescriptor taken{socket(AF_INET, SOCK_STREAM, 0)}; // a port where nobody listens
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof name;
    auto* const generic = reinterpret_cast<sockaddr*>(&name);
    CHECK(bind(taken.get(), generic, size) == 0 && getsockname(taken.get(), generic, &size) == 0);

    const auto stream = devices.connect(
        turning.loop, Endpoint{Address::loopback(Family::ipv4), ntohs(name.sin_port)}, listener);

    if (stream)
        CHECK(turning.until([&] { return bool(listener.end); }));
    CHECK((stream ? listener.end : stream.error()) == std::errc::connection_refused);
    CHECK_FALSE(listener.is_opened);
}

// --- mailboxes ---

TEST_GROUP_BASE(Mailbox, TEST_GROUP_CppUTestGroupDevices)
{
    Folder folder;
    std::string path = folder.path + "/box";

    auto open()
    {
        return devices.open_mailbox(turning.loop, path, listener);
    }
    bool post(const std::string& text)
    {
        const FileDescriptor fd{socket(AF_UNIX, SOCK_DGRAM, 0)};
        sockaddr_un name{};
        name.sun_family = AF_UNIX;
        std::strcpy(name.sun_path, path.c_str());
        return sendto(fd.get(), text.data(), text.size(), 0,
                   reinterpret_cast<const sockaddr*>(&name), sizeof name)
            == static_cast<ssize_t>(text.size());
    }
    bool is_there() const
    {
        return access(path.c_str(), F_OK) == 0;
    }
};

TEST(Mailbox, TellsWhatIsPostedAndWhenThatWas)
{
    const auto box = open();
    CHECK(box.has_value());
    struct stat about = {};
    CHECK(stat(path.c_str(), &about) == 0);
    LONGS_EQUAL(0660, about.st_mode & 0777);

    const auto before = clock.now();
    CHECK(post("a sample"));
    const auto after = clock.now();
    turning.during(5ms); // it may lie there for a while

    CHECK(turning.until([&] { return listener.heard == "a sample"; }));
    CHECK(listener.when >= before && listener.when <= after);
}

TEST(Mailbox, TakesThePlaceOfOneThatWasLeftBehindAndLeavesNone)
{
    {
        const FileDescriptor dead{socket(AF_UNIX, SOCK_DGRAM, 0)};
        sockaddr_un name{};
        name.sun_family = AF_UNIX;
        std::strcpy(name.sun_path, path.c_str());
        CHECK(bind(dead.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
    }
    CHECK(is_there());
    {
        const auto box = open();
        CHECK(box.has_value());
        CHECK(post("still here"));
        CHECK(turning.until([&] { return listener.heard == "still here"; }));
    }
    CHECK_FALSE(is_there());
}

TEST(Mailbox, LeavesTheOneOfTheNextDaemonAlone)
{
    auto ours = open();
    CHECK(ours.has_value());
    const auto next = open(); // a takeover: both have it for a while
    CHECK(next.has_value());

    ours->reset();

    CHECK(post("for the next"));
    CHECK(turning.until([&] { return listener.heard == "for the next"; }));
}

TEST(Mailbox, TakesThePlaceOfNothingElse)
{
    path = folder.path + "/file";
    std::ofstream{path} << "precious";

    CHECK(open().error() == std::errc::address_in_use);

    CHECK(is_there());
    path.resize(200, 'x');
    CHECK(open().error() == std::errc::filename_too_long);
}

// --- shared memory ---

TEST_GROUP_BASE(Segment, TEST_GROUP_CppUTestGroupDevices)
{
    // Of this process, so that runs beside each other do not meet.
    std::int32_t key = 0x54420000 + (getpid() & 0xffff);

    void remove()
    {
        const int id = shmget(key, 0, 0);
        if (id >= 0)
            shmctl(id, IPC_RMID, nullptr);
    }
    void setup() override
    {
        remove();
    }
    void teardown() override
    {
        remove();
    }
};

TEST(Segment, IsMadeWithThePermissionsAndReadAsItIsWritten)
{
    const auto segment = devices.open_shared_segment(key, 0600);
    CHECK(segment.has_value());
    const int id = shmget(key, 0, 0);
    shmid_ds about{};
    CHECK(shmctl(id, IPC_STAT, &about) == 0);
    LONGS_EQUAL(96, about.shm_segsz);
    LONGS_EQUAL(0600, about.shm_perm.mode & 0777);

    auto* const words = static_cast<std::int32_t*>(shmat(id, nullptr, 0));
    words[1] = 41; // the count
    words[23] = -7; // the last one
    const auto copy = (*segment)->copy();
    std::int32_t count = 0, last = 0;
    std::memcpy(&count, copy.data() + 4, 4);
    std::memcpy(&last, copy.data() + 92, 4);
    LONGS_EQUAL(41, count);
    LONGS_EQUAL(-7, last);

    (*segment)->set_word(48, 1);
    LONGS_EQUAL(1, words[12]);
    shmdt(words);
}

TEST(Segment, IsTheOneThatIsThereUnlessThatIsTooSmall)
{
    const int id = shmget(key, 96, IPC_CREAT | 0600);
    auto* const words = static_cast<std::int32_t*>(shmat(id, nullptr, 0));
    words[0] = 1;
    const auto segment = devices.open_shared_segment(key, 0666);
    CHECK(segment.has_value());
    CHECK(std::byte{1} == (*segment)->copy()[0] || std::byte{1} == (*segment)->copy()[3]);
    shmdt(words);
    remove();

    CHECK(shmget(key, 64, IPC_CREAT | 0600) >= 0);
    CHECK(devices.open_shared_segment(key, 0600).error() == std::errc::invalid_argument);
}

// --- what is no device ---

TEST(Devices, TellAPulseLineFromWhatIsNone)
{
    CHECK(devices.open_pulse_line("/dev/pps-none").error() == std::errc::no_such_file_or_directory);
    CHECK(devices.open_pulse_line("/dev/null").error()
        == std::errc::inappropriate_io_control_operation);
    CHECK_FALSE(devices.open_pulse_line("/tmp").has_value());
}

TEST(Devices, TellAHardwareClockFromWhatIsNone)
{
    CHECK(devices.open_hardware_clock("/dev/ptp-none").error()
        == std::errc::no_such_file_or_directory);
    CHECK(devices.open_hardware_clock("/dev/null").error()
        == std::errc::inappropriate_io_control_operation);
    CHECK(devices.open_hardware_clock("no-such-card").error() == std::errc::no_such_device);
    CHECK(devices.open_hardware_clock("a-name-that-is-longer-than-any-card").error()
        == std::errc::no_such_device);
    CHECK(devices.open_hardware_clock("lo").error() == std::errc::operation_not_supported);
}

// --- stamps of a while ago ---

namespace {

// Stands beside the machine's.
struct Beside final : HostClock {
    Nanoseconds ahead = 2ms;
    Instant<Utc> now() const override { return system_time() + ahead; }
    Result<Instant<Utc>, std::error_code> set_frequency(Frequency) override { return now(); }
    Result<Instant<Utc>, std::error_code> step(Nanoseconds) override { return now(); }
    void announce(const ClockStatus&) override { }
    Frequency frequency() const override { return {}; }
    Frequency max_frequency() const override { return {}; }
    Precision precision() const override { return {}; }
    bool is_steered() const override { return true; }
    std::string_view name() const override { return "beside"; }
    Nanoseconds ahead_of_system() const override { return ahead; }
};

void spend(Nanoseconds span)
{
    for (const auto begin = monotonic_time(); monotonic_time() - begin < span;) { }
}

} // namespace

TEST_GROUP(StampScale)
{
    Beside clock;
};

TEST(StampScale, IsTheKernelsOwnWhereTheClockIs)
{
    const NoneClock same;
    StampScale scale{same};
    const auto stamp = system_time();
    scale.look();

    CHECK(scale.on_clock(stamp) == stamp);
    CHECK_FALSE(scale.on_clock(stamp - 10s).has_value());
    CHECK_FALSE(scale.on_clock(system_time() + 1s).has_value());
}

TEST(StampScale, FollowsAClockThatGainsMeanwhile)
{
    StampScale scale{clock};
    const auto first = system_time();
    spend(4ms);
    clock.ahead += 40us;
    scale.look();
    const auto middle = first + (system_time() - first) / 2;

    const auto told = scale.on_clock(middle);

    CHECK(told.has_value());
    DOUBLES_EQUAL(2.020e-3, Seconds{*told - middle}.count(), 5e-6);
}

TEST(StampScale, DoesNotGuessWhatWasStampedAroundAStep)
{
    StampScale scale{clock};
    const auto stamp = system_time();
    clock.ahead += 1s;
    scale.look();

    CHECK_FALSE(scale.on_clock(stamp).has_value());
    scale.look();
    const auto later = scale.on_clock(stamp); // by the look before it
    CHECK(later == stamp + clock.ahead);
}

// --- cards that stamp packets, where there is none ---

namespace {

struct Sentences final : Log {
    std::vector<std::string> all;
    void write(Severity, std::string_view sentence) override { all.emplace_back(sentence); }
    void reopen() override { }
};

} // namespace

TEST_GROUP(HardwareStamps)
{
    Turning turning;
    Sentences log;
};

TEST(HardwareStamps, TellOnceWhichInterfaceHasNone)
{
    const HardwareStamps stamps{turning.loop, log, {"lo", "no-such-card"}};

    CHECK_FALSE(stamps.has_cards());
    LONGS_EQUAL(2, log.all.size());
    STRCMP_EQUAL("hwtimestamp lo: Operation not supported; the kernel's stamps are used",
        log.all[0].c_str());
    STRCMP_EQUAL("hwtimestamp no-such-card: No such device; the kernel's stamps are used",
        log.all[1].c_str());
    CHECK_FALSE(stamps.told(1, 5s, HardwareStamps::now()).has_value());
}

TEST(HardwareStamps, AreOfOneMoment)
{
    const auto first = HardwareStamps::now();
    spend(3ms);
    const auto second = HardwareStamps::now();
    const auto difference = (second.system - first.system) - (second.count - first.count);
    CHECK(std::chrono::abs(difference) < 100us);
}
