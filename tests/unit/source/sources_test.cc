// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The set of sources: reload, pools, what is shown.

#include "source/sources.h"

#include "ntp/reference_id.h"
#include "unit/source/bench.h"

#include <algorithm>
#include <memory>
#include <set>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::source;
using namespace std::chrono_literals;

namespace {

config::SourceConfig line(config::SourceType type, const std::string& host)
{
    config::SourceConfig c;
    c.type = type;
    c.host = host;
    c.iburst = true;
    return c;
}
config::SourceConfig server(const std::string& host)
{
    return line(config::SourceType::server, host);
}
config::SourceConfig pool(const std::string& host)
{
    return line(config::SourceType::pool, host);
}

Address address(std::uint32_t n)
{
    return Address::ipv4(0xc0000200 + n); // 192.0.2.n
}

} // namespace

TEST_GROUP(Sources)
{
    Bench bench;
    std::unique_ptr<Sources> sources;
    config::LiveConfig live;

    void configure(std::vector<config::SourceConfig> lines)
    {
        live.sources = std::move(lines);
        if (!sources)
            sources = std::make_unique<Sources>(
                bench.common.edges, bench.corrections, bench.common.sink);
        sources->configure(live);
    }
    // A pool of servers 192.0.2.(first) and so on.
    void pool_of(const std::string& name, std::uint32_t first, std::uint32_t count)
    {
        std::vector<Address> all;
        for (std::uint32_t n = first; n < first + count; ++n) {
            bench.server("s" + std::to_string(n), address(n));
            all.push_back(address(n));
        }
        bench.names.set(name, all);
    }
    sim::SimServer& at(const Address& a)
    {
        return *std::find_if(bench.servers.begin(), bench.servers.end(),
            [&](const sim::SimServer& s) { return s.address() == a; });
    }
    std::set<Address> asked() const
    {
        std::set<Address> all;
        for (const Endpoint& e : sources->remotes())
            all.insert(e.address);
        return all;
    }
    report::Association shown(const std::string& host) const
    {
        for (const auto& a : sources->associations())
            if (a.host_name == host || to_string(a.remote.address) == host)
                return a;
        return {};
    }
    // What the engine would say of one source.
    void judge(const Address& whom, sync::Select select)
    {
        sync::Outcome outcome;
        for (const auto& a : sources->associations())
            if (a.remote.address == whom) {
                sync::SourceView view;
                view.id = a.source;
                view.select = select;
                outcome.sources.push_back(view);
            }
        sources->heed(outcome);
    }
};

TEST(Sources, NumbersAssociationsInOrderOfTheConfiguration)
{
    pool_of("unused", 1, 3);
    configure({server("s3"), server("s1"), server("s2")});
    bench.run_for(1s);
    const auto all = sources->associations();
    LONGS_EQUAL(3, all.size());
    STRCMP_EQUAL("s3", all[0].host_name.c_str());
    STRCMP_EQUAL("s1", all[1].host_name.c_str());
    STRCMP_EQUAL("s2", all[2].host_name.c_str());
    CHECK(all[0].id < all[1].id && all[1].id < all[2].id);
    CHECK(all[0].id.value != 0);
}

TEST(Sources, KeepTheStateOfWhatAReloadDoesNotChange)
{
    pool_of("unused", 1, 3);
    configure({server("s1"), server("s2")});
    bench.run_for(30s);
    const auto before = shown("s1");
    LONGS_EQUAL(6, before.received);

    auto changed = server("s1");
    changed.is_preferred = true;
    configure({server("s3"), changed});
    bench.run_for(1s);
    const auto after = shown("s1");
    CHECK(after.id == before.id);
    CHECK(after.source == before.source);
    LONGS_EQUAL(6, after.received);
    LONGS_EQUAL(2, sources->associations().size());
    LONGS_EQUAL(2, bench.alive.size());
    CHECK(bench.said("s2: removed"));
    CHECK(std::any_of(bench.traits.begin(), bench.traits.end(),
        [](const sync::SourceTraits& t) { return t.is_preferred; }));
}

TEST(Sources, MayExchangeAddressesAtAReload)
{
    pool_of("unused", 1, 1);
    bench.names.set("alias", {address(1)});
    configure({server("s1")});
    bench.run_for(1s);
    configure({server("alias")});
    bench.run_for(1s);
    CHECK(shown("alias").remote.address == address(1));
}

