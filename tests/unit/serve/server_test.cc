// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The server: starting, reloading, interfaces that come and go, names, and the way of control
// packets there and back.

#include "serve/server.h"
#include "unit/serve/fakes.h"

#include <memory>
#include <set>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::serve;
using namespace timeball::serve::test;
using namespace std::chrono_literals;
using ntp::Verdict;

TEST_GROUP(Server)
{
    FakeLoop loop;
    FakeClock clock;
    FakeNetwork network;
    FakeResolver resolver{loop};
    FakeRandom random;
    FakeFiles files;
    FakeLog log;
    FakeThreads threads;
    Platform platform{loop, clock, network, resolver, random, files, log, threads};
    // On the heap: they are aligned to cache lines, and a test's own object may not be.
    std::unique_ptr<Snapshot<ntp::ServedTime>> served_owner
        = std::make_unique<Snapshot<ntp::ServedTime>>();
    Snapshot<ntp::ServedTime>& served = *served_owner;
    config::StartConfig start;
    config::LiveConfig live;
    std::vector<ControlRequest> control;
    std::unique_ptr<Server> server;

    const Endpoint v4{Address::any(Family::ipv4), 123}, v6{Address::any(Family::ipv6), 123};
    Endpoint client{*parse_address("198.51.100.7"), 40000};

    void setup() override
    {
        live.serve.workers = 0;
        network.present = {interface("lo", 1, "127.0.0.1"), interface("eth0", 2, "192.0.2.9")};
        served.write({.leap = Leap::none, .stratum = Stratum{2}, .void_after = clock.time + 24h});
        allow("0.0.0.0", 0);
        allow("::", 0);
    }
    static NetworkInterface interface(const char* name, std::uint32_t index, const char* address)
    {
        return {.name = name,
            .index = index,
            .address = *parse_address(address),
            .prefix_length = 24,
            .is_loopback = name == std::string{"lo"}};
    }
    void allow(const char* address, std::uint32_t flags, const char* mask = nullptr)
    {
        live.restrictions.push_back({.address = *parse_address(address),
            .mask = *parse_address(mask ? mask : address),
            .flags = flags,
            .line = 1});
    }
    Result<void, OpenFault> begin()
    {
        server = std::make_unique<Server>(platform, start, served,
            [this](const ControlRequest& request) { control.push_back(request); });
        const auto begun = server->start(live);
        turn();
        return begun;
    }
    void turn()
    {
        for (int i = 0; i < 4; ++i) {
            loop.turn();
            for (FakeLoop* other : std::vector{threads.loops})
                other->turn();
        }
    }
    void deliver(const Endpoint& at, const std::vector<std::byte>& bytes)
    {
        network.deliver(at,
            {.bytes = bytes,
                .from = client,
                .to = {*parse_address("192.0.2.9"), 2},
                .received = clock.time});
    }
    static std::vector<std::byte> request()
    {
        std::vector<std::byte> bytes(ntp::header_size);
        bytes[0] = std::byte{0x23};
        return bytes;
    }
    static std::vector<std::byte> question()
    {
        std::vector<std::byte> bytes(12);
        bytes[0] = std::byte{0x16};
        bytes[1] = std::byte{1};
        return bytes;
    }
    std::uint64_t count(Verdict v) const
    {
        return server->counts().of(v);
    }
};

TEST(Server, ServesOnTheControlLoopWhenItHasNoWorkers)
{
    CHECK(begin().has_value());
    UNSIGNED_LONGS_EQUAL(0, threads.loops.size());
    CHECK((server->listening() == std::vector{v4, v6}));
    CHECK(log.has("listening on 0.0.0.0:123"));
    deliver(v4, request());
    UNSIGNED_LONGLONGS_EQUAL(1, count(Verdict::answered_client));
    UNSIGNED_LONGS_EQUAL(1, network.sent.size());
    CHECK_FALSE(network.open_sockets.at(v4)->options.shares_port);
}

