// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What one process gives another: sockets with the requests that wait in them, memory, words.

#include "platform/none_clock.h"
#include "platform/parcels.h"
#include "platform/shared_memory.h"
#include "platform/socket_address.h"
#include "platform/socket_stock.h"
#include "platform/turning.h"
#include "platform/udp_network.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::platform;
using namespace std::chrono_literals;

namespace {

struct Listener final : SocketUser {
    std::unique_ptr<DatagramSocket> socket;
    std::vector<std::string> heard;
    void received(const Datagram& d) override
    {
        heard.emplace_back(reinterpret_cast<const char*>(d.bytes.data()), d.bytes.size());
    }
    void transmitted(std::uint32_t, Instant<Utc>, StampKind) override { }
    void refused(const Endpoint&, std::error_code) override { }
};

FileDescriptor bound_socket(const Endpoint& at, bool shares)
{
    FileDescriptor fd{socket(AF_INET, SOCK_DGRAM, 0)};
    const int one = 1;
    if (shares)
        setsockopt(fd.get(), SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    const auto name = socket_address(at, Family::ipv4);
    CHECK(bind(fd.get(), name.get(), name.size) == 0);
    return fd;
}

} // namespace

// --- sockets -----------------------------------------------------------------

TEST_GROUP(SocketStock)
{
    Turning turning;
    NoneClock clock;
    UdpNetwork network{clock};
    const Endpoint here{*parse_address("127.0.0.9"), 11177};

    void say(const std::string& text)
    {
        const FileDescriptor fd{socket(AF_INET, SOCK_DGRAM, 0)};
        const auto name = socket_address(here, Family::ipv4);
        sendto(fd.get(), text.data(), text.size(), 0, name.get(), name.size);
    }
};

TEST(SocketStock, GivesARequestThatWaitsToWhoOpensTheSocketNext)
{
    network.stock().put({bound_socket(here, false), 0});
    LONGS_EQUAL(1, network.inherited(here));
    say("waits");

    Listener listener;
    listener.socket = *network.open(turning.loop, {.bind = here}, listener);

    LONGS_EQUAL(0, network.inherited(here));
    CHECK(turning.until([&] { return listener.heard.size() == 1; }));
    STRCMP_EQUAL("waits", listener.heard[0].c_str());
    CHECK(listener.socket->local() == here);
}

TEST(SocketStock, KnowsWhichOfThoseThatShareAPortIsWhich)
{
    for (const unsigned share : {1u, 0u})
        network.stock().put({bound_socket(here, true), share});
    LONGS_EQUAL(2, network.inherited(here));
    CHECK_FALSE(network.stock().take({.bind = here, .share = 2}).has_value());
    CHECK(network.stock().take({.bind = here, .share = 1}).has_value());
    CHECK_FALSE(network.stock().take({.bind = here, .share = 1}).has_value());
    CHECK_FALSE(network.stock().take({.bind = {here.address, 11178}}).has_value());
    network.stock().clear();
    LONGS_EQUAL(0, network.inherited(here));
}

TEST(SocketStock, TakesNothingButBoundUdpSockets)
{
    network.stock().put({FileDescriptor{open("/dev/null", O_RDONLY)}, 0});
    network.stock().put({FileDescriptor{socket(AF_INET, SOCK_DGRAM, 0)}, 0});
    network.stock().put({FileDescriptor{}, 0});
    LONGS_EQUAL(0, network.inherited({Address::any(Family::ipv4), 0}));
}

TEST(SocketStock, GivesAwayWhatIsOpenUnderAnotherName)
{
    Listener first, second;
    first.socket = *network.open(turning.loop, {.bind = here, .share = 3}, first);
    const Endpoint anywhere{here.address, 0};
    second.socket = *network.open(turning.loop, {.bind = anywhere}, second); // nobody's to know

    auto names = network.bound();
    LONGS_EQUAL(1, names.size());
    LONGS_EQUAL(3, names[0].share);
    first.socket.reset(); // the other name holds it open
    say("meanwhile");
    network.stock().put(std::move(names[0]));
    first.socket = *network.open(turning.loop, {.bind = here, .share = 3}, first);
    CHECK(turning.until([&] { return first.heard.size() == 1; }));
    first.socket.reset();
    LONGS_EQUAL(0, network.bound().size());
}

TEST(SocketStock, FindsWhatTheServiceManagerGave)
{
    constexpr int first = 200;
    CHECK(dup2(bound_socket(here, true).get(), first) == first);
    CHECK(dup2(bound_socket(here, true).get(), first + 1) == first + 1);
    CHECK(dup2(FileDescriptor{open("/dev/null", O_RDONLY)}.get(), first + 2) == first + 2);
    setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
    setenv("LISTEN_FDS", "3", 1);

    const auto given = given_by_manager(first);

    LONGS_EQUAL(2, given.size());
    LONGS_EQUAL(0, given[0].share);
    LONGS_EQUAL(1, given[1].share);
    POINTERS_EQUAL(nullptr, getenv("LISTEN_FDS"));
    close(first + 2);
}

TEST(SocketStock, LeavesAloneWhatWasGivenToAnother)
{
    setenv("LISTEN_PID", "1", 1);
    setenv("LISTEN_FDS", "1", 1);
    CHECK(given_by_manager(200).empty());
    CHECK(given_by_manager(200).empty());
}

// --- words and files ---------------------------------------------------------

TEST_GROUP(Parcels)
{
    const std::string name = "timeball-test/" + std::to_string(getpid());
    FileDescriptor door;
    void setup() override
    {
        auto opened = Parcels::door(name);
        CHECK(opened.has_value());
        door = *std::move(opened);
    }
};

TEST(Parcels, CarryWordsAndFiles)
{
    auto guest = Parcels::knock(name);
    CHECK(guest.has_value());
    auto host = Parcels::answer(door);
    CHECK(host.has_value());
    LONGS_EQUAL(getpid(), host->process());
    CHECK(host->is_trusted());
    CHECK(guest->is_trusted());

    const auto text = text_file("a long text");
    const int files[] = {text.get(), text.get()};
    CHECK(guest->send("two files", files));
    CHECK(guest->send("none"));
    const auto parcel = host->receive(1s);
    CHECK(parcel.has_value());
    STRCMP_EQUAL("two files", parcel->words.c_str());
    LONGS_EQUAL(2, parcel->files.size());
    STRCMP_EQUAL("a long text", text_of(parcel->files[1], 100)->c_str());
    CHECK_FALSE(text_of(parcel->files[1], 10).has_value());
    LONGS_EQUAL(0, host->receive(1s)->files.size());
    CHECK_FALSE(host->receive(1ms).has_value());

    guest = Parcels{FileDescriptor{}};
    CHECK_FALSE(host->receive(1s).has_value());
    CHECK_FALSE(host->send("too late"));
}

TEST(Parcels, NobodyCanOpenTheSameDoorTwice)
{
    CHECK(Parcels::door(name).error() == std::errc::address_in_use);
    door.reset();
    CHECK_FALSE(Parcels::knock(name).has_value());
    CHECK(Parcels::door(name).has_value());
}

// --- memory ------------------------------------------------------------------

TEST_GROUP(SharedMemory){};

TEST(SharedMemory, IsSeenByWhoeverHasItsFile)
{
    SharedMemory memory;
    const auto region = memory.zeroed(1 << 20);
    LONGS_EQUAL(1 << 20, region->octets().size());
    CHECK(region->octets()[12345] == std::byte{0});
    region->octets()[12345] = std::byte{7};

    const int fd = descriptor(*region);
    CHECK(fd >= 0);
    const auto same = region_of(FileDescriptor{dup(fd)});
    CHECK(same && same->octets().size() == 1 << 20);
    CHECK(same->octets()[12345] == std::byte{7});
    LONGS_EQUAL(-1, descriptor(*HeapMemory{}.zeroed(8)));
    CHECK(region_of(FileDescriptor{open("/dev/null", O_RDONLY)}) == nullptr);
}
