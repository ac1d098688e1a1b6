// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The server on real threads and real sockets over loopback, while its clock's state and its
// configuration change. Made for the thread sanitizer.

#include "platform/none_clock.h"
#include "platform/platform.h"
#include "serve/server.h"

#include <set>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace std::chrono_literals;

namespace {

struct QuietLog final : Log {
    void write(Severity, std::string_view) override { }
    void reopen() override { }
};

// Asks, and remembers what it was answered.
struct Client final : SocketUser {
    std::unique_ptr<DatagramSocket> socket;
    std::set<std::uint64_t> outstanding;
    unsigned answers = 0, strange = 0, fragments = 0;

    void ask(const Endpoint& server, std::uint64_t nonce)
    {
        std::array<std::byte, ntp::header_size> room;
        ntp::encode({.leap = Leap::none, .version = 4, .transmit = {nonce}}, room);
        outstanding.insert(nonce);
        CHECK(socket->send(room, server).has_value());
    }
    void received(const Datagram& datagram) override
    {
        const auto header = ntp::decode(datagram.bytes);
        if (!header) {
            ++fragments;
            return;
        }
        const bool is_good = header->mode == ntp::Mode::server && header->stratum == 3
            && header->receive.bits <= header->transmit.bits
            && outstanding.erase(header->origin.bits) == 1
            && datagram.from.address == *parse_address("127.0.0.7");
        ++(is_good ? answers : strange);
    }
    void transmitted(std::uint32_t, Instant<Utc>, StampKind) override { }
    void refused(const Endpoint&, std::error_code) override { }
};

} // namespace

TEST_GROUP(ServerOnThreads)
{
    platform::RealPlatform real{
        std::make_unique<platform::NoneClock>(), std::make_unique<QuietLog>()};
    // CppUTest's operator new does not heed its alignment.
    const std::unique_ptr<Snapshot<ntp::ServedTime>> served
        = std::make_unique<Snapshot<ntp::ServedTime>>();
    config::StartConfig start;
    config::LiveConfig live;
    std::vector<Client> clients{8};

    void setup() override
    {
        live.serve.workers = 3;
        start.uses_ipv6 = false;
        const auto rule = [&](config::InterfaceRule::Action action, const char* address) {
            config::InterfaceRule r;
            r.action = action;
            r.what = config::InterfaceRule::What::prefix;
            r.prefix = *parse_prefix(address);
            live.interfaces.push_back(r);
        };
        rule(config::InterfaceRule::Action::ignore, "0.0.0.0/0");
        rule(config::InterfaceRule::Action::listen, "127.0.0.7");
        live.restrictions
            = {{.address = Address::any(Family::ipv4), .mask = Address::any(Family::ipv4)}};
        for (Client& client : clients) {
            auto socket = real.world().network.open(
                real.world().loop, {.bind = {Address::loopback(Family::ipv4), 0}}, client);
            CHECK(socket.has_value());
            client.socket = std::move(*socket);
        }
        // A port that was free a moment ago.
        start.port = clients[0].socket->local().port ^ 1;
    }
    void publish(std::uint32_t epoch)
    {
        const auto now = real.world().clock.now();
        served->write({.leap = Leap::none,
            .stratum = Stratum{3},
            .as_of = now,
            .void_after = now + 1h,
            .epoch = epoch});
    }
    // False when it did not come to be in ten seconds.
    bool until(const std::function<bool()>& so)
    {
        auto& loop = real.loop();
        const auto end = loop.now() + 10s;
        const auto look = loop.every(200us, [&] {
            if (so() || loop.now() > end)
                loop.stop();
        });
        loop.run();
        return so();
    }
    template <class Member>
    unsigned sum(Member member) const
    {
        unsigned total = 0;
        for (const Client& client : clients)
            total += client.*member;
        return total;
    }
};