TEST(Server, StartsAsManyWorkersAsItIsToldOrThereAreCores)
{
    live.serve.workers = 3;
    CHECK(begin().has_value());
    UNSIGNED_LONGS_EQUAL(3, threads.loops.size());
    UNSIGNED_LONGS_EQUAL(6, network.all.size());
    CHECK(network.open_sockets.at(v4)->options.shares_port);
    CHECK((server->listening() == std::vector{v4, v6}));
    server.reset();
    UNSIGNED_LONGS_EQUAL(0, network.all.size());

    live.serve.workers = -1;
    threads.count = 64;
    CHECK(begin().has_value());
    UNSIGNED_LONGS_EQUAL(8, threads.loops.size());
    server.reset();
    threads.count = 1;
    CHECK(begin().has_value());
    UNSIGNED_LONGS_EQUAL(1, threads.loops.size());
    CHECK(network.open_sockets.at(v4)->options.shares_port); // others may join it
}

TEST(Server, OpensSocketsThatShareAPortInTheOrderOfWorkers)
{
    live.serve.workers = 3;
    server = std::make_unique<Server>(platform, start, served, [](const ControlRequest&) {});
    CHECK(server->start(live).has_value());
    const auto loops = threads.loops;
    UNSIGNED_LONGS_EQUAL(3, loops.size());
    UNSIGNED_LONGS_EQUAL(0, network.all.size());

    loops[2]->turn(); // however much the others hurry
    loops[1]->turn();
    UNSIGNED_LONGS_EQUAL(0, network.all.size());
    for (std::size_t i = 0; i < 3; ++i) {
        loops[i]->turn();
        UNSIGNED_LONGS_EQUAL(2 * (i + 1), network.all.size());
        loop.turn();
    }
    CHECK((server->listening() == std::vector{v4, v6}));
    UNSIGNED_LONGS_EQUAL(3, network.open_sockets.at(v4)->divided->sockets);
}

TEST(Server, OpensNoSocketBehindAWorkerThatCouldNot)
{
    live.serve.workers = 3;
    server = std::make_unique<Server>(platform, start, served, [](const ControlRequest&) {});
    CHECK(server->start(live).has_value());
    threads.loops[0]->turn();
    loop.turn();
    network.faults[v6] = std::make_error_code(std::errc::address_not_available);
    turn();
    UNSIGNED_LONGS_EQUAL(4, network.all.size()); // the third did not try
    CHECK(log.has("cannot listen on [::]:123: Cannot assign requested address"));

    network.faults.clear();
    loop.pass(5s);
    turn();
    UNSIGNED_LONGS_EQUAL(6, network.all.size());
    CHECK((server->listening() == std::vector{v4, v6}));
}

TEST(Server, AsksAWorkerAgainWhoseAnswerWasLost)
{
    live.serve.workers = 2;
    server = std::make_unique<Server>(platform, start, served, [](const ControlRequest&) {});
    CHECK(server->start(live).has_value());
    loop.room = 0; // a flood of control packets
    threads.loops[0]->turn();
    loop.room = 1000;
    loop.turn();
    UNSIGNED_LONGS_EQUAL(2, network.all.size());
    loop.pass(100ms);
    turn();
    UNSIGNED_LONGS_EQUAL(4, network.all.size());
    CHECK((server->listening() == std::vector{v4, v6}));
}

TEST(Server, AddsAndRemovesWorkersWhileItServes)
{
    live.serve.workers = 1;
    CHECK(begin().has_value());
    deliver(v4, request());

    live.serve.workers = 3;
    server->reconfigure(live);
    turn();
    UNSIGNED_LONGS_EQUAL(3, server->workers());
    UNSIGNED_LONGS_EQUAL(6, network.all.size());
    for (const auto* socket : network.all)
        UNSIGNED_LONGS_EQUAL(3, socket->divided->sockets);
    deliver(v4, request()); // the last one opened

    live.serve.workers = 2;
    server->reconfigure(live);
    turn();
    UNSIGNED_LONGS_EQUAL(2, server->workers());
    UNSIGNED_LONGS_EQUAL(4, std::count_if(network.all.begin(), network.all.end(), [](auto* s) {
        return s->divided->sockets == 2;
    }));
    UNSIGNED_LONGS_EQUAL(6, network.all.size()); // what waits in its sockets is still answered
    deliver(v4, request());
    UNSIGNED_LONGLONGS_EQUAL(3, count(Verdict::answered_client));
    loop.pass(100ms);
    UNSIGNED_LONGS_EQUAL(4, network.all.size());
    UNSIGNED_LONGS_EQUAL(2, threads.loops.size());
    UNSIGNED_LONGLONGS_EQUAL(3, count(Verdict::answered_client)); // counts outlive who counted

    live.serve.workers = 0;
    server->reconfigure(live);
    turn();
    UNSIGNED_LONGS_EQUAL(2, server->workers());
    CHECK(log.has("'workers' becomes 0 at the next start; until then threads go on serving"));
}

