// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The life of a process: into the background, pid file, privileges, sandbox, service manager. What
// needs root is skipped without.

#include "platform/children.h"
#include "platform/disk_files.h"
#include "platform/hosts_file.h"
#include "platform/kernel_random.h"
#include "platform/logs.h"
#include "platform/loop_threads.h"
#include "platform/none_clock.h"
#include "platform/pid_file.h"
#include "platform/platform.h"
#include "platform/privileges.h"
#include "platform/sandbox.h"
#include "platform/service_manager.h"
#include "platform/starter.h"
#include "platform/thread_resolver.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/capability.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::platform;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

std::string new_directory()
{
    std::string name = fs::temp_directory_path() / "timeball-XXXXXX";
    CHECK(mkdtemp(name.data()));
    return name;
}

std::string content(const std::string& path)
{
    return DiskFiles{}.read(path).value_or("");
}

constexpr uid_t nobody = 65534;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool is_sanitized = true; // the sanitizers' own system calls do not fit into the sandbox
#else
constexpr bool is_sanitized = false;
#endif

} // namespace

// --- into the background -----------------------------------------------------

TEST_GROUP(Starter)
{
    std::string directory = new_directory();
    std::string said = directory + "/said";
    void teardown() override
    {
        fs::remove_all(directory);
    }

    // The status of the command, whose standard error goes to a file.
    int command(const std::function<void(Starter&)>& daemon)
    {
        return in_a_child([&] {
            const int fd = open(said.c_str(), O_WRONLY | O_CREAT, 0644);
            dup2(fd, STDERR_FILENO);
            Starter starter = Starter::into_background();
            daemon(starter);
            return 42; // of the daemon, which is not the command any more
        });
    }
    bool comes_to_be(const std::string& path)
    {
        for (int i = 0; i < 2000 && !fs::exists(path); ++i)
            usleep(1000);
        return fs::exists(path);
    }
};

TEST(Starter, EndsTheCommandWhenTheDaemonIsReady)
{
    const std::string done = directory + "/done";
    LONGS_EQUAL(0, command([&](Starter& starter) {
        starter.ready();
        const bool is_leader = getsid(0) == getpid();
        const bool is_silent = write(STDERR_FILENO, "lost", 4) == 4;
        std::ofstream{done} << is_leader << is_silent;
    }));
    CHECK(comes_to_be(done));
    usleep(1000);
    STRCMP_EQUAL("11", content(done).c_str());
    STRCMP_EQUAL("", content(said).c_str());
}

TEST(Starter, SaysWhyTheDaemonDidNotStart)
{
    LONGS_EQUAL(3, command([&](Starter& starter) { starter.failed("port 123 is taken", 3); }));
    CHECK(content(said).find(": port 123 is taken\n") != std::string::npos);
}

TEST(Starter, NoticesADaemonThatDiesOnTheWay)
{
    LONGS_EQUAL(1, command([](Starter&) { raise(SIGKILL); }));
    CHECK(content(said).find("signal 9") != std::string::npos);
    LONGS_EQUAL(7, command([](Starter&) { _exit(7); }));
}

TEST(Starter, StaysWhereItIsInTheForeground)
{
    LONGS_EQUAL(5, in_a_child([&] {
        const int fd = open(said.c_str(), O_WRONLY | O_CREAT, 0644);
        dup2(fd, STDERR_FILENO);
        Starter starter = Starter::in_foreground();
        starter.failed("here");
        starter.ready();
        return 5;
    }));
    CHECK(content(said).find(": here\n") != std::string::npos);
}

// --- the pid file ------------------------------------------------------------

TEST_GROUP(PidFile)
{
    std::string directory = new_directory();
    std::string path = directory + "/ntpd.pid";
    void teardown() override
    {
        fs::remove_all(directory);
    }
};

TEST(PidFile, GoesToAnotherProcessWithoutBeingFree)
{
    auto file = PidFile::claim(path);
    CHECK(file.has_value());
    auto taken = PidFile::take_over(path, FileDescriptor{dup(file->descriptor())});
    CHECK(taken.has_value());
    file->leave();
    CHECK_FALSE(PidFile::claim(path).has_value()); // the lock came with it
    CHECK(taken->sign());
    STRCMP_EQUAL(fmt::format("{}\n", getpid()).c_str(), content(path).c_str());
    CHECK_FALSE(
        PidFile::take_over(directory + "/other.pid", FileDescriptor{dup(taken->descriptor())})
            .has_value());
    taken.reset();
    CHECK_FALSE(fs::exists(path));
}

