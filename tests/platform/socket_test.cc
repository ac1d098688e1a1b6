// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// UDP sockets over loopback: addresses, stamps, batches, refusals.

#include "platform/clock_reading.h"
#include "platform/none_clock.h"
#include "platform/software_clock.h"
#include "platform/turning.h"
#include "platform/udp_network.h"

#include <algorithm>
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

std::string padded(const std::string& text)
{
    std::string result(48 - text.size(), '.');
    return result + text;
}

// Keeps what it is told, and answers when it shall.
struct Party final : SocketUser {
    struct Heard {
        std::string text;
        Endpoint from;
        LocalAddress to;
        Instant<Utc> received;
        StampKind stamp;
        bool truncated;
    };
    struct Sent {
        std::uint32_t token;
        Instant<Utc> when;
    };
    std::unique_ptr<DatagramSocket> socket;
    std::vector<Heard> heard;
    std::vector<Sent> sent;
    std::vector<std::pair<Endpoint, std::error_code>> refusals;
    bool answers = false, ends_itself = false;

    void received(const Datagram& d) override
    {
        heard.push_back({{reinterpret_cast<const char*>(d.bytes.data()), d.bytes.size()}, d.from,
            d.to, d.received, d.stamp, d.truncated});
        if (answers)
            CHECK(socket->send(d.bytes, d.from, &d.to).has_value());
        if (ends_itself)
            socket.reset();
    }
    void transmitted(std::uint32_t token, Instant<Utc> when, StampKind) override
    {
        sent.push_back({token, when});
    }
    void refused(const Endpoint& to, std::error_code why) override
    {
        refusals.emplace_back(to, why);
    }
};

const Address localhost = Address::loopback(Family::ipv4);
const Address localhost6 = Address::loopback(Family::ipv6);

} // namespace

TEST_GROUP(UdpSocket)
{
    Turning turning;
    NoneClock clock;
    UdpNetwork network{clock};
    Party server, client;

    bool open(Party & party, const SocketOptions& options)
    {
        auto socket = network.open(turning.loop, options, party);
        if (!socket)
            return false;
        party.socket = std::move(*socket);
        return true;
    }
    SocketOptions at(const Address& address)
    {
        return {.bind = {address, 0}};
    }
    Endpoint port_of(const Party& party, const Address& address)
    {
        return {address, party.socket->local().port};
    }
};

TEST(UdpSocket, CarriesADatagramThereAndBack)
{
    server.answers = true;
    CHECK(open(server, at(localhost)));
    CHECK(open(client, at(Address::any(Family::ipv4))));
    CHECK(client.socket->local().port != 0);

    CHECK(client.socket->send(bytes_of("what time is it"), server.socket->local()).has_value());
    CHECK(turning.until([&] { return client.heard.size() == 1; }));

    STRCMP_EQUAL("what time is it", client.heard[0].text.c_str());
    CHECK(client.heard[0].from == server.socket->local());
    CHECK_FALSE(client.heard[0].truncated);
    LONGS_EQUAL(1, client.socket->counts().sent);
    LONGS_EQUAL(1, client.socket->counts().received);
    LONGS_EQUAL(1, server.socket->counts().sent);
}

TEST(UdpSocket, AnswersFromTheAddressAsked)
{
    server.answers = true;
    CHECK(open(server, at(Address::any(Family::ipv4))));
    CHECK(open(client, at(localhost)));
    const auto asked = port_of(server, *parse_address("127.0.0.2"));

    CHECK(client.socket->send(bytes_of("x"), asked).has_value());
    CHECK(turning.until([&] { return client.heard.size() == 1; }));

    STRCMP_EQUAL("127.0.0.2", to_string(server.heard[0].to.address).c_str());
    CHECK(server.heard[0].to.interface != 0);
    CHECK(client.heard[0].from == asked);
}

TEST(UdpSocket, SpeaksIpv6)
{
    server.answers = true;
    if (!open(server, at(Address::any(Family::ipv6))))
        return; // a machine without
    CHECK(open(client, at(Address::any(Family::ipv6))));

    CHECK(client.socket->send(bytes_of("x"), port_of(server, localhost6)).has_value());
    CHECK(turning.until([&] { return client.heard.size() == 1; }));

    CHECK(server.heard[0].to.address == localhost6);
    CHECK(client.heard[0].from.address == localhost6);
    CHECK(client.heard[0].stamp == StampKind::kernel);
}