TEST(Server, DropsAnAnswerWhoseWorkerHasGone)
{
    live.serve.workers = 2;
    CHECK(begin().has_value());
    deliver(v4, question());
    turn();
    UNSIGNED_LONGS_EQUAL(1, control.size());
    UNSIGNED_LONGS_EQUAL(1, control[0].worker);
    live.serve.workers = 1;
    server->reconfigure(live);
    server->reply(control[0], {std::vector<std::byte>(12)});
    UNSIGNED_LONGLONGS_EQUAL(1, server->counts().send_failed);
}

TEST(Server, SaysOnceWhenTheKernelDoesNotKeepAClientOnOneWorker)
{
    live.serve.workers = 2;
    network.can_split = false;
    CHECK(begin().has_value());
    server->reconfigure(live);
    turn();
    CHECK((server->listening() == std::vector{v4, v6}));
    UNSIGNED_LONGS_EQUAL(1, std::count_if(log.lines.begin(), log.lines.end(), [](const auto& line) {
        return line.starts_with("the kernel does not keep each client on one worker");
    }));
}

TEST(Server, BindsWorkersToCoresWhenAskedTo)
{
    live.serve.workers = 2;
    CHECK(begin().has_value());
    CHECK(threads.pinned.empty());
    live.serve.pins_workers = true;
    server->reconfigure(live);
    turn();
    CHECK((threads.pinned == std::vector<std::optional<unsigned>>{0u, 1u}));
    live.serve.pins_workers = false;
    server->reconfigure(live);
    turn();
    CHECK((threads.pinned == std::vector<std::optional<unsigned>>{0u, 1u, {}, {}}));
}

TEST(Server, SumsTheCountsOfItsWorkers)
{
    live.serve.workers = 2;
    CHECK(begin().has_value());
    for (auto* socket : network.all)
        for (int i = 0; i < 3; ++i) {
            const auto bytes = request();
            socket->user.received({.bytes = bytes,
                .from = client,
                .to = {*parse_address("192.0.2.9"), 2},
                .received = clock.time});
            socket->user.received_all();
        }
    UNSIGNED_LONGLONGS_EQUAL(12, count(Verdict::answered_client));
    UNSIGNED_LONGLONGS_EQUAL(12, server->counts().sent);
}

TEST(Server, DoesNotStartOnAPortThatIsInUse)
{
    for (const int workers : {0, 2}) {
        live.serve.workers = workers;
        network.faults[v6] = std::make_error_code(std::errc::address_in_use);
        const auto begun = begin();
        CHECK_FALSE(begun.has_value());
        CHECK(begun.error() == (OpenFault{v6, network.faults[v6]}));
        UNSIGNED_LONGS_EQUAL(0, network.all.size());
        UNSIGNED_LONGS_EQUAL(0, threads.loops.size());
    }
}

TEST(Server, DoesNotStartWhenNothingCanBeOpened)
{
    network.faults[v4] = network.faults[v6] = std::make_error_code(std::errc::no_buffer_space);
    CHECK_FALSE(begin().has_value());
}

TEST(Server, DoesWithoutAFamilyThatTheHostLacks)
{
    network.faults[v6] = std::make_error_code(std::errc::address_family_not_supported);
    CHECK(begin().has_value());
    CHECK((server->listening() == std::vector{v4}));
    CHECK(log.has("cannot listen on [::]:123: Address family not supported by protocol"));
    const auto lines = log.lines.size();
    loop.pass(10min);
    UNSIGNED_LONGS_EQUAL(lines, log.lines.size());
}

