// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The life of one upstream server, in a simulated network.

#include "source/server_source.h"

#include "ntp/reference_id.h"
#include "unit/source/bench.h"

#include <memory>
#include <set>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::source;
using namespace std::chrono_literals;

namespace {

const Address first = Address::ipv4(0xc0000201); // 192.0.2.1
const Address second = Address::ipv4(0xc0000202);

config::SourceConfig server(const std::string& host)
{
    config::SourceConfig c;
    c.host = host;
    return c;
}

} // namespace

TEST_GROUP(ServerSource)
{
    Bench bench;
    std::unique_ptr<ServerSource> source;

    ServerSource& start(const config::SourceConfig& c)
    {
        source = std::make_unique<ServerSource>(
            bench.common, AssociationId{41}, c, ServerSource::Origin::configured);
        source->start(0ns);
        return *source;
    }
    ServerSource& start_with_iburst(const std::string& host)
    {
        auto c = server(host);
        c.iburst = true;
        return start(c);
    }
};

TEST(ServerSource, FindsTheOffsetOfItsServer)
{
    bench.server("ntp1", first).lies_by(1500ms);
    start(server("ntp1"));
    bench.run_for(1s);

    LONGS_EQUAL(1, bench.samples.size());
    const sync::Sample& s = bench.samples[0].sample;
    DOUBLES_EQUAL(1.5, Seconds{s.offset}.count(), 1e-6);
    DOUBLES_EQUAL(0.040, s.delay.count(), 1e-6);
    CHECK(s.dispersion > Seconds{0.5e-6} && s.dispersion < Seconds{5e-6});
    CHECK(s.stratum == Stratum{1});
    CHECK(!s.is_loop);
    CHECK(bench.alive == std::vector{bench.samples[0].id});
    CHECK(bench.traits[0].reference_id == reference_id_of(first));
    CHECK(bench.said(PeerEvent::mobilize));
    CHECK(bench.said(PeerEvent::reachable));
    LONGS_EQUAL(1, bench.reach);
}

TEST(ServerSource, KeepsSamplesFreeOfOurOwnSteps)
{
    bench.server("ntp1", first).lies_by(3s);
    start_with_iburst("ntp1");
    bench.run_for(3s);
    const auto after = bench.clock.step(3s);
    bench.corrections.step(*after, 3s);
    source->clock_stepped();
    bench.run_for(20s);
    LONGS_EQUAL(6, bench.samples.size());
    for (const auto& taken : bench.samples)
        DOUBLES_EQUAL(3.0, Seconds{taken.sample.offset}.count(), 1e-6);
}

TEST(ServerSource, SendsSixPacketsTwoSecondsApartAtFirstWithIburst)
{
    bench.server("ntp1", first);
    start_with_iburst("ntp1");
    bench.run_for(60s);
    LONGS_EQUAL(6, bench.asked.size());
    for (const double gap : bench.gaps())
        CHECK(gap >= 2.0 && gap < 2.2);
    bench.run_for(30s);
    LONGS_EQUAL(7, bench.asked.size());
}

TEST(ServerSource, SendsOnePacketPerPollToAServerThatIsSilent)
{
    bench.server("ntp1", first).dies();
    start_with_iburst("ntp1");
    bench.run_for(180s);
    LONGS_EQUAL(3, bench.asked.size());
    bench.servers[0].lives();
    bench.run_for(80s);
    LONGS_EQUAL(6, bench.samples.size());
}

TEST(ServerSource, GoesOnWithTheBurstWhenTheServerIsNotSynchronizedYet)
{
    bench.server("ntp1", first).says_leap(Leap::unsynchronized);
    start_with_iburst("ntp1");
    bench.run_for(5s);
    LONGS_EQUAL(0, bench.samples.size());
    LONGS_EQUAL(0, bench.reach);
    LONGS_EQUAL(0x20, source->report().flash);
    bench.servers[0].says_leap(Leap::none);
    bench.run_for(10s);
    LONGS_EQUAL(3, bench.samples.size());
    LONGS_EQUAL(0, source->report().flash);
}

