// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Who else keeps time, in a /proc that is made up and in this machine's.

#include "platform/simulation.h"
#include "platform/who_else.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::platform;
namespace fs = std::filesystem;

namespace {

constexpr const char* everything = "000001ffffffffff";
constexpr const char* clock_only = "0000000002000400";
constexpr const char* no_clock = "0000000000000400";

constexpr const char* header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when "
                               "retrnsmt   uid  timeout inode ref pointer drops\n";

void write(const fs::path& path, const std::string& content)
{
    fs::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary} << content;
}

std::string row(const std::string& local, int inode)
{
    return "  123: " + local
        + " 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 "
        + std::to_string(inode) + " 2 0000000000000000 0\n";
}

} // namespace

TEST_GROUP(WhoElse)
{
    fs::path proc;

    void setup() override
    {
        std::string name = fs::temp_directory_path() / "timeball-XXXXXX";
        CHECK(mkdtemp(name.data()));
        proc = name;
        link_to(proc / "self/ns/user", "user:[1]");
    }
    void teardown() override
    {
        fs::remove_all(proc);
    }

    void link_to(const fs::path& path, const char* target)
    {
        fs::create_directories(path.parent_path());
        fs::create_symlink(target, path);
    }
    void process(int number, const std::string& name, const char* capabilities = everything,
        const char* user_namespace = "user:[1]")
    {
        const auto home = proc / std::to_string(number);
        write(home / "comm", name + "\n");
        write(home / "status",
            "Name:\t" + name + "\nUid:\t0\t0\t0\t0\nCapPrm:\t000001ffffffffff\nCapEff:\t"
                + capabilities + "\nSeccomp:\t0\n");
        link_to(home / "ns/user", user_namespace);
    }
    std::string steering()
    {
        const auto who = who_steers(proc);
        return who ? to_string(*who) : "";
    }
    std::string holding(const char* endpoint)
    {
        const auto who = who_holds(*parse_endpoint(endpoint), proc);
        return who ? to_string(*who) : "";
    }
};

TEST(WhoElse, FindsTheDaemonThatSteers)
{
    process(1, "systemd");
    STRCMP_EQUAL("", steering().c_str());
    process(4711, "chronyd", clock_only);
    STRCMP_EQUAL("chronyd (process 4711)", steering().c_str());
}

TEST(WhoElse, KnowsANameThatTheKernelCuts)
{
    process(300, "systemd-timesyn", clock_only);
    STRCMP_EQUAL("systemd-timesyn (process 300)", steering().c_str());
}

TEST(WhoElse, MindsNobodyWhoMayNotSetTheClock)
{
    process(4711, "chronyd", no_clock);
    process(4712, "bash", everything);
    process(4713, "ntpd", everything, "user:[2]"); // everything, in a world of its own
    process(getpid(), "timeballd"); // ourselves
    STRCMP_EQUAL("", steering().c_str());
}

TEST(WhoElse, TellsWhichClockPhc2sysSteers)
{
    const auto with = [&](const std::string& arguments) {
        write(proc / "77/cmdline", "phc2sys" + arguments);
        return who_steers(proc).has_value();
    };
    using namespace std::string_literals;
    process(77, "phc2sys");
    CHECK(with("\0-s\0eth0\0-O\00037\0"s));
    CHECK(with("\0-s\0eth0\0-c\0CLOCK_REALTIME\0"s));
    CHECK_FALSE(with("\0-s\0CLOCK_REALTIME\0-c\0eth0\0"s));
    CHECK_FALSE(with("\0-a\0"s));
    CHECK(with("\0-a\0-rr\0"s));
    CHECK(with("\0-arr\0"s));
}

TEST(WhoElse, LeavesSimulatedWorldsAndThisOneApart)
{
    using namespace std::string_literals;
    process(4711, "chronyd", clock_only);
    write(proc / "4711/environ", "PATH=/bin\0CLKNETSIM_NODE=2\0"s);
    STRCMP_EQUAL("", steering().c_str());
    process(4712, "ntpd");
    STRCMP_EQUAL("ntpd (process 4712)", steering().c_str());
    write(proc / "self/environ", "CLKNETSIM_NODE=1\0"s);
    STRCMP_EQUAL("", steering().c_str());
}