TEST(Server, MayListenNowhere)
{
    live.interfaces = {{.action = config::InterfaceRule::Action::ignore,
                           .what = config::InterfaceRule::What::ipv4,
                           .name = {},
                           .prefix = {}},
        {.action = config::InterfaceRule::Action::ignore,
            .what = config::InterfaceRule::What::ipv6,
            .name = {},
            .prefix = {}}};
    CHECK(begin().has_value());
    UNSIGNED_LONGS_EQUAL(0, server->listening().size());
}

TEST(Server, FollowsInterfacesThatComeAndGo)
{
    for (const int workers : {0, 2}) {
        live.serve.workers = workers;
        live.interfaces = {{.action = config::InterfaceRule::Action::ignore,
            .what = config::InterfaceRule::What::wildcard,
            .name = {},
            .prefix = {}}};
        CHECK(begin().has_value());
        const Endpoint lo{*parse_address("127.0.0.1"), 123}, eth{*parse_address("192.0.2.9"), 123},
            late{*parse_address("10.0.0.9"), 123};
        CHECK((server->listening() == std::vector{lo, eth}));

        network.present.push_back(interface("eth1", 3, "10.0.0.9"));
        network.changed();
        turn();
        CHECK((server->listening() == std::vector{late, lo, eth}));
        deliver(late, request());
        UNSIGNED_LONGLONGS_EQUAL(1, count(Verdict::answered_client));

        network.present.pop_back();
        network.changed();
        turn();
        CHECK((server->listening() == std::vector{lo, eth}));
        CHECK(log.has("no longer listening on 10.0.0.9:123"));
        server.reset();
    }
}

TEST(Server, NoticesByItselfWhatNobodyTellsIt)
{
    live.interfaces = {{.action = config::InterfaceRule::Action::ignore,
        .what = config::InterfaceRule::What::wildcard,
        .name = {},
        .prefix = {}}};
    CHECK(begin().has_value());
    network.present.push_back(interface("eth1", 3, "10.0.0.9"));
    loop.pass(301s);
    turn();
    UNSIGNED_LONGS_EQUAL(3, server->listening().size());
}

TEST(Server, TriesAgainWhatIsNotReadyYet)
{
    live.interfaces = {{.action = config::InterfaceRule::Action::ignore,
        .what = config::InterfaceRule::What::wildcard,
        .name = {},
        .prefix = {}}};
    const Endpoint eth{*parse_address("192.0.2.9"), 123};
    network.faults[eth] = std::make_error_code(std::errc::address_not_available);
    CHECK(begin().has_value());
    UNSIGNED_LONGS_EQUAL(1, server->listening().size());
    loop.pass(5s);
    turn();
    network.faults.clear();
    loop.pass(5s);
    turn();
    UNSIGNED_LONGS_EQUAL(2, server->listening().size());
    LONGS_EQUAL(1,
        std::count(log.lines.begin(), log.lines.end(),
            "cannot listen on 192.0.2.9:123: Cannot assign requested address"));
}

TEST(Server, TakesANewConfigurationAndKeepsItsSocketsAndCounts)
{
    live.serve.workers = 2;
    CHECK(begin().has_value());
    deliver(v4, request());
    const auto sockets = network.all;
    allow("198.51.100.7", config::restrict_ignore, "255.255.255.255");
    server->reconfigure(live);
    turn();
    deliver(v4, request());
    UNSIGNED_LONGLONGS_EQUAL(1, count(Verdict::answered_client));
    UNSIGNED_LONGLONGS_EQUAL(1, count(Verdict::dropped_ignored));
    CHECK(sockets == network.all);
}

TEST(Server, TellsWorkersLaterWhenTheirMailboxesAreFull)
{
    live.serve.workers = 1;
    CHECK(begin().has_value());
    threads.loops[0]->room = 0;
    allow("198.51.100.7", config::restrict_ignore, "255.255.255.255");
    server->reconfigure(live);
    turn();
    threads.loops[0]->room = 100;
    loop.pass(100ms);
    turn();
    deliver(v4, request());
    UNSIGNED_LONGLONGS_EQUAL(1, count(Verdict::dropped_ignored));
}