TEST(ServerSource, AsksFromAnotherPortEachTimeAndLeavesNoneOpen)
{
    bench.server("ntp1", first);
    start_with_iburst("ntp1");
    bench.run_for(60s);
    std::set<std::uint16_t> ports;
    for (const auto& a : bench.asked)
        ports.insert(a.port);
    LONGS_EQUAL(6, ports.size());
    LONGS_EQUAL(0, bench.network.open_sockets());
    LONGS_EQUAL(0, bench.common.sockets_open);
}

TEST(ServerSource, ClosesItsSocketWhenNoAnswerCame)
{
    bench.server("ntp1", first).dies();
    start(server("ntp1"));
    bench.run_for(1s);
    LONGS_EQUAL(1, bench.network.open_sockets());
    bench.run_for(4s);
    LONGS_EQUAL(0, bench.network.open_sockets());
}

TEST(ServerSource, SaysWhenItsServerGoesAndComesBack)
{
    bench.server("ntp1", first);
    start(server("ntp1"));
    bench.run_for(1s);
    bench.servers[0].dies();
    bench.run_for(600s);
    LONGS_EQUAL(1, bench.count(PeerEvent::unreachable));
    LONGS_EQUAL(0, bench.reach);
    bench.servers[0].lives();
    bench.run_for(200s);
    LONGS_EQUAL(2, bench.count(PeerEvent::reachable));
    CHECK(bench.said("ntp1: reachable again after 9 polls"));
    LONGS_EQUAL(1, bench.alive.size()); // still the same one
}

TEST(ServerSource, PollsAsTheEngineAsks)
{
    bench.server("ntp1", first);
    start(server("ntp1"));
    bench.run_for(10s);
    source->set_poll(Poll{8});
    bench.run_for(245s);
    LONGS_EQUAL(1, bench.asked.size());
    bench.run_for(30s);
    LONGS_EQUAL(2, bench.asked.size());
    source->set_poll(Poll{6});
    bench.run_for(70s);
    LONGS_EQUAL(3, bench.asked.size());
}

TEST(ServerSource, ObeysAKissThatAnswersItsRequest)
{
    bench.server("ntp1", first).kisses(ReferenceId::letters("RATE"));
    start_with_iburst("ntp1");
    bench.run_for(60s);
    LONGS_EQUAL(1, bench.asked.size());
    LONGS_EQUAL(0, bench.samples.size());
    CHECK(bench.said(PeerEvent::rate_exceeded));
    LONGS_EQUAL(1, source->report().selection_broken);
    CHECK(source->report().headway > 0);
    bench.run_for(600s);
    LONGS_EQUAL(4, bench.asked.size()); // 64, 128 and 256 s apart
}

// Somebody who sees nothing of our traffic sends kisses to every port.
TEST(ServerSource, IgnoresASpoofedKiss)
{
    bench.server("ntp1", first);
    bench.net.tap
        = [&](std::span<const std::byte> bytes, const Endpoint& from, const Endpoint& to) {
              if (from.address != bench.me || bytes.size() != ntp::header_size)
                  return;
              ntp::Header kiss;
              kiss.leap = Leap::unsynchronized;
              kiss.mode = ntp::Mode::server;
              kiss.reference_id = ReferenceId::letters("DENY");
              kiss.origin = kiss.receive = kiss.transmit = {12345};
              std::array<std::byte, ntp::header_size> room{};
              ntp::encode(kiss, room);
              bench.net.path(to.address, from.address).delay = Seconds{0.001};
              bench.net.send(room, to, from);
              bench.net.path(to.address, from.address).delay = Seconds{0.020};
          };
    start_with_iburst("ntp1");
    bench.run_for(60s);
    LONGS_EQUAL(6, bench.samples.size());
    CHECK(!bench.said(PeerEvent::access_denied));
    LONGS_EQUAL(6, source->report().bogus_origin);
    CHECK(source->complaint() == Complaint::none);
}

TEST(ServerSource, AsksAServerThatDeniesServiceSeldom)
{
    bench.server("ntp1", first).kisses(ReferenceId::letters("DENY"));
    start_with_iburst("ntp1");
    bench.run_for(1000s);
    LONGS_EQUAL(1, bench.asked.size());
    LONGS_EQUAL(1, bench.count(PeerEvent::access_denied));
    CHECK(source->complaint() == Complaint::denied);
    LONGS_EQUAL(0x08, source->report().flash);
    bench.servers[0].kisses(std::nullopt);
    bench.run_for(120s);
    LONGS_EQUAL(0, static_cast<int>(source->complaint()));
    CHECK(!bench.samples.empty());
}