TEST(Sources, AskAnAddressOnlyOnceWhateverItsNames)
{
    pool_of("unused", 1, 1);
    bench.names.set("alias", {address(1)});
    configure({server("s1"), server("alias"), server("192.0.2.1")});
    bench.run_for(10s);
    LONGS_EQUAL(1, sources->remotes().size());
    LONGS_EQUAL(3, sources->associations().size());
}

TEST(Sources, TakeWhatTheEngineDecides)
{
    pool_of("unused", 1, 1);
    configure({server("s1")});
    bench.run_for(30s);
    sync::Outcome outcome;
    sync::SourceView view;
    view.id = shown("s1").source;
    view.select = sync::Select::system_peer;
    view.flash = sync::peer_distance;
    outcome.sources = {view};
    outcome.polls = {{view.id, Poll{9}}};
    sources->heed(outcome);
    sources->note(view.id, PeerEvent::sys_peer);
    const auto a = shown("s1");
    CHECK(a.view.select == sync::Select::system_peer);
    LONGS_EQUAL(0x0400, a.flash);
    LONGS_EQUAL(9, std::min(a.host_poll, a.peer_poll).log2);
    LONGS_EQUAL(10, a.event_code);
}

TEST(Sources, SendThePacketsThatAStepLost)
{
    pool_of("unused", 1, 2);
    configure({server("s1"), server("s2")});
    bench.run_for(85ms); // s1 has answered, s2 has just been asked
    sources->clock_stepped();
    bench.run_for(15s);
    LONGS_EQUAL(6 + 5, bench.samples.size());
}

TEST(Sources, OpenFewSocketsEvenForManyServers)
{
    std::vector<config::SourceConfig> many;
    for (std::uint32_t n = 1; n <= 60; ++n)
        many.push_back(server(to_string(address(n)))); // nobody answers
    configure(many);
    std::size_t most = 0;
    for (int i = 0; i < 3000; ++i) {
        bench.run_for(10ms);
        most = std::max(most, bench.network.open_sockets());
    }
    CHECK(most > 10 && most <= 16);
    std::set<Endpoint> reached;
    for (const auto& a : bench.asked)
        reached.insert(a.whom);
    LONGS_EQUAL(60, reached.size()); // all had their turn
}

TEST(Sources, ShowAReferenceClockThatThisBuildCannotUse)
{
    auto c = line(config::SourceType::refclock, "127.127.8.1");
    c.refclock = config::RefclockConfig{.driver = "generic", .unit = 1};
    configure({c});
    bench.run_for(1s);
    const auto all = sources->associations();
    LONGS_EQUAL(1, all.size());
    STRCMP_EQUAL("GENERIC(1)", all[0].host_name.c_str());
    CHECK(all[0].remote.address == Address::ipv4(0x7f7f0801));
    CHECK(all[0].is_refclock);
    LONGS_EQUAL(0, all[0].reach);
    CHECK(bench.said("GENERIC(1): the driver is not available in this build"));
}

TEST(Sources, DoNotAskAnNtsServerWithoutNts)
{
    pool_of("unused", 1, 1);
    auto c = server("s1");
    c.nts = true;
    configure({c});
    bench.run_for(1h);
    LONGS_EQUAL(0, bench.asked.size());
    LONGS_EQUAL(1, sources->associations().size());
}

// --- pools ---------------------------------------------------------------------------------------

TEST(Sources, FillUpFromAPoolToMaxclock)
{
    pool_of("pool", 1, 20);
    bench.server("fixed", address(99));
    live.policy.maxclock = 7;
    configure({server("fixed"), pool("pool")});
    bench.run_for(30s);
    LONGS_EQUAL(7, sources->remotes().size()); // the solicitor does not count
    const auto all = sources->associations();
    LONGS_EQUAL(8, all.size());
    const auto solicitor = shown("pool");
    CHECK(solicitor.is_pool);
    CHECK(solicitor.reference_id == ReferenceId::letters("POOL"));
    CHECK(solicitor.stratum == Stratum::unsynchronized);
    LONGS_EQUAL(1, solicitor.event_code); // mobilize
    CHECK(all[2].is_preemptible);
    CHECK(!all[2].is_configured);
    LONGS_EQUAL(7 * 6, bench.samples.size()); // members inherit iburst
}

TEST(Sources, TakeMembersFromAllPools)
{
    pool_of("a", 1, 10);
    pool_of("b", 21, 10);
    live.policy.maxclock = 6;
    configure({pool("a"), pool("b")});
    bench.run_for(30s);
    const auto all = asked();
    LONGS_EQUAL(6, all.size());
    LONGS_EQUAL(
        3, std::count_if(all.begin(), all.end(), [](const Address& a) { return a < address(21); }));
}