TEST(Server, AppliesTheSourceTemplateToUpstreams)
{
    live.restrictions.push_back({.flags = config::restrict_noserve, .is_source_template = true});
    CHECK(begin().has_value());
    deliver(v4, request());
    UNSIGNED_LONGLONGS_EQUAL(1, count(Verdict::answered_client));
    server->set_upstreams({client.address});
    deliver(v4, request());
    UNSIGNED_LONGLONGS_EQUAL(1, count(Verdict::dropped_noserve));
    server->set_upstreams({});
    deliver(v4, request());
    UNSIGNED_LONGLONGS_EQUAL(2, count(Verdict::answered_client));
}

TEST(Server, LooksUpNamesInItsRules)
{
    live.restrict_names = {{.host = "friend.example",
        .family = {},
        .entry = {.address = {}, .mask = {}, .flags = config::restrict_noserve, .line = 3}}};
    CHECK(begin().has_value());
    loop.pass(1s);
    deliver(v4, request());
    UNSIGNED_LONGLONGS_EQUAL(1, count(Verdict::answered_client));
    CHECK(log.has("restrict friend.example: the name has no address; the rule waits for one"));

    resolver.names["friend.example"] = {client.address};
    loop.pass(60s); // asks again
    loop.pass(1s); // and hears
    deliver(v4, request());
    UNSIGNED_LONGLONGS_EQUAL(1, count(Verdict::dropped_noserve));

    resolver.names.clear();
    server->reconfigure(live); // the last answer stays while a new one is not there
    loop.pass(1s);
    deliver(v4, request());
    UNSIGNED_LONGLONGS_EQUAL(2, count(Verdict::dropped_noserve));

    live.restrict_names.clear();
    server->reconfigure(live);
    deliver(v4, request());
    UNSIGNED_LONGLONGS_EQUAL(2, count(Verdict::answered_client));
}

TEST(Server, KnowsItsOwnAddresses)
{
    CHECK(begin().has_value());
    client = {*parse_address("127.0.0.1"), 123};
    deliver(v4, request());
    UNSIGNED_LONGLONGS_EQUAL(1, count(Verdict::own_source));
    UNSIGNED_LONGS_EQUAL(2, server->own_addresses().size());
}

TEST(Server, PassesControlPacketsToItsHandlerAndAnswersBack)
{
    for (const int workers : {0, 2}) {
        live.serve.workers = workers;
        CHECK(begin().has_value());
        network.sent.clear();
        control.clear();
        deliver(v6, question());
        UNSIGNED_LONGS_EQUAL(0, control.size()); // in a turn of its own
        turn();
        UNSIGNED_LONGS_EQUAL(1, control.size());
        server->reply(control[0], {std::vector<std::byte>(16)});
        turn();
        UNSIGNED_LONGS_EQUAL(1, network.sent.size());
        CHECK(network.sent[0].to == client);
        UNSIGNED_LONGLONGS_EQUAL(1, server->counts().control_sent);
        server.reset();
    }
}

TEST(Server, CountsControlPacketsThatFindNoRoom)
{
    CHECK(begin().has_value());
    client.address = Address::loopback(Family::ipv4); // asks as often as it likes
    for (std::size_t i = 0; i < ControlInbox::places + 3; ++i)
        deliver(v4, question());
    UNSIGNED_LONGLONGS_EQUAL(ControlInbox::places, count(Verdict::control));
    UNSIGNED_LONGLONGS_EQUAL(3, count(Verdict::control_overflow));
    turn();
    UNSIGNED_LONGS_EQUAL(ControlInbox::places, control.size());
    deliver(v4, question()); // there is room again, and somebody to take it
    turn();
    UNSIGNED_LONGS_EQUAL(ControlInbox::places + 1, control.size());
}

TEST(Server, HandsOnLaterWhatItsLoopHadNoRoomToHearOf)
{
    CHECK(begin().has_value());
    loop.room = 0;
    deliver(v4, question());
    loop.room = 1000;
    turn();
    UNSIGNED_LONGS_EQUAL(0, control.size());
    deliver(v4, question());
    turn();
    UNSIGNED_LONGS_EQUAL(2, control.size());
}