TEST(ServerSource, SeesThatAServerFollowsUs)
{
    bench.server("ntp1", first).has_stratum(3).shows(reference_id_of(bench.me));
    start(server("ntp1"));
    bench.run_for(1s);
    LONGS_EQUAL(1, bench.samples.size());
    CHECK(bench.samples[0].sample.is_loop);
}

TEST(ServerSource, DoesNotTakeAnOrphanForALoop)
{
    bench.server("ntp1", first).has_stratum(3).shows(ReferenceId{0x7f000001});
    start(server("ntp1"));
    bench.run_for(1s);
    CHECK(!bench.samples.at(0).sample.is_loop);
}

TEST(ServerSource, DoesNotAskThisMachineItself)
{
    start(server(to_string(bench.me)));
    bench.run_for(1h);
    LONGS_EQUAL(0, bench.asked.size());
    LONGS_EQUAL(0, bench.alive.size());
    LONGS_EQUAL(1, bench.events.size());
    CHECK(bench.said("198.51.100.1 is this machine itself"));
}

TEST(ServerSource, AsksForItsNameAgainAndAgainLessAndLessOften)
{
    bench.names.is_down(true);
    start(server("ntp1"));
    bench.run_for(10min);
    LONGS_EQUAL(1, bench.events.size()); // said once
    CHECK(source->report().remote.address.is_any());
    bench.server("ntp1", first);
    bench.names.is_down(false);
    bench.run_for(10min); // the pauses are 2, 4, 8, ... 512 s
    CHECK(!bench.samples.empty());
}

TEST(ServerSource, GoesToTheNextAddressWhenOneIsSilent)
{
    bench.server("dead", first).dies();
    bench.server("alive", second);
    bench.names.set("ntp", {first, second});
    start_with_iburst("ntp");
    bench.run_for(220s);
    CHECK(source->remote() == Endpoint({second, 123}));
    LONGS_EQUAL(6, bench.samples.size());
    LONGS_EQUAL(1, bench.alive.size());
    CHECK(bench.samples[0].id == sync::SourceId{2}); // not the filter of the other server
}

TEST(ServerSource, ResolvesAgainWhenAllItsAddressesAreSilent)
{
    bench.server("old", first);
    bench.server("new", second);
    bench.names.set("ntp", {first});
    start(server("ntp"));
    bench.run_for(100s);
    bench.servers[0].dies(); // and moves to another address
    bench.names.set("ntp", {second});
    bench.run_for(700s);
    CHECK(source->remote() == Endpoint({second, 123}));
    LONGS_EQUAL(1, bench.alive.size());
    CHECK(bench.reach != 0);
}

TEST(ServerSource, KeepsItsAddressWhenTheNameServerIsGoneToo)
{
    bench.server("ntp1", first);
    start(server("ntp1"));
    bench.run_for(100s);
    bench.servers[0].dies();
    bench.names.is_down(true);
    bench.run_for(1h);
    CHECK(source->remote() == Endpoint({first, 123}));
    bench.servers[0].lives();
    bench.run_for(20min);
    CHECK(bench.reach != 0);
}

TEST(ServerSource, PassesOverAddressesItHasNoWayTo)
{
    const Address v6 = *parse_address("2001:db8::1");
    bench.server("ntp1", first);
    bench.names.set("ntp1", {v6, first});
    start_with_iburst("ntp1");
    bench.run_for(15s);
    LONGS_EQUAL(6, bench.samples.size());
}

TEST(ServerSource, DoesNotShareAnAddressWithAnotherSource)
{
    bench.server("a", first);
    bench.server("b", second);
    bench.names.set("ntp", {first, second});
    ServerSource other{
        bench.common, AssociationId{40}, server("a"), ServerSource::Origin::configured};
    other.start(0ns);
    bench.run_for(1s);
    start(server("ntp"));
    bench.run_for(1s);
    CHECK(source->remote() == Endpoint({second, 123}));
}

TEST(ServerSource, TakesAServerThatRefusesForSilent)
{
    bench.net.add_host(first); // nothing listens there
    bench.names.set("ntp1", {first});
    start_with_iburst("ntp1");
    bench.run_for(150s);
    LONGS_EQUAL(3, bench.asked.size());
    LONGS_EQUAL(1, bench.count(PeerEvent::no_reply));
    CHECK(bench.said("refused"));
}

