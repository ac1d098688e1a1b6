// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A slave among masters that behave in every way.

#include "refclock/ptp/slave.h"

#include <cstdint>
#include <random>

#include "CppUTest/TestHarness.h"

using namespace timeball;
using namespace timeball::ptp;
using namespace std::chrono_literals;

namespace {

const PortIdentity self{{0x1111}, 1};
const Address somewhere = Address::ipv4(0x0a000001), elsewhere = Address::ipv4(0x0a000002);

struct Grandmaster {
    PortIdentity port{{0xaaaa}, 1};
    Address address = somewhere;
    Announce said{.current_utc_offset = 37, .quality = {6, 0x21, 0}, .grandmaster = {0xaaaa}};
    std::uint8_t domain = 0;
    Nanoseconds ahead = 37s; // of our clock
    Nanoseconds there = 10us, back = 10us; // from it to us, and from us to it
    std::int8_t announce_log = 0, sync_log = -3, request_log = -3;
    bool is_two_step = true;
    std::uint16_t sequence = 0;
};

// Our clock and time itself are the same here: what is wrong with ours is `ahead` of the master.
struct Lab {
    explicit Lab(SlaveSettings settings = {.self = self}) : slave{std::move(settings), now} { }

    Instant<Utc> utc() const { return Instant<Utc>{1'800'000'000s + now.time_since_epoch()}; }
    static Instant<DeviceTime> shown(const Grandmaster& g, Instant<Utc> when)
    {
        return Instant<DeviceTime>{(when + g.ahead).time_since_epoch()};
    }
    Header header(const Grandmaster& g, MessageType type, std::uint16_t sequence) const
    {
        return {.type = type,
            .domain = g.domain,
            .flags = static_cast<std::uint16_t>(
                ptp_timescale | current_utc_offset_valid | (g.is_two_step ? two_step : 0)),
            .source = g.port,
            .sequence = sequence};
    }

    void announce(Grandmaster& g)
    {
        Header h = header(g, MessageType::announce, g.sequence);
        h.log_interval = g.announce_log;
        slave.hear({h, g.said}, g.address, {}, now);
    }
    void sync(Grandmaster& g)
    {
        const auto left = shown(g, utc());
        const auto sequence = ++g.sequence;
        slave.hear({header(g, MessageType::sync, sequence),
                       Stamped{g.is_two_step ? Instant<DeviceTime>{} : left}},
            g.address, utc() + g.there, now);
        if (g.is_two_step)
            slave.hear(
                {header(g, MessageType::follow_up, sequence), Stamped{left}}, g.address, {}, now);
    }

    // The slave's turn, and what the masters answer to it.
    void turn(std::vector<Grandmaster*> masters)
    {
        slave.turn(now, chance);
        for (Outcome o = slave.take_outcome();; o = slave.take_outcome()) {
            if (o.outgoing.empty() && o.measurements.empty() && o.troubles.empty())
                return;
            for (const Outgoing& out : o.outgoing) {
                sent.push_back(out);
                if (out.token != 0)
                    slave.left(out.token, utc());
                for (Grandmaster* g : masters)
                    answer(*g, out.message);
            }
            measurements.insert(measurements.end(), o.measurements.begin(), o.measurements.end());
            troubles.insert(troubles.end(), o.troubles.begin(), o.troubles.end());
        }
    }
    void answer(Grandmaster& g, const Message& m)
    {
        if (m.header.type != MessageType::delay_req || m.header.domain != g.domain)
            return;
        Header h = header(g, MessageType::delay_resp, m.header.sequence);
        h.log_interval = g.request_log;
        slave.hear({h, Answer{shown(g, utc() + g.back), m.header.source}}, g.address, {}, now);
    }

    void run(std::vector<Grandmaster*> masters, Nanoseconds span)
    {
        constexpr Nanoseconds step = 31250us;
        for (const auto end = now + span; now < end; now += step) {
            const auto count = now.time_since_epoch() / step;
            for (Grandmaster* g : masters) {
                if (count % 32 == 0)
                    announce(*g);
                if (count % 4 == 0)
                    sync(*g);
            }
            if (now >= slave.next())
                turn(masters);
            else
                collect();
        }
    }
    void collect()
    {
        const Outcome o = slave.take_outcome();
        measurements.insert(measurements.end(), o.measurements.begin(), o.measurements.end());
        troubles.insert(troubles.end(), o.troubles.begin(), o.troubles.end());
        sent.insert(sent.end(), o.outgoing.begin(), o.outgoing.end());
    }
    std::size_t count(Trouble::Kind kind) const
    {
        return static_cast<std::size_t>(std::count_if(
            troubles.begin(), troubles.end(), [&](const Trouble& t) { return t.kind == kind; }));
    }
    std::size_t count(MessageType type) const
    {
        return static_cast<std::size_t>(std::count_if(sent.begin(), sent.end(),
            [&](const Outgoing& o) { return o.message.header.type == type; }));
    }

    Instant<Mono> now{100s};
    double chance = 0.5;
    Slave slave;
    std::vector<Outgoing> sent;
    std::vector<Measurement> measurements;
    std::vector<Trouble> troubles;
};

} // namespace

TEST_GROUP(PtpSlave)
{
    Lab lab;
    Grandmaster master;
};

TEST(PtpSlave, TellsHowFarTheMasterIsAhead)
{
    lab.run({&master}, 5s);
    CHECK(lab.slave.state() == PortState::slave);
    CHECK(lab.measurements.size() > 20);
    LONGLONGS_EQUAL(10'000, lab.measurements.back().delay.count());
    LONGLONGS_EQUAL(37'000'000'000, lab.measurements.back().ahead.count());
    CHECK(lab.troubles.empty());
}

TEST(PtpSlave, TakesOneStepAsWell)
{
    master.is_two_step = false;
    lab.run({&master}, 5s);
    LONGLONGS_EQUAL(37'000'000'000, lab.measurements.back().ahead.count());
}

TEST(PtpSlave, CannotSeeAnAsymmetry)
{
    master.there += 1ms;
    lab.run({&master}, 5s);
    LONGLONGS_EQUAL(36'999'500'000, lab.measurements.back().ahead.count());
    LONGLONGS_EQUAL(510'000, lab.measurements.back().delay.count());
}

TEST(PtpSlave, FollowUpMayComeBeforeItsSync)
{
    lab.run({&master}, 5s);
    lab.measurements.clear();
    const auto sent = Lab::shown(master, lab.utc());
    Header follow_up = lab.header(master, MessageType::follow_up, 900);
    follow_up.correction = {-5 << 16};
    Header sync = lab.header(master, MessageType::sync, 900);
    sync.correction = {7 << 16};
    lab.slave.hear({follow_up, Stamped{sent}}, somewhere, {}, lab.now);
    lab.slave.hear({sync, Stamped{}}, somewhere, lab.utc() + 10us + 2ns, lab.now);
    lab.slave.hear({sync, Stamped{}}, somewhere, lab.utc() + 50us, lab.now); // doubled
    lab.collect();
    LONGS_EQUAL(1, lab.measurements.size());
    LONGLONGS_EQUAL(37'000'000'000, lab.measurements.back().ahead.count());
}

TEST(PtpSlave, FollowUpOfAnotherSyncIsNotMistaken)
{
    lab.run({&master}, 5s);
    lab.measurements.clear();
    const auto sent = Lab::shown(master, lab.utc());
    lab.slave.hear(
        {lab.header(master, MessageType::sync, 900), Stamped{}}, somewhere, lab.utc(), lab.now);
    lab.slave.hear(
        {lab.header(master, MessageType::follow_up, 901), Stamped{sent}}, somewhere, {}, lab.now);
    Grandmaster other = master;
    other.port.port = 2;
    lab.slave.hear(
        {lab.header(other, MessageType::follow_up, 900), Stamped{sent}}, somewhere, {}, lab.now);
    lab.collect();
    CHECK(lab.measurements.empty());
}

TEST(PtpSlave, DelayIsRightAlthoughOurClockRunsAway)
{
    // 100 ppm: between a Sync and the request after it that is microseconds.
    for (int i = 0; i < 200; ++i) {
        master.ahead += 3125ns;
        lab.run({&master}, 31250us);
    }
    CHECK(lab.measurements.size() > 20);
    const auto off = lab.measurements.back().delay - 10us;
    CHECK(off > -2us && off < 2us);
}

TEST(PtpSlave, AsksAsOftenAsTheMasterAllows)
{
    master.request_log = 1;
    std::mt19937 random{7};
    for (int i = 0; i < 200; ++i) {
        lab.chance = std::uniform_real_distribution{}(random);
        lab.run({&master}, 1s);
    }
    const auto asked = lab.count(MessageType::delay_req);
    CHECK(asked > 80 && asked < 125);
}

TEST(PtpSlave, OneAnnounceIsNotEnough)
{
    lab.announce(master);
    lab.sync(master);
    CHECK(lab.slave.master() == nullptr);
    lab.now += 1s;
    lab.announce(master);
    CHECK(lab.slave.master() != nullptr);
}

TEST(PtpSlave, AnnouncesFarApartDoNotQualify)
{
    for (int i = 0; i < 5; ++i) {
        lab.announce(master);
        lab.turn({});
        CHECK(lab.slave.master() == nullptr);
        lab.now += 5s;
    }
}

TEST(PtpSlave, TakesTheBetterMasterInTheOrderOfTheStandard)
{
    const auto better = [&](auto change) {
        Lab fresh;
        Grandmaster best = master, other = master;
        other.port.clock = other.said.grandmaster = {0x1};
        change(best.said, other.said);
        best.port.clock = best.said.grandmaster;
        fresh.run({&other, &best}, 3s);
        return fresh.slave.master()->port == best.port;
    };
    CHECK(better([](Announce& a, Announce& b) {
        a.priority1 = 1;
        b.quality.clock_class = 1;
    }));
    CHECK(better([](Announce& a, Announce& b) {
        b.quality.clock_class = 7;
        a.quality.accuracy = 0x30;
    }));
    CHECK(better([](Announce& a, Announce& b) {
        b.quality.accuracy = 0x22;
        a.quality.variance = 9;
    }));
    CHECK(better([](Announce& a, Announce& b) {
        b.quality.variance = 1;
        a.priority2 = 200;
    }));
    CHECK(better([](Announce& a, Announce& b) {
        a.priority2 = 1;
        b.steps_removed = 0;
    }));
    CHECK(better([](Announce& a, Announce& b) { a.grandmaster = {0}, b.grandmaster = {1}; }));
    CHECK_FALSE(better([](Announce&, Announce&) {}));
}

TEST(PtpSlave, OfTwoWaysToOneGrandmasterTakesTheShorter)
{
    Grandmaster far = master;
    far.port.clock = {0x5};
    far.said.steps_removed = 1;
    lab.run({&far, &master}, 3s);
    CHECK(lab.slave.master()->port == master.port);
}

TEST(PtpSlave, WhoIsTooFarAwayOrOnlyAnAlternateIsNoMaster)
{
    master.said.steps_removed = 255;
    lab.run({&master}, 3s);
    CHECK(lab.slave.master() == nullptr);
    Header h = lab.header(master, MessageType::announce, 1);
    h.flags |= alternate_master;
    for (int i = 0; i < 3; ++i)
        lab.slave.hear({h, Announce{}}, somewhere, {}, lab.now);
    CHECK(lab.slave.master() == nullptr);
}

TEST(PtpSlave, AnotherDomainIsNotHeard)
{
    master.domain = 1;
    lab.run({&master}, 20s);
    CHECK(lab.slave.master() == nullptr);
    CHECK(lab.measurements.empty());
    LONGS_EQUAL(1, lab.count(Trouble::Kind::no_master));
    LONGS_EQUAL(0, lab.count(MessageType::delay_req));
}

TEST(PtpSlave, WhatItSaidItselfIsNotHeard)
{
    master.port.clock = self.clock;
    lab.run({&master}, 5s);
    CHECK(lab.slave.master() == nullptr);
}

TEST(PtpSlave, GoesToTheNextMasterWhenTheBestFallsSilent)
{
    Grandmaster second = master;
    second.port.clock = second.said.grandmaster = {0xbbbb};
    second.said.priority1 = 200;
    second.there = second.back = 30us;
    lab.run({&master, &second}, 5s);
    CHECK(lab.slave.master()->port == master.port);
    lab.run({&second}, 3s);
    CHECK(lab.slave.master()->port == second.port);
    lab.run({&second}, 2s);
    LONGLONGS_EQUAL(30'000, lab.measurements.back().delay.count());
    LONGLONGS_EQUAL(37'000'000'000, lab.measurements.back().ahead.count());
    lab.run({&master, &second}, 3s);
    CHECK(lab.slave.master()->port == master.port);
}

TEST(PtpSlave, MastersThatDisagreeAreToldOnce)
{
    Grandmaster second = master;
    second.port.clock = second.said.grandmaster = {0xbbbb};
    second.said.priority1 = 200;
    second.ahead += 900us;
    lab.run({&master, &second}, 5s);
    LONGS_EQUAL(0, lab.count(Trouble::Kind::disagreement));
    second.ahead += 200us;
    lab.run({&master, &second}, 20s);
    LONGS_EQUAL(1, lab.count(Trouble::Kind::disagreement));
    second.ahead -= 200us;
    lab.run({&master, &second}, 5s);
    second.ahead += 200us;
    lab.run({&master, &second}, 5s);
    LONGS_EQUAL(2, lab.count(Trouble::Kind::disagreement));
}

TEST(PtpSlave, StepOfOurClockDoesNotSpoilTheDelay)
{
    lab.run({&master}, 5s);
    lab.measurements.clear();
    master.ahead -= 2s; // ours went forward
    lab.run({&master}, 5s);
    for (const Measurement& m : lab.measurements) {
        LONGLONGS_EQUAL(10'000, m.delay.count());
        LONGLONGS_EQUAL(35'000'000'000, m.ahead.count());
    }
}

TEST(PtpSlave, AnswersOfOthersAndOfOtherMastersDoNotCount)
{
    lab.run({&master}, 1s);
    lab.slave.turn(lab.now, 0.5);
    lab.run({&master}, 2s);
    const auto known = lab.slave.delay();
    lab.sync(master);
    lab.now += 1s;
    lab.slave.turn(lab.now, 0.5);
    const Outcome asked = lab.slave.take_outcome();
    LONGS_EQUAL(1, asked.outgoing.size());
    const Message& m = asked.outgoing[0].message;
    lab.slave.left(asked.outgoing[0].token, lab.utc());
    Header h = lab.header(master, MessageType::delay_resp, m.header.sequence);
    const Answer wrong{Lab::shown(master, lab.utc() + 5s), m.header.source};
    for (int i = 0; i < 20; ++i) {
        lab.slave.hear({h, Answer{wrong.timestamp, {{0x2222}, 1}}}, somewhere, {}, lab.now);
        Header other = h;
        other.source.clock = {0xbbbb};
        lab.slave.hear({other, wrong}, somewhere, {}, lab.now);
        Header late = h;
        late.sequence = static_cast<std::uint16_t>(h.sequence + 1);
        lab.slave.hear({late, wrong}, somewhere, {}, lab.now);
    }
    lab.run({&master}, 1s);
    CHECK(lab.slave.delay() == known);
}

TEST(PtpSlave, MasterWithoutSyncsOrAnswersIsToldOfOnce)
{
    for (int i = 0; i < 30; ++i) {
        lab.announce(master);
        lab.turn({});
        lab.now += 1s;
    }
    LONGS_EQUAL(1, lab.count(Trouble::Kind::no_sync));
    CHECK(lab.slave.state() == PortState::uncalibrated);
    for (int i = 0; i < 30; ++i) {
        lab.announce(master);
        lab.sync(master);
        lab.turn({});
        lab.now += 1s;
    }
    LONGS_EQUAL(1, lab.count(Trouble::Kind::no_answer));
    CHECK(lab.measurements.empty());
}

// --- neighbors ---

namespace {

// Answers a Pdelay_Req 5 us after it came; its clock shows what it likes.
void answer_neighbor(
    Lab& lab, const Outgoing& out, ClockIdentity who, Nanoseconds path, Nanoseconds ahead)
{
    const Message& m = out.message;
    const auto came = lab.utc() + path;
    const auto at
        = [&](Instant<Utc> when) { return Instant<DeviceTime>{(when + ahead).time_since_epoch()}; };
    Header h{.type = MessageType::pdelay_resp,
        .flags = two_step,
        .source = {who, 1},
        .sequence = m.header.sequence};
    lab.slave.hear({h, Answer{at(came), m.header.source}}, somewhere, came + 5us + path, lab.now);
    h.type = MessageType::pdelay_resp_follow_up;
    h.flags = 0;
    lab.slave.hear({h, Answer{at(came + 5us), m.header.source}}, somewhere, {}, lab.now);
}

} // namespace

TEST(PtpSlave, AsksItsNeighborWhereThatIsWanted)
{
    Lab peer{{.self = self, .delay = DelayMechanism::peer_to_peer}};
    for (int second = 0; second < 8; ++second) {
        peer.announce(master);
        peer.sync(master);
        peer.slave.turn(peer.now, 0.5);
        const Outcome o = peer.slave.take_outcome();
        for (const Outgoing& out : o.outgoing) {
            CHECK(out.message.header.type == MessageType::pdelay_req);
            CHECK(out.is_for_neighbor);
            peer.slave.left(out.token, peer.utc());
            answer_neighbor(peer, out, {0xcccc}, 10us, 4s);
        }
        peer.measurements.insert(
            peer.measurements.end(), o.measurements.begin(), o.measurements.end());
        peer.now += 1s;
    }
    CHECK(!peer.measurements.empty());
    LONGLONGS_EQUAL(10'000, peer.measurements.back().delay.count());
    LONGLONGS_EQUAL(37'000'000'000, peer.measurements.back().ahead.count());
}

TEST(PtpSlave, TwoNeighborsThatAnswerAreNone)
{
    Lab peer{{.self = self, .delay = DelayMechanism::peer_to_peer}};
    for (int second = 0; second < 8; ++second) {
        peer.announce(master);
        peer.sync(master);
        peer.slave.turn(peer.now, 0.5);
        const Outcome o = peer.slave.take_outcome();
        for (const Outgoing& out : o.outgoing) {
            peer.slave.left(out.token, peer.utc());
            answer_neighbor(peer, out, {0xcccc}, 10us, 4s);
            answer_neighbor(peer, out, {0xdddd}, 20us, 4s);
        }
        peer.collect();
        peer.now += 1s;
    }
    CHECK(peer.measurements.empty());
    LONGS_EQUAL(1, peer.count(Trouble::Kind::neighbors));
}

TEST(PtpSlave, IsAskedByItsNeighborAndAsksItFromThenOn)
{
    lab.run({&master}, 3s);
    CHECK(lab.slave.mechanism() == DelayMechanism::end_to_end);
    const Header request{.type = MessageType::pdelay_req,
        .correction = {3 << 16},
        .source = {{0xcccc}, 1},
        .sequence = 44};
    lab.slave.hear({request, Stamped{}}, somewhere, lab.utc(), lab.now);
    Outcome o = lab.slave.take_outcome();
    LONGS_EQUAL(1, o.outgoing.size());
    CHECK(o.outgoing[0].message.header.type == MessageType::pdelay_resp);
    CHECK(std::get<Answer>(o.outgoing[0].message.body).requesting == request.source);
    LONGS_EQUAL(44, o.outgoing[0].message.header.sequence);
    lab.slave.left(o.outgoing[0].token, lab.utc() + 7us);
    o = lab.slave.take_outcome();
    LONGS_EQUAL(1, o.outgoing.size());
    CHECK(o.outgoing[0].message.header.type == MessageType::pdelay_resp_follow_up);
    CHECK(o.outgoing[0].message.header.correction == request.correction);
    const auto left = std::get<Answer>(o.outgoing[0].message.body).timestamp.time_since_epoch();
    LONGLONGS_EQUAL((lab.utc() + 7us).time_since_epoch().count(), left.count());
    CHECK(lab.slave.mechanism() == DelayMechanism::peer_to_peer);
}

TEST(PtpSlave, DoesNotAnswerNeighborsWhereTheMasterIsAsked)
{
    Lab e2e{{.self = self, .delay = DelayMechanism::end_to_end}};
    e2e.slave.hear({{.type = MessageType::pdelay_req, .source = {{0xcccc}, 1}}, Stamped{}},
        somewhere, e2e.utc(), e2e.now);
    CHECK(e2e.slave.take_outcome().outgoing.empty());
}

// --- unicast ---

namespace {

struct UnicastLab : Lab {
    UnicastLab() : Lab{{.self = self, .unicast = {somewhere, elsewhere}}} { }

    // Grants everything, and counts what was asked.
    void grant(const Grandmaster& g, std::uint32_t seconds)
    {
        slave.turn(now, chance);
        for (const Outgoing& out : slave.take_outcome().outgoing) {
            sent.push_back(out);
            const auto* s = std::get_if<Signaling>(&out.message.body);
            if (!s || out.to != g.address)
                continue;
            Signaling answer{.target = self};
            for (const UnicastTlv& tlv : s->tlvs) {
                asked.push_back(tlv);
                if (tlv.kind == UnicastTlv::Kind::request)
                    answer.tlvs.push_back(
                        {UnicastTlv::Kind::grant, tlv.about, tlv.log_interval, seconds, true});
            }
            slave.hear({header(g, MessageType::signaling, 0), answer}, g.address, {}, now);
        }
    }
    std::size_t requests_of(MessageType about, UnicastTlv::Kind kind = UnicastTlv::Kind::request)
    {
        return static_cast<std::size_t>(std::count_if(asked.begin(), asked.end(),
            [&](const UnicastTlv& t) { return t.about == about && t.kind == kind; }));
    }
    std::vector<UnicastTlv> asked;
};

} // namespace

TEST(PtpSlave, AsksForAnnouncesFirstAndForTimeOfTheChosenOne)
{
    UnicastLab unicast;
    unicast.grant(master, 300);
    LONGS_EQUAL(1, unicast.requests_of(MessageType::announce));
    LONGS_EQUAL(0, unicast.requests_of(MessageType::sync));
    master.announce_log = no_interval;
    for (int i = 0; i < 2; ++i) {
        unicast.announce(master);
        unicast.now += 1s;
    }
    unicast.grant(master, 300);
    LONGS_EQUAL(1, unicast.requests_of(MessageType::sync));
    LONGS_EQUAL(1, unicast.requests_of(MessageType::delay_resp));
    unicast.sync(master);
    unicast.slave.turn(unicast.now, 0.5);
    const Outcome o = unicast.slave.take_outcome();
    const auto asks = std::find_if(o.outgoing.begin(), o.outgoing.end(),
        [](const Outgoing& out) { return out.message.header.type == MessageType::delay_req; });
    CHECK(asks != o.outgoing.end());
    CHECK(asks->to == somewhere);
    CHECK((asks->message.header.flags & ptp::unicast) != 0);
}

// As ptp4l does: messages show the interval of its own configuration.
TEST(PtpSlave, GoesByTheIntervalThatWasGranted)
{
    UnicastLab unicast;
    unicast.grant(master, 300);
    master.announce_log = -2;
    for (int i = 0; i < 3; ++i) {
        unicast.announce(master);
        unicast.now += 1020ms;
        unicast.slave.turn(unicast.now, 0.5);
    }
    unicast.grant(master, 300);
    CHECK(unicast.requests_of(MessageType::sync) > 0);
}

TEST(PtpSlave, RenewsBeforeAGrantEndsAndGivesBackWhatItHas)
{
    UnicastLab unicast;
    unicast.grant(master, 100);
    for (int second = 0; second < 74; ++second) {
        unicast.now += 1s;
        unicast.grant(master, 100);
    }
    LONGS_EQUAL(1, unicast.requests_of(MessageType::announce));
    unicast.now += 2s;
    unicast.grant(master, 100);
    LONGS_EQUAL(2, unicast.requests_of(MessageType::announce));
    unicast.slave.stop(unicast.now);
    const auto last = unicast.slave.take_outcome().outgoing;
    LONGS_EQUAL(1, last.size());
    CHECK(std::get<Signaling>(last[0].message.body).tlvs[0].kind == UnicastTlv::Kind::cancel);
}

TEST(PtpSlave, RefusalIsToldOnceAndAskedAgainLater)
{
    UnicastLab unicast;
    for (int second = 0; second < 25; ++second) {
        unicast.grant(master, 0);
        unicast.collect();
        unicast.now += 1s;
    }
    LONGS_EQUAL(1, unicast.count(Trouble::Kind::refused));
    LONGS_EQUAL(3, unicast.requests_of(MessageType::announce));
}

TEST(PtpSlave, CanceledGrantIsAcknowledged)
{
    UnicastLab unicast;
    unicast.grant(master, 100);
    unicast.slave.hear({unicast.header(master, MessageType::signaling, 1),
                           Signaling{self, {{UnicastTlv::Kind::cancel, MessageType::announce}}}},
        somewhere, {}, unicast.now);
    unicast.grant(master, 100);
    LONGS_EQUAL(1, unicast.requests_of(MessageType::announce, UnicastTlv::Kind::acknowledge));
}

TEST(PtpSlave, WhoWasNotAskedIsNotHeard)
{
    UnicastLab unicast;
    master.address = Address::ipv4(0x0a000009);
    unicast.run({&master}, 5s);
    CHECK(unicast.slave.master() == nullptr);
}

TEST(PtpSlave, BearsAnythingThatCanBeSaid)
{
    std::mt19937 chance{2019};
    Lab hostile{{.self = self, .unicast = {}}};
    const auto small = [&](unsigned n) { return chance() % n; };
    for (int i = 0; i < 30000; ++i) {
        hostile.now += Nanoseconds{small(100'000'000)};
        constexpr MessageType types[]{MessageType::sync, MessageType::follow_up,
            MessageType::delay_resp, MessageType::pdelay_req, MessageType::pdelay_resp,
            MessageType::pdelay_resp_follow_up, MessageType::announce, MessageType::announce};
        Message m;
        Header& h = m.header;
        h.type = types[small(8)];
        h.flags = static_cast<std::uint16_t>(chance());
        h.correction.scaled = small(2) ? (std::int64_t{1} << 61) - 1 : -(std::int64_t{1} << 61);
        h.source = {{small(40)}, 1};
        h.sequence = static_cast<std::uint16_t>(small(4));
        h.log_interval = static_cast<std::int8_t>(chance());
        const Instant<DeviceTime> when{std::chrono::seconds{small(2) ? 0u : 0xffffffffu}};
        if (h.type == MessageType::announce)
            m.body = Announce{.grandmaster = {small(5)}};
        else if (h.type == MessageType::delay_resp || h.type == MessageType::pdelay_resp
            || h.type == MessageType::pdelay_resp_follow_up)
            m.body = Answer{when, self};
        else
            m.body = Stamped{when};
        hostile.slave.hear(m, somewhere, hostile.utc(), hostile.now);
        if (hostile.now >= hostile.slave.next()) {
            hostile.slave.turn(hostile.now, 0.3);
            for (const Outgoing& o : hostile.slave.take_outcome().outgoing)
                hostile.slave.left(o.token, hostile.utc());
        }
    }
    CHECK(hostile.slave.masters().all().size() <= Masters::most);
}