TEST(ServerOnThreads, AnswersAllWhileItsStateAndItsConfigurationChange)
{
    publish(0);
    const Endpoint at{*parse_address("127.0.0.7"), start.port};
    {
        std::vector<serve::ControlRequest> questions;
        serve::Server server{real.world(), start, *served,
            [&](const serve::ControlRequest& request) { questions.push_back(request); }};
        CHECK(server.start(live).has_value());
        CHECK(until([&] { return server.listening().size() == 1; }));

        unsigned asked = 0;
        for (unsigned round = 0; round < 50; ++round) {
            for (Client& client : clients)
                client.ask(at, ++asked);
            publish(0);
            if (round % 10 == 0)
                server.reconfigure(live);
            if (round % 10 == 5)
                server.set_upstreams({Address::ipv4(round)});
            CHECK(until([&] { return sum(&Client::answers) == asked; }));
            UNSIGNED_LONGLONGS_EQUAL(asked, server.counts().of(ntp::Verdict::answered_client));
        }
        UNSIGNED_LONGS_EQUAL(0, sum(&Client::strange));

        // A question of the control protocol, there and back.
        std::array<std::byte, 12> question{};
        question[0] = std::byte{0x16};
        CHECK(clients[0].socket->send(question, at).has_value());
        CHECK(until([&] { return questions.size() == 1; }));
        server.reply(questions[0], {std::vector<std::byte>(16), std::vector<std::byte>(20)});
        CHECK(until([&] { return clients[0].fragments == 2; }));
    }
    // And another may have the port at once.
    serve::Server next{real.world(), start, *served, [](const serve::ControlRequest&) {}};
    CHECK(next.start(live).has_value());
    CHECK(until([&] { return next.listening().size() == 1; }));
    serve::Server third{real.world(), start, *served, [](const serve::ControlRequest&) {}};
    const auto refused = third.start(live);
    CHECK_FALSE(refused.has_value());
    CHECK(refused.error().at == at);
    CHECK(refused.error().why == std::errc::address_in_use);
}

// Everything that may change does, while requests are on their way all the time: none is lost, and
// none is answered by a worker that should not.
TEST(ServerOnThreads, LosesNothingWhileWorkersAddressesAndSettingsChangeUnderLoad)
{
    publish(0);
    const Endpoint at{*parse_address("127.0.0.7"), start.port};
    serve::Server server{real.world(), start, *served, [](const serve::ControlRequest&) {}};
    live.mru.max_depth = 1000;
    CHECK(server.start(live).has_value());
    CHECK(until([&] { return server.listening().size() == 1; }));

    config::InterfaceRule another = live.interfaces.back();
    another.prefix = *parse_prefix("127.0.0.8");
    unsigned asked = 0;
    std::uint64_t counted = 0;
    for (unsigned round = 0; round < 120; ++round) {
        live.serve.workers = static_cast<int>(1 + round / 4 % 4);
        live.serve.pins_workers = round % 5 == 0;
        live.serve.busy_poll = 10us * (round % 3);
        live.limit.v4_prefix = round % 7 == 0 ? 24 : 32;
        live.limit.rule = round % 2 == 0 ? config::LimitRule::classic : config::LimitRule::ntpsec;
        live.mru.max_depth = 500 + 100 * (round % 8);
        if (round % 6 == 0)
            live.interfaces.push_back(another);
        else if (round % 6 == 3)
            live.interfaces.pop_back();
        server.reconfigure(live);
        for (unsigned i = 0; i < 4; ++i)
            for (Client& client : clients)
                client.ask(at, ++asked);
        publish(0);
        server.set_upstreams({Address::ipv4(round)});
        CHECK(until([&] { return sum(&Client::answers) == asked; }));
        const auto now = server.counts().of(ntp::Verdict::answered_client);
        CHECK(now >= counted && now <= asked);
        counted = now;
    }
    UNSIGNED_LONGS_EQUAL(0, sum(&Client::strange));
    CHECK(until([&] { return server.counts().of(ntp::Verdict::answered_client) == asked; }));
}