TEST(PidFile, StaysWhileItNamesTheOneThatGoesOn)
{
    {
        auto file = PidFile::claim(path);
        CHECK(file.has_value());
        std::ofstream{path} << "1\n"; // a successor that failed leaves it alone
    }
    STRCMP_EQUAL("1\n", content(path).c_str());
}

TEST(PidFile, NamesTheProcessWhileItLives)
{
    {
        const auto file = PidFile::claim(path);
        CHECK(file.has_value());
        STRCMP_EQUAL((std::to_string(getpid()) + "\n").c_str(), content(path).c_str());
    }
    CHECK_FALSE(fs::exists(path));
}

TEST(PidFile, IsRefusedWhileAnotherHoldsIt)
{
    const auto file = PidFile::claim(path);
    std::string refusal;
    LONGS_EQUAL(0, in_a_child([&] {
        const auto second = PidFile::claim(path);
        if (second)
            return 1;
        const auto expected
            = path + " is held by platform_tests (process " + std::to_string(getppid()) + ")";
        return second.error() == expected ? 0 : 2;
    }));
    CHECK(fs::exists(path));
}

TEST(PidFile, IsRefusedWhenAnotherTimeDaemonWroteIt)
{
    fs::create_directory(directory + "/4711");
    std::ofstream{directory + "/4711/comm"} << "ntpd\n";
    std::ofstream{path} << "4711\n";
    const auto file = PidFile::claim(path, directory);
    CHECK_FALSE(file.has_value());
    STRCMP_EQUAL((path + " is held by ntpd (process 4711)").c_str(), file.error().c_str());
}

TEST(PidFile, IsTakenOverFromTheDead)
{
    fs::create_directory(directory + "/4711");
    std::ofstream{directory + "/4711/comm"} << "firefox\n"; // the number went elsewhere
    for (const char* old : {"4711\n", "12345678\n", "", "rubbish", "-1\n"}) {
        std::ofstream{path} << old;
        CHECK(PidFile::claim(path, directory).has_value());
    }
}

TEST(PidFile, SaysWhyItCannotBeWritten)
{
    const auto file = PidFile::claim(directory + "/nowhere/x.pid");
    CHECK_FALSE(file.has_value());
    CHECK(file.error().find("No such file") != std::string::npos);
}

// --- privileges --------------------------------------------------------------

TEST_GROUP(Privileges)
{
    static bool has(cap_value_t one)
    {
        cap_t all = cap_get_proc();
        cap_flag_value_t value = CAP_CLEAR;
        cap_get_flag(all, one, CAP_EFFECTIVE, &value);
        cap_free(all);
        return value == CAP_SET;
    }
    bool is_root = geteuid() == 0;
};

TEST(Privileges, AreDroppedButForTheTwoThatAreNeeded)
{
    if (!is_root)
        return;
    LONGS_EQUAL(0, in_a_child([] {
        const bool had_clock = has(CAP_SYS_TIME);
        if (!drop_to({.user = std::to_string(nobody), .sets_clock = true, .binds_ports = true}))
            return 1;
        if (getuid() != nobody || geteuid() != nobody || getgid() == 0 || getegid() == 0)
            return 2;
        if (has(CAP_SYS_TIME) != had_clock || !has(CAP_NET_BIND_SERVICE) || has(CAP_SETUID)
            || has(CAP_DAC_OVERRIDE) || has(CAP_NET_ADMIN))
            return 3;
        if (setresuid(0, 0, 0) == 0)
            return 4;
        const bool has_root_group = [] {
            std::array<gid_t, 64> groups;
            const int count = getgroups(static_cast<int>(groups.size()), groups.data());
            return std::find(groups.begin(), groups.begin() + count, gid_t{0})
                != groups.begin() + count;
        }();
        return has_root_group ? 5 : 0;
    }));
}

TEST(Privileges, LeaveTheClockWhenItIsNotSet)
{
    if (!is_root)
        return;
    LONGS_EQUAL(0, in_a_child([] {
        if (!drop_to({.binds_ports = true}))
            return 1;
        return !may_set_clock() && getuid() == 0 && has(CAP_NET_BIND_SERVICE) ? 0 : 2;
    }));
    LONGS_EQUAL(0, in_a_child([] {
        const bool may = may_set_clock();
        return drop_to({.sets_clock = true, .binds_ports = true}) && may_set_clock() == may ? 0 : 1;
    }));
}

TEST(Privileges, TakeAGroupByNumber)
{
    if (!is_root)
        return;
    LONGS_EQUAL(0, in_a_child([] {
        return drop_to({.user = "12345", .group = "23456"}) && getuid() == 12345
                && getgid() == 23456
            ? 0
            : 1;
    }));
}