TEST(WhoElse, KnowsASimulatedMachineByItsNumber)
{
    using namespace std::string_literals;
    const std::string self = proc / "self";
    fs::create_directories(self);
    CHECK_FALSE(is_simulated(self)); // nothing can be read
    write(proc / "self/environ", "PATH=/bin\0NOT_CLKNETSIM_NODE=1\0CLKNETSIM_NODEX=2\0"s);
    CHECK_FALSE(is_simulated(self));
    write(proc / "self/environ", "PATH=/bin\0CLKNETSIM_NODE=1\0HOME=/\0"s);
    CHECK(is_simulated(self));
}

TEST(WhoElse, FindsWhoHoldsAPort)
{
    process(55, "ntpd");
    link_to(proc / "55/fd/3", "socket:[999]");
    link_to(proc / "55/fd/4", "socket:[4242]");
    write(proc / "net/udp", header + row("00000000:007B", 4242) + row("0100007F:14E9", 1));
    STRCMP_EQUAL("ntpd (process 55)", holding("0.0.0.0:123").c_str());
    STRCMP_EQUAL("ntpd (process 55)", holding("192.0.2.1:123").c_str());
    STRCMP_EQUAL("", holding("0.0.0.0:124").c_str());
    STRCMP_EQUAL("", holding("[::]:123").c_str());
}

TEST(WhoElse, DistinguishesAddresses)
{
    process(55, "openntpd");
    link_to(proc / "55/fd/4", "socket:[7]");
    write(proc / "net/udp", header + row("0200007F:007B", 7));
    STRCMP_EQUAL("", holding("127.0.0.1:123").c_str());
    STRCMP_EQUAL("openntpd (process 55)", holding("127.0.0.2:123").c_str());
    STRCMP_EQUAL("openntpd (process 55)", holding("0.0.0.0:123").c_str());
}

TEST(WhoElse, ReadsIpv6)
{
    process(55, "ntpd");
    link_to(proc / "55/fd/4", "socket:[7]");
    write(proc / "net/udp6", header + row("B80D0120000000000000000001000000:007B", 7));
    STRCMP_EQUAL("ntpd (process 55)", holding("[2001:db8::1]:123").c_str());
    STRCMP_EQUAL("", holding("[2001:db8::2]:123").c_str());
    STRCMP_EQUAL("", holding("0.0.0.0:123").c_str());
}

TEST(WhoElse, SaysThatItCannotSeeTheHolder)
{
    write(proc / "net/udp", header + row("00000000:007B", 4242));
    STRCMP_EQUAL(
        "another process, which is not to be seen from here", holding("0.0.0.0:123").c_str());
}

TEST(WhoElse, SurvivesAnyTable)
{
    write(proc / "net/udp",
        "\n\n 1: :007B a b c d e f g h i j\n 1: 00000000:zz 2 3 4 5 6 7 8 9\n" + row("0:7B", 1)
            + row("GGGGGGGG:007B", 1) + "1: 00000000:007B");
    STRCMP_EQUAL("", holding("0.0.0.0:123").c_str());
}

TEST(WhoElse, FindsARealHolderOnThisMachine)
{
    int ends[2], back[2];
    CHECK(pipe(ends) == 0 && pipe(back) == 0);
    const pid_t child = fork();
    if (child == 0) {
        const int fd = socket(AF_INET, SOCK_DGRAM, 0);
        sockaddr_in name{};
        name.sin_family = AF_INET;
        name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof name;
        bind(fd, reinterpret_cast<sockaddr*>(&name), size);
        getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size);
        const std::uint16_t port = ntohs(name.sin_port);
        char c = 0;
        _exit(::write(ends[1], &port, sizeof port) == sizeof port && read(back[0], &c, 1) == 1 ? 0
                                                                                               : 1);
    }
    std::uint16_t port = 0;
    CHECK(read(ends[0], &port, sizeof port) == sizeof port);
    const auto who = who_holds({Address::any(Family::ipv4), port});
    CHECK(::write(back[1], "x", 1) == 1);
    int status = 0;
    waitpid(child, &status, 0);
    for (const int fd : {ends[0], ends[1], back[0], back[1]})
        close(fd);
    CHECK(who.has_value());
    LONGS_EQUAL(child, who->number);
    CHECK_FALSE(who_holds({Address::any(Family::ipv4), port}).has_value());
}