TEST(ServerSource, AddsTheBias)
{
    bench.server("ntp1", first);
    auto c = server("ntp1");
    c.bias = Seconds{0.025};
    start(c);
    bench.run_for(1s);
    DOUBLES_EQUAL(0.025, Seconds{bench.samples.at(0).sample.offset}.count(), 1e-6);
}

TEST(ServerSource, ChangesItsSettingsWithoutLosingItsState)
{
    bench.server("ntp1", first);
    start_with_iburst("ntp1");
    bench.run_for(60s);
    auto c = server("ntp1");
    c.is_preferred = true;
    c.minpoll = Poll{8};
    source->change(c);
    CHECK(bench.traits.back().is_preferred);
    LONGS_EQUAL(1, bench.alive.size());
    LONGS_EQUAL(1, source->report().reach);
    bench.run_for(180s);
    LONGS_EQUAL(6, bench.asked.size());
    bench.run_for(100s);
    LONGS_EQUAL(7, bench.asked.size());
}

TEST(ServerSource, PollsWhenToldTo)
{
    bench.server("ntp1", first);
    start(server("ntp1"));
    bench.run_for(1s);
    source->poll_now();
    bench.run_for(2s); // not before the guard time
    LONGS_EQUAL(2, bench.asked.size());
    CHECK(bench.gaps()[0] >= 2.0);
}

TEST(ServerSource, ShowsItselfInTheReport)
{
    bench.server("ntp1", first).has_stratum(2).shows(ReferenceId{0xcb007101});
    start(server("ntp1"));
    bench.run_for(11s);
    const auto a = source->report();
    LONGS_EQUAL(41, a.id.value);
    STRCMP_EQUAL("ntp1", a.host_name.c_str());
    CHECK(a.remote == Endpoint({first, 123}));
    CHECK(a.local.address == bench.me);
    CHECK(a.is_configured);
    CHECK(a.stratum == Stratum{2});
    CHECK(a.reference_id == ReferenceId{0xcb007101});
    LONGS_EQUAL(1, a.reach);
    LONGS_EQUAL(6, std::min(a.host_poll, a.peer_poll).log2);
    DOUBLES_EQUAL(11, a.since_received.count(), 0.2);
    CHECK(a.until_next_poll > Seconds{52} && a.until_next_poll < Seconds{58});
    LONGS_EQUAL(4, a.event_code);
    LONGS_EQUAL(1, a.event_count);
    LONGS_EQUAL(1, a.sent);
    LONGS_EQUAL(1, a.received);
}

TEST(ServerSource, NamesItselfByAddressOnlyWhenThatIsAllThereIs)
{
    start(server("192.0.2.1"));
    bench.run_for(1s);
    STRCMP_EQUAL("", source->report().host_name.c_str());
}

TEST(ServerSource, DoesNotAskWithoutItsKeyAndSaysSoOnce)
{
    bench.server("ntp1", first);
    auto c = server("ntp1");
    c.key = KeyId{5};
    start(c);
    bench.run_for(1h);
    LONGS_EQUAL(0, bench.asked.size());
    LONGS_EQUAL(1, bench.count(PeerEvent::bad_auth));
    CHECK(bench.said("ntp1: not asked: key 5 is not known or not trusted"));
}

TEST(ServerSource, DoesNotBelieveAnAnswerWithoutItsKey)
{
    bench.server("ntp1", first); // which knows no keys
    const std::array secret{std::byte{1}};
    std::vector<ntp::Key> keys;
    keys.push_back({KeyId{5}, ntp::MacType::sha1, Secret{secret}, {}});
    bench.common.keys
        = std::make_unique<ntp::Authenticator>(std::make_shared<ntp::KeyTable>(std::move(keys)));
    auto c = server("ntp1");
    c.key = KeyId{5};
    start(c);
    bench.run_for(1s);
    LONGS_EQUAL(1, bench.asked.size());
    LONGS_EQUAL(0, bench.samples.size());
    LONGS_EQUAL(0x10, source->report().flash);
    LONGS_EQUAL(1, source->report().bad_auth);
    LONGS_EQUAL(1, bench.count(PeerEvent::bad_auth));
    CHECK(source->report().wants_authentication && !source->report().is_authenticated);
}