TEST(UdpSocket, ShowsIpv4AsIpv4OnASocketForBoth)
{
    server.answers = true;
    SocketOptions options = at(Address::any(Family::ipv6));
    options.is_v6_only = false;
    if (!open(server, options))
        return;
    CHECK(open(client, at(localhost)));
    const auto asked = port_of(server, *parse_address("127.0.0.3"));

    CHECK(client.socket->send(bytes_of("x"), asked).has_value());
    CHECK(turning.until([&] { return client.heard.size() == 1; }));

    CHECK(server.heard[0].from.address == localhost);
    STRCMP_EQUAL("127.0.0.3", to_string(server.heard[0].to.address).c_str());
    CHECK(client.heard[0].from == asked);
}

TEST(UdpSocket, HasStampsOfTheKernelThatNeverTurnBack)
{
    CHECK(open(server, at(localhost)));
    CHECK(open(client, at(localhost)));
    const auto before = system_time();
    // The kernel begins to stamp a moment after the first socket of the machine asks it to.
    for (std::size_t i = 1; i <= 20; ++i) {
        CHECK(client.socket->send(bytes_of("x"), server.socket->local()).has_value());
        CHECK(turning.until([&] { return server.heard.size() == i; }));
    }
    auto last = before;
    for (const auto& heard : server.heard) {
        CHECK(heard.received >= last && heard.received <= system_time());
        last = heard.received;
    }
    CHECK(server.heard.back().stamp == StampKind::kernel);
}

TEST(UdpSocket, DoesWithoutStampsWhenNoneAreWanted)
{
    SocketOptions options = at(localhost);
    options.wants_stamps = false;
    CHECK(open(server, options));
    CHECK(open(client, options));
    const auto before = system_time();
    CHECK(client.socket->send(bytes_of("x"), server.socket->local(), nullptr, 5).has_value());
    CHECK(turning.until([&] { return server.heard.size() == 1; }));
    CHECK(server.heard[0].stamp == StampKind::daemon);
    CHECK(server.heard[0].received >= before && server.heard[0].received <= system_time());
    CHECK(client.sent.empty());
}

TEST(UdpSocket, TellsWhenADatagramLeft)
{
    CHECK(open(server, at(localhost)));
    CHECK(open(client, at(localhost)));
    const auto before = system_time();
    for (std::uint32_t token = 1; token <= 3; ++token)
        CHECK(client.socket
                  ->send(bytes_of(padded(std::to_string(token))), server.socket->local(), nullptr,
                      token)
                  .has_value());
    CHECK(client.sent.empty()); // never from within send()
    CHECK(turning.until([&] { return client.sent.size() == 3 && server.heard.size() == 3; }));

    for (std::uint32_t i = 0; i < 3; ++i) {
        LONGS_EQUAL(i + 1, client.sent[i].token);
        CHECK(client.sent[i].when >= before);
        if (server.heard[i].stamp == StampKind::kernel)
            CHECK(client.sent[i].when <= server.heard[i].received);
    }
}

TEST(UdpSocket, AnswersABatchAsABatch)
{
    server.answers = true;
    CHECK(open(server, at(localhost)));
    CHECK(open(client, at(localhost)));
    for (int i = 0; i < 50; ++i)
        CHECK(client.socket->send(bytes_of(std::to_string(i)), server.socket->local()).has_value());

    CHECK(turning.until([&] { return client.heard.size() == 50; }));

    for (std::size_t i = 0; i < 50; ++i)
        STRCMP_EQUAL(std::to_string(i).c_str(), client.heard[i].text.c_str());
    LONGS_EQUAL(50, server.socket->counts().sent);
}

TEST(UdpSocket, MayBeEndedByWhatItDelivers)
{
    server.ends_itself = true;
    server.answers = true;
    CHECK(open(server, at(localhost)));
    CHECK(open(client, at(localhost)));
    const auto to = server.socket->local();
    for (int i = 0; i < 5; ++i)
        CHECK(client.socket->send(bytes_of("x"), to).has_value());

    CHECK(turning.until([&] { return !server.socket; }));
    turning.during(5ms);

    LONGS_EQUAL(1, server.heard.size());
    CHECK(client.heard.empty());
}