TEST(Sources, FillUpFromOnePoolWhenTheOtherDoesNotAnswer)
{
    pool_of("a", 1, 10);
    live.policy.maxclock = 6;
    configure({pool("a"), pool("no-such-name")});
    bench.run_for(30s);
    LONGS_EQUAL(6, asked().size());
}

TEST(Sources, NeverHaveAPoolMemberTwice)
{
    pool_of("a", 1, 4);
    bench.names.set("b", {address(3), address(4), address(4), address(1)});
    configure({server("s2"), pool("a"), pool("b")});
    bench.run_for(10min);
    LONGS_EQUAL(4, sources->remotes().size());
    LONGS_EQUAL(4, asked().size());
}

TEST(Sources, ReplaceAPoolMemberThatRefusesServiceAtOnce)
{
    pool_of("pool", 1, 10);
    live.policy.maxclock = 4;
    at(address(2)).kisses(ReferenceId::letters("RSTR"));
    configure({pool("pool")});
    bench.run_for(30s);
    LONGS_EQUAL(4, asked().size());
    CHECK(!asked().contains(address(2)));
    CHECK(bench.said("192.0.2.2: given up as a member of pool: it refused service"));
    LONGS_EQUAL(4, bench.alive.size());
}

TEST(Sources, ReplaceAPoolMemberThatIsSilentForTenPolls)
{
    pool_of("pool", 1, 4);
    live.policy.maxclock = 3;
    configure({pool("pool")});
    bench.run_for(30s);
    CHECK(asked().contains(address(2)));
    at(address(2)).dies();
    bench.run_for(9 * 64s);
    CHECK(asked().contains(address(2)));
    bench.run_for(6 * 64s);
    CHECK(!asked().contains(address(2)));
    CHECK(asked().contains(address(4)));
}

TEST(Sources, ReplaceAPoolMemberThatNeverAnswersSooner)
{
    pool_of("pool", 1, 4);
    live.policy.maxclock = 3;
    at(address(2)).dies();
    configure({pool("pool")});
    bench.run_for(6 * 64s);
    CHECK((asked() == std::set{address(1), address(3), address(4)}));
}

TEST(Sources, ReplaceAPoolMemberThatTheOthersOutvoteForLong)
{
    pool_of("pool", 1, 4);
    live.policy.maxclock = 3;
    configure({pool("pool")});
    bench.run_for(30s);
    judge(address(2), sync::Select::falseticker);
    bench.run_for(6 * 64s);
    CHECK(asked().contains(address(2)));
    bench.run_for(6 * 64s);
    CHECK(!asked().contains(address(2)));
    CHECK(bench.said("the others outvoted it for long"));
}

TEST(Sources, KeepPoolMembersThatASmallOutvotingMadeLookBad)
{
    pool_of("pool", 1, 4);
    live.policy.maxclock = 3;
    configure({pool("pool")});
    bench.run_for(30s);
    judge(address(2), sync::Select::falseticker);
    bench.run_for(5 * 64s);
    judge(address(2), sync::Select::candidate);
    bench.run_for(70s);
    judge(address(2), sync::Select::falseticker);
    bench.run_for(5 * 64s);
    CHECK(asked().contains(address(2)));
}

TEST(Sources, KeepAllPoolMembersWhenTheNetworkIsGone)
{
    pool_of("pool", 1, 4);
    live.policy.maxclock = 4;
    configure({pool("pool")});
    bench.run_for(30s);
    const auto before = asked();
    bench.net.cut(bench.me, true);
    bench.names.is_down(true);
    bench.run_for(3h);
    CHECK(asked() == before);
    bench.net.cut(bench.me, false);
    bench.names.is_down(false);
    bench.run_for(1h);
    for (const auto& a : sources->associations())
        CHECK(a.is_pool || a.reach != 0);
}

TEST(Sources, DoNotAskAPoolForItsAddressesAllTheTime)
{
    pool_of("pool", 1, 2); // fewer than wanted
    int questions = 0;
    struct Counting final : Resolver {
        Resolver& real;
        int& count;
        Counting(Resolver& r, int& c) : real{r}, count{c} { }
        EventLoop::Owned resolve(const std::string& name, std::optional<Family> family,
            std::function<void(const Answer&)> then) override
        {
            ++count;
            return real.resolve(name, family, std::move(then));
        }
    } counting{bench.resolver, questions};
    const Edges edges{bench.loop, bench.clock, bench.network, counting, bench.random};
    live.sources = {pool("pool")};
    sources = std::make_unique<Sources>(edges, bench.corrections, bench.common.sink);
    sources->configure(live);
    bench.run_for(24h);
    CHECK(questions > 50 && questions < 100); // 64 s, doubling to 1024 s
    sources.reset();
}