TEST(Privileges, AreNotDroppedForAUserWhoDoesNotExist)
{
    const auto result = drop_to({.user = "no-such-user-here"});
    CHECK_FALSE(result.has_value());
    STRCMP_EQUAL("there is no user 'no-such-user-here'", result.error().c_str());
    CHECK(drop_to({.user = "root", .group = "no-such-group-here"}).error()
        == "there is no group 'no-such-group-here'");
}

TEST(Privileges, AreNotToBeHadWithoutRoot)
{
    if (!is_root)
        return;
    LONGS_EQUAL(0, in_a_child([] {
        if (!drop_to({.user = std::to_string(nobody)}))
            return 1;
        return drop_to({.user = "root"}) ? 2 : 0;
    }));
}

TEST(Privileges, RaisingPriorityNeverKeepsUsFromStarting)
{
    LONGS_EQUAL(0, in_a_child([] {
        const std::string missing = raise_priority();
        std::string room(1 << 22, 'x'); // and memory is still to be had
        return room.size() == 1 << 22 && missing.size() < 200 ? 0 : 1;
    }));
}

TEST(Privileges, ANewRootIsEnteredOnceTheUserIsKnown)
{
    if (!is_root)
        return;
    const std::string directory = new_directory();
    chmod(directory.c_str(), 0755);
    std::ofstream{directory + "/inside"} << "x";
    LONGS_EQUAL(0, in_a_child([&] {
        // The name is looked up outside: there is no /etc/passwd inside.
        if (!drop_to({.user = "nobody", .root = directory}))
            return 1;
        return access("/inside", R_OK) == 0 && getuid() == nobody ? 0 : 2;
    }));
    LONGS_EQUAL(0, in_a_child([&] {
        return drop_to({.root = directory}) && access("/inside", R_OK) == 0 ? 0 : 1;
    }));
    fs::remove_all(directory);
    const auto result = drop_to({.root = "/no-such-directory"});
    CHECK_FALSE(result.has_value());
    CHECK(result.error().find("/no-such-directory") != std::string::npos);
}

// --- the sandbox -------------------------------------------------------------

TEST_GROUP(Sandbox)
{
    std::string directory = new_directory();
    void teardown() override
    {
        fs::remove_all(directory);
    }
};

// Everything that a daemon does after it is shut. Names are asked in a network without any server.
TEST(Sandbox, LetsADaemonWork)
{
    if (is_sanitized)
        return;
    LONGS_EQUAL(0, in_a_child([&] {
        const bool is_apart = unshare(CLONE_NEWNET) == 0 && system("ip link set lo up") == 0;
        if (!shut_sandbox())
            return 1;
        RealPlatform real{
            std::make_unique<NoneClock>(), std::make_unique<FileLog>(directory + "/log", "x")};
        Platform& world = real.world();
        world.log.write(Severity::notice, "inside");
        world.log.reopen();
        SyslogLog{"timeball-test"}.write(Severity::debug, "a test of the sandbox");
        if (!world.files.replace(directory + "/drift", "1.5\n")
            || !world.files.append(directory + "/stats", "line")
            || !world.files.link(directory + "/stats", directory + "/stats.1")
            || world.files.list(directory, "").value().size() != 4)
            return 2;
        if (world.network.interfaces().empty())
            return 3;
        int answers = 0;
        bool localhost = false;
        const auto name = world.resolver.resolve("localhost", {}, [&](const auto& answer) {
            localhost = answer.has_value();
            if (++answers == 2)
                real.loop().stop();
        });
        // Whatever the answer: the look-up must end.
        const auto nowhere
            = world.resolver.resolve(is_apart ? "x.invalid" : "::1", {}, [&](const auto&) {
                  if (++answers == 2)
                      real.loop().stop();
              });
        const auto watching = world.network.watch(real.loop(), [] {});
        std::atomic<bool> worker{false};
        const auto thread = world.threads.start("worker", [&](EventLoop&) { worker = true; }, {});
        const auto patience = real.loop().after(30s, [&] { real.loop().stop(); });
        real.loop().run();
        if (answers != 2 || localhost != knows_localhost())
            return 4;
        while (!worker)
            std::this_thread::yield();
        return world.random.bits64() != world.random.bits64() ? 0 : 5;
    }));
}

TEST(Sandbox, RefusesTheRest)
{
    if (is_sanitized)
        return;
    LONGS_EQUAL(0, in_a_child([] {
        if (!shut_sandbox())
            return 1;
        if (fork() >= 0)
            return 2;
        const char* const arguments[] = {"/bin/true", nullptr};
        if (execv(arguments[0], const_cast<char* const*>(arguments)) == 0 || errno != EPERM)
            return 3;
        if (socket(AF_PACKET, SOCK_RAW, 0) >= 0 || chroot("/") == 0 || kill(1, 0) == 0)
            return 4;
        return setresuid(1, 1, 1) == 0 ? 5 : 0;
    }));
}