TEST(UdpSocket, SaysWhenADatagramWasTooLongForIt)
{
    CHECK(open(server, at(localhost)));
    CHECK(open(client, at(localhost)));
    const std::string longest(2048, 'x');
    CHECK(client.socket->send(bytes_of(longest), server.socket->local()).has_value());
    CHECK(turning.until([&] { return server.heard.size() == 1; }));
    CHECK_FALSE(server.heard[0].truncated);
    LONGS_EQUAL(2048, server.heard[0].text.size());

    CHECK(client.socket->send(bytes_of(longest + "x"), server.socket->local()).error()
        == std::errc::message_size);
}

TEST(UdpSocket, HearsThatNobodyListens)
{
    CHECK(open(server, at(localhost)));
    const auto dead = server.socket->local();
    server.socket.reset();
    SocketOptions options = at(Address::any(Family::ipv4));
    options.hears_refusals = true;
    CHECK(open(client, options));

    CHECK(client.socket->send(bytes_of("x"), dead).has_value());
    CHECK(turning.until([&] { return client.refusals.size() == 1; }));

    CHECK(client.refusals[0].first == dead);
    CHECK(client.refusals[0].second == std::errc::connection_refused);
}

TEST(UdpSocket, StillSendsAfterARefusal)
{
    CHECK(open(server, at(localhost)));
    const auto dead = server.socket->local();
    server.socket.reset();
    CHECK(open(server, at(localhost)));
    SocketOptions options = at(localhost);
    options.hears_refusals = true;
    CHECK(open(client, options));

    // The second call is the one that the kernel tells about the first.
    CHECK(client.socket->send(bytes_of("x"), dead).has_value());
    CHECK(client.socket->send(bytes_of("y"), server.socket->local()).has_value());

    CHECK(turning.until([&] { return server.heard.size() == 1 && client.refusals.size() == 1; }));
}

TEST(UdpSocket, IsDeafToRefusalsUnlessItAsks)
{
    CHECK(open(server, at(localhost)));
    const auto dead = server.socket->local();
    server.socket.reset();
    CHECK(open(client, at(localhost)));
    for (int i = 0; i < 3; ++i)
        CHECK(client.socket->send(bytes_of("x"), dead).has_value());
    turning.during(10ms);
    CHECK(client.refusals.empty());
}

TEST(UdpSocket, SaysWhyItCannotBeOpened)
{
    CHECK(open(server, at(localhost)));
    SocketOptions options = at(localhost);
    options.bind = server.socket->local();
    CHECK(network.open(turning.loop, options, client).error() == std::errc::address_in_use);
    options.bind = {*parse_address("192.0.2.1"), 0};
    CHECK(network.open(turning.loop, options, client).error() == std::errc::address_not_available);
}

TEST(UdpSocket, CountsWhatCouldNotBeSent)
{
    CHECK(open(client, at(localhost)));
    CHECK_FALSE(client.socket->send(bytes_of("x"), {*parse_address("0.0.0.1"), 9}).has_value());
    LONGS_EQUAL(1, client.socket->counts().send_failed);
    LONGS_EQUAL(0, client.socket->counts().sent);
    CHECK(client.socket->send(bytes_of("x"), {localhost6, 9}).error()
        == std::errc::address_family_not_supported);
}

TEST(UdpSocket, SharesAPortWhenAllWantTo)
{
    SocketOptions options = at(localhost);
    options.shares_port = true;
    CHECK(open(server, options));
    options.bind = server.socket->local();
    Party other;
    CHECK(open(other, options));
    CHECK(other.socket->local() == server.socket->local());
}

TEST(UdpSocket, TellsKernelStampsOnTheSoftwareClock)
{
    const SoftwareClock ahead{{1h, {}, 0ns}};
    UdpNetwork shifted{ahead};
    server.socket = std::move(*shifted.open(turning.loop, at(localhost), server));
    client.socket = std::move(*shifted.open(turning.loop, at(localhost), client));
    const auto before = ahead.now();
    for (std::uint32_t i = 1; i <= 10; ++i) {
        CHECK(client.socket
                  ->send(bytes_of(padded(std::to_string(i))), server.socket->local(), nullptr, i)
                  .has_value());
        CHECK(turning.until([&] { return server.heard.size() == i && client.sent.size() == i; }));
    }
    const auto after = ahead.now();
    CHECK(server.heard.back().stamp == StampKind::kernel);
    for (const auto& heard : server.heard)
        CHECK(heard.received > before - 100us && heard.received < after + 100us);
    for (const auto& sent : client.sent)
        CHECK(sent.when > before - 100us && sent.when < after + 100us);
}
