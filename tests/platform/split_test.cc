// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// One client on one socket, as the kernel does it.

#include "platform/client_split.h"
#include "platform/none_clock.h"
#include "platform/turning.h"
#include "platform/udp_network.h"

#include <map>
#include <memory>
#include <set>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::platform;
using namespace std::chrono_literals;

namespace {

// A server's socket: who came.
struct Ear final : SocketUser {
    std::unique_ptr<DatagramSocket> socket;
    std::set<Address> heard;
    unsigned count = 0;

    void received(const Datagram& d) override
    {
        heard.insert(d.from.address);
        ++count;
    }
    void transmitted(std::uint32_t, Instant<Utc>, StampKind) override { }
    void refused(const Endpoint&, std::error_code) override { }
};

} // namespace

TEST_GROUP(ClientSplit)
{
    Turning turning;
    NoneClock clock;
    UdpNetwork network{clock};
    std::vector<std::unique_ptr<Ear>> ears;
    Endpoint at{Address::any(Family::ipv4), 0};
    bool is_divided = true;

    void open(const ClientSplit& split)
    {
        auto ear = std::make_unique<Ear>();
        auto socket = network.open(turning.loop, {.bind = at, .shares_port = true}, *ear);
        CHECK(socket.has_value());
        ear->socket = std::move(*socket);
        at.port = ear->socket->local().port;
        is_divided = ear->socket->split(split) && is_divided;
        ears.push_back(std::move(ear));
    }
    void send(const Address& from, unsigned times)
    {
        for (unsigned i = 0; i < times; ++i) { // from another port each time
            Ear asks;
            auto socket = network.open(turning.loop, {.bind = {from, 0}}, asks);
            CHECK(socket.has_value());
            CHECK((*socket)
                      ->send(std::as_bytes(std::span{"what time is it"}),
                          {Address::loopback(Family::ipv4), at.port})
                      .has_value());
        }
    }
    unsigned count() const
    {
        unsigned sum = 0;
        for (const auto& ear : ears)
            sum += ear->count;
        return sum;
    }
    void forget()
    {
        for (const auto& ear : ears) {
            ear->heard.clear();
            ear->count = 0;
        }
    }
    // Each of 127.0.0.1 to 127.0.0.`last` asks a few times.
    void ask_all(unsigned last, unsigned times)
    {
        forget();
        for (unsigned i = 1; i <= last; ++i) {
            send(Address::ipv4(0x7f000000 + i), times);
            CHECK(turning.until([&] { return count() == i * times; }));
        }
    }
    void check_apart(unsigned last) const
    {
        std::size_t sum = 0;
        for (const auto& ear : ears)
            sum += ear->heard.size();
        UNSIGNED_LONGS_EQUAL(last, sum); // nobody was heard by two
    }
};

TEST(ClientSplit, BringsAClientAlwaysToTheSameSocket)
{
    const ClientSplit split{.sockets = 4, .salt = 0x9e3779b9};
    for (int i = 0; i < 4; ++i)
        open(split);
    if (!is_divided)
        return; // a kernel that refuses: the platform says so, and the server does without
    ask_all(200, 3);
    check_apart(200);
    for (const auto& ear : ears)
        CHECK_TRUE_TEXT(ear->heard.size() > 25, std::to_string(ear->heard.size()).c_str());
}

TEST(ClientSplit, IsRightAgainWhenASocketHasComeOrGone)
{
    ClientSplit split{.sockets = 2, .salt = 12345};
    open(split);
    open(split);
    if (!is_divided)
        return;
    split.sockets = 3;
    open(split);
    ask_all(60, 2);
    check_apart(60);
    CHECK(!ears[2]->heard.empty());
    const auto first = ears[0]->heard;

    // The last one goes: the division changes first, then what waits there is still heard.
    split.sockets = 2;
    CHECK(ears[0]->socket->split(split));
    forget();
    for (unsigned i = 1; i <= 60; ++i)
        send(Address::ipv4(0x7f000000 + i), 1);
    CHECK(turning.until([&] { return count() == 60; }));
    CHECK(ears[2]->heard.empty());
    ears.pop_back();
    ask_all(60, 2);
    check_apart(60);
}

TEST(ClientSplit, CountsAPrefixAsOneClientWhereAsked)
{
    const ClientSplit split{.sockets = 2, .salt = 77, .v4_prefix = 24};
    open(split);
    open(split);
    if (!is_divided)
        return;
    ask_all(50, 1);
    CHECK((ears[0]->count == 50 && ears[1]->count == 0)
        || (ears[0]->count == 0 && ears[1]->count == 50));
}

TEST(ClientSplit, LooksAtTheFirstHalfOfAnIpv6Address)
{
    // 2001:db8:1:2::/64 and its neighbors, through the program as the kernel would run it.
    const auto socket_of = [](std::uint32_t high, std::uint32_t low) {
        const auto program = split_program(Family::ipv6, {.sockets = 5, .salt = 99});
        std::uint32_t a = 0, x = 0;
        for (const sock_filter& i : program) {
            const std::uint32_t k = i.k;
            switch (i.code) {
            case BPF_LD | BPF_W | BPF_ABS:
                a = k == static_cast<std::uint32_t>(SKF_NET_OFF) + 8 ? high : low;
                CHECK(k == static_cast<std::uint32_t>(SKF_NET_OFF) + 8
                    || k == static_cast<std::uint32_t>(SKF_NET_OFF) + 12);
                break;
            case BPF_ALU | BPF_AND | BPF_K:
                a &= k;
                break;
            case BPF_ALU | BPF_MUL | BPF_K:
                a *= k;
                break;
            case BPF_MISC | BPF_TAX:
                x = a;
                break;
            case BPF_ALU | BPF_ADD | BPF_X:
                a += x;
                break;
            case BPF_ALU | BPF_XOR | BPF_X:
                a ^= x;
                break;
            case BPF_ALU | BPF_RSH | BPF_K:
                a >>= k;
                break;
            case BPF_ALU | BPF_MOD | BPF_K:
                a %= k;
                break;
            case BPF_RET | BPF_A:
                return a;
            default:
                FAIL("another instruction");
            }
        }
        FAIL("no end");
        return a;
    };
    std::map<std::uint32_t, unsigned> by_low, by_high;
    for (std::uint32_t i = 0; i < 1000; ++i) {
        ++by_low[socket_of(0x20010db8, 0x10000 + i)];
        ++by_high[socket_of(0x20010000 + i, 7)];
    }
    UNSIGNED_LONGS_EQUAL(5, by_low.size());
    UNSIGNED_LONGS_EQUAL(5, by_high.size());
    for (const auto& [socket, count] : by_low)
        CHECK(count > 100 && count < 300);
    for (const auto& [socket, count] : by_high)
        CHECK(count > 100 && count < 300);
}