TEST(Sources, FindNewMembersWhenThePoolHasThem)
{
    pool_of("pool", 1, 2);
    configure({pool("pool")});
    bench.run_for(10min);
    LONGS_EQUAL(2, asked().size());
    pool_of("pool", 3, 3);
    bench.run_for(1h);
    LONGS_EQUAL(5, asked().size());
}

TEST(Sources, PassOverPoolMembersThatThereIsNoWayTo)
{
    pool_of("pool", 1, 3);
    bench.names.set("pool",
        {*parse_address("2001:db8::1"), *parse_address("2001:db8::2"), address(1), address(2),
            address(3)});
    live.policy.maxclock = 3;
    configure({pool("pool")});
    bench.run_for(20s);
    CHECK((asked() == std::set{address(1), address(2), address(3)}));
}

TEST(Sources, DismissMembersWhenMaxclockIsLowered)
{
    pool_of("pool", 1, 10);
    configure({pool("pool")});
    bench.run_for(30s);
    LONGS_EQUAL(10, asked().size());
    live.policy.maxclock = 4;
    configure(live.sources);
    bench.run_for(1s);
    LONGS_EQUAL(4, asked().size());
    LONGS_EQUAL(4, bench.alive.size());
}

TEST(Sources, UseOneFamilyOnlyWhenToldTo)
{
    const Address v6 = *parse_address("2001:db8::1");
    pool_of("pool", 1, 2);
    bench.names.set("pool", {v6, address(1), address(2)});
    config::StartConfig only_ipv4;
    only_ipv4.uses_ipv6 = false;
    live.sources = {pool("pool"), server(to_string(v6))};
    sources = std::make_unique<Sources>(
        bench.common.edges, bench.corrections, bench.common.sink, only_ipv4);
    sources->configure(live);
    bench.run_for(5s);
    CHECK((asked() == std::set{address(1), address(2)}));
}

TEST(Sources, NoticeALoopThroughAnAddressThatCameLater)
{
    const Address later = Address::ipv4(0xc6336463);
    bench.server("s1", address(1)).has_stratum(3).shows(reference_id_of(later));
    configure({server("s1")});
    bench.run_for(1s);
    CHECK(!bench.samples.at(0).sample.is_loop);
    bench.network.add_address(later);
    bench.run_for(2s);
    CHECK(bench.samples.at(1).sample.is_loop);
}

TEST(Sources, KnowTheirServersByName)
{
    pool_of("unused", 1, 1);
    configure({server("s1")});
    bench.run_for(1s);
    STRCMP_EQUAL("s1", sources->name(bench.alive.at(0)).c_str());
    STRCMP_EQUAL("a source that is gone", sources->name({999}).c_str());
}

// A day with losses, duplicates, steps, kisses and reloads, and everything is given back.
TEST(Sources, LeaveNothingBehind)
{
    pool_of("pool", 1, 12);
    bench.net.all_paths() = {.delay = 20ms, .jitter = 300ms, .loss = 0.3, .duplication = 0.2};
    configure({server("s12"), pool("pool")});
    sim::Chance chance{99};
    for (int minute = 0; minute < 24 * 60; ++minute) {
        bench.run_for(rounded(Seconds{30 + 60 * chance.unit()}));
        auto& some = bench.servers[chance.bits64() % bench.servers.size()];
        switch (chance.bits64() % 8) {
        case 0:
            some.kisses(ReferenceId::letters("RATE"));
            break;
        case 1:
            some.kisses(ReferenceId::letters("DENY"));
            break;
        case 2:
            some.dies();
            break;
        case 3:
            sources->clock_stepped();
            break;
        case 4:
            sources->poll_now();
            break;
        case 5:
            live.policy.maxclock = 3 + static_cast<int>(chance.bits64() % 8);
            configure(live.sources);
            break;
        default:
            some.kisses(std::nullopt).lives();
            break;
        }
        CHECK(bench.network.open_sockets() <= 16);
        LONGS_EQUAL(bench.alive.size(), sources->remotes().size());
        LONGS_EQUAL(sources->remotes().size(), asked().size());
    }
    CHECK(bench.samples.size() > 100); // it was not all in vain
    sources.reset();
    LONGS_EQUAL(0, bench.network.open_sockets());
    LONGS_EQUAL(0, bench.alive.size());
    bench.run_for(1h); // no timer is left that would call what is gone
}