TEST(Sandbox, HoldsForThreadsThatWereThereBefore)
{
    if (is_sanitized)
        return;
    LONGS_EQUAL(0, in_a_child([] {
        std::atomic<int> stage{0};
        std::atomic<bool> is_shut{false};
        std::thread before{[&] {
            stage = 1;
            while (stage != 2)
                std::this_thread::yield();
            is_shut = socket(AF_PACKET, SOCK_RAW, 0) < 0 && errno == ENOSYS;
        }};
        while (stage != 1)
            std::this_thread::yield();
        const bool done = shut_sandbox().has_value();
        stage = 2;
        before.join();
        return done && is_shut ? 0 : 1;
    }));
}

TEST(Sandbox, LetsAFaultEndTheProcess)
{
    if (is_sanitized)
        return;
    LONGS_EQUAL(1000 + SIGABRT, in_a_child([] {
        if (!shut_sandbox())
            return 1;
        abort();
    }));
}

// --- the service manager -----------------------------------------------------

TEST_GROUP(ServiceManager)
{
    FileDescriptor manager;

    void listen(const std::string& name)
    {
        manager = FileDescriptor{socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)};
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        std::memcpy(at.sun_path, name.data(), name.size());
        if (name[0] == '@')
            at.sun_path[0] = '\0';
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
        CHECK(bind(manager.get(), reinterpret_cast<sockaddr*>(&at), size) == 0);
        setenv("NOTIFY_SOCKET", name.c_str(), 1);
    }
    std::string heard()
    {
        std::array<char, 256> room;
        const auto got = recv(manager.get(), room.data(), room.size(), 0);
        return {room.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
    }
    void teardown() override
    {
        for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
            unsetenv(name);
    }
};

TEST(ServiceManager, HearsOfTheProcessThatGoesOn)
{
    listen("@timeball-test-" + std::to_string(getpid()));
    ServiceManager word;
    word.main_process(4711);
    STRCMP_EQUAL("MAINPID=4711", heard().c_str());
    ServiceManager next;
    CHECK(next.descriptor() < 0);
    next.take_over(FileDescriptor{dup(word.descriptor())}, 2s);
    CHECK(next.watchdog() == 2s);
    next.ready();
    STRCMP_EQUAL("READY=1", heard().c_str());
}

TEST(ServiceManager, HearsHowThingsGo)
{
    const std::string directory = new_directory();
    listen(directory + "/notify");
    ServiceManager word;
    CHECK(getenv("NOTIFY_SOCKET") == nullptr);
    fs::remove_all(directory); // as behind chroot(2)
    word.ready();
    STRCMP_EQUAL("READY=1", heard().c_str());
    word.status("synchronized\nto 192.0.2.1");
    STRCMP_EQUAL("STATUS=synchronized to 192.0.2.1", heard().c_str());
    word.reloading();
    STRCMP_CONTAINS("RELOADING=1\nMONOTONIC_USEC=", heard().c_str());
    word.alive();
    STRCMP_EQUAL("WATCHDOG=1", heard().c_str());
    word.stopping();
    STRCMP_EQUAL("STOPPING=1", heard().c_str());
    CHECK_FALSE(word.watchdog().has_value());
}

TEST(ServiceManager, MayHaveAnAbstractName)
{
    listen("@timeball-test-" + std::to_string(getpid()));
    ServiceManager word;
    word.ready();
    STRCMP_EQUAL("READY=1", heard().c_str());
}

TEST(ServiceManager, SaysHowOftenItWantsASign)
{
    setenv("WATCHDOG_USEC", "30000000", 1);
    CHECK(ServiceManager{}.watchdog() == 15s);
    setenv("WATCHDOG_USEC", "30000000", 1);
    setenv("WATCHDOG_PID", "1", 1); // somebody else's
    CHECK_FALSE(ServiceManager{}.watchdog().has_value());
    setenv("WATCHDOG_USEC", "soon", 1);
    CHECK_FALSE(ServiceManager{}.watchdog().has_value());
}

TEST(ServiceManager, NeedNotBeThere)
{
    for (const char* name : {"", "@", "relative", "/no/such/socket"}) {
        setenv("NOTIFY_SOCKET", name, 1);
        ServiceManager word;
        word.ready();
        word.stopping();
    }
    setenv("NOTIFY_SOCKET", std::string(500, '/').c_str(), 1);
    ServiceManager{}.ready();
}