TEST(Server, IsNotCalledAfterItsEnd)
{
    CHECK(begin().has_value());
    deliver(v4, question());
    server.reset();
    turn();
    UNSIGNED_LONGS_EQUAL(0, control.size());
}

// --- in another's place ------------------------------------------------------

TEST(Server, HasAsManyWorkersAsItWasGivenSockets)
{
    live.serve.workers = 4;
    network.given = {{v4, 3}, {v6, 3}};
    CHECK(begin().has_value());
    UNSIGNED_LONGS_EQUAL(3, threads.loops.size());
    std::multiset<unsigned> shares;
    for (const auto* socket : network.all)
        shares.insert(socket->options.share);
    CHECK((shares == std::multiset<unsigned>{0, 0, 1, 1, 2, 2}));
    CHECK(log.has("there are 3 workers, as many as there are sockets that were given to us"));
}

TEST(Server, KeepsToItsControlLoopWithOneSocketThatItWasGiven)
{
    network.given = {{v4, 1}};
    CHECK(begin().has_value());
    UNSIGNED_LONGS_EQUAL(0, threads.loops.size());
}

TEST(Server, GoesOnWithTheClientsAndCountsOfTheOneBefore)
{
    for (const int workers : {0, 2}) {
        live.serve.workers = workers;
        CHECK(begin().has_value());
        for (auto* socket : network.all)
            if (socket->options.bind == v4) {
                const auto bytes = request();
                socket->user.received({.bytes = bytes,
                    .from = client,
                    .to = {*parse_address("192.0.2.9"), 2},
                    .received = clock.time});
                socket->user.received_all();
            }
        const auto before = server->counts();
        Estate estate = server->leave();
        UNSIGNED_LONGS_EQUAL(0, network.all.size());
        UNSIGNED_LONGS_EQUAL(std::max(workers, 1), estate.lists.size());

        server = std::make_unique<Server>(platform, start, served,
            [this](const ControlRequest& request) { control.push_back(request); });
        bool is_open = false;
        server->all_open = [&] { is_open = true; };
        server->take_over(std::move(estate));
        CHECK(server->start(live).has_value());
        turn();
        CHECK(is_open);
        UNSIGNED_LONGLONGS_EQUAL(before.received(), server->counts().received());
        estate = server->leave();
        for (const auto& list : estate.lists)
            UNSIGNED_LONGLONGS_EQUAL(1, list.counts.present);
        server.reset();
    }
}

TEST(Server, NeverHasMoreWorkersThanItWasGivenSockets)
{
    live.serve.workers = 2;
    network.given = {{v4, 2}, {v6, 2}};
    CHECK(begin().has_value());
    for (const int wanted : {3, 0}) {
        live.serve.workers = wanted;
        server->reconfigure(live);
        turn();
        UNSIGNED_LONGS_EQUAL(2, server->workers());
    }
    live.serve.workers = 1;
    server->reconfigure(live);
    turn();
    UNSIGNED_LONGS_EQUAL(1, server->workers());
}

TEST(Server, KeepsItsClientsOnTheirWorkersAfterATakeover)
{
    live.serve.workers = 2;
    CHECK(begin().has_value());
    const auto divided = [&] { return network.open_sockets.at(v4)->divided; };
    const auto before = divided();
    CHECK(before.has_value());
    Estate estate = server->leave();
    server = std::make_unique<Server>(platform, start, served, [](const ControlRequest&) {});
    server->take_over(std::move(estate));
    CHECK(server->start(live).has_value());
    turn();
    CHECK(divided() == before);
}

TEST(Server, ForgetsListsThatAreNotForItsWorkers)
{
    live.serve.workers = 2;
    CHECK(begin().has_value());
    deliver(v4, request());
    Estate estate = server->leave();
    live.serve.workers = 3;
    server = std::make_unique<Server>(platform, start, served, [](const ControlRequest&) {});
    server->take_over(std::move(estate));
    CHECK(server->start(live).has_value());
    turn();
    UNSIGNED_LONGLONGS_EQUAL(1, server->counts().received());
    for (const auto& list : server->leave().lists)
        UNSIGNED_LONGLONGS_EQUAL(0, list.counts.present);
}
