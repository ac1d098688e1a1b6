// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A worker: what comes in, what goes out, and what is counted.

#include "ntp/keys.h"
#include "serve/worker.h"
#include "unit/serve/fakes.h"

#include <memory>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::serve;
using namespace timeball::serve::test;
using namespace std::chrono_literals;
using config::RestrictEntry;
using ntp::Verdict;

namespace {

const Endpoint wildcard{Address::any(Family::ipv4), 123};

RestrictEntry entry(const char* prefix, std::uint32_t flags)
{
    const Prefix p = *parse_prefix(prefix);
    Address ones{p.address.family, {}, 0};
    std::fill_n(ones.octets.begin(), ones.size(), std::byte{0xff});
    return {.address = p.address,
        .mask = make_prefix(ones, p.length).address,
        .flags = flags,
        .line = 1};
}

} // namespace

TEST_GROUP(Worker)
{
    FakeLoop loop;
    FakeClock clock;
    FakeNetwork network;
    // On the heap: they are aligned to cache lines, and a test's own object may not be.
    std::unique_ptr<Snapshot<ntp::ServedTime>> served_owner
        = std::make_unique<Snapshot<ntp::ServedTime>>();
    std::unique_ptr<Tallies> tallies_owner = std::make_unique<Tallies>();
    Snapshot<ntp::ServedTime>& served = *served_owner;
    Tallies& tallies = *tallies_owner;
    std::vector<ControlRequest> control;
    bool has_control_room = true;
    // The advice of the NTP Pool.
    std::vector<RestrictEntry> restrictions{
        entry("0.0.0.0/0",
            config::restrict_nomodify | config::restrict_notrap | config::restrict_nopeer
                | config::restrict_noquery | config::restrict_kod | config::restrict_limited),
        entry("127.0.0.1/32", 0)};
    Setting setting;
    std::unique_ptr<Worker> worker;
    Endpoint client{*parse_address("198.51.100.7"), 40000};
    LocalAddress us{*parse_address("192.0.2.9"), 2};

    void setup() override
    {
        serve_time(clock.time);
        worker = std::make_unique<Worker>(Worker::World{loop, clock, network, served, tallies},
            Worker::Identity{.clients = {1, 2}, .chance = {3, 4}}, make(setting),
            [this](const ControlRequest& request) {
                if (has_control_room)
                    control.push_back(request);
                return has_control_room;
            });
        CHECK(worker->bind({{wildcard, false, 46}}).empty());
    }
    std::shared_ptr<const Setting> make(Setting s)
    {
        s.access = std::make_shared<AccessList>(restrictions);
        return std::make_shared<Setting>(std::move(s));
    }
    void obey()
    {
        worker->obey(make(setting));
    }
    ntp::ServedTime serve_time(Instant<Utc> from, std::uint32_t epoch = 0)
    {
        const ntp::ServedTime time{.leap = Leap::none,
            .stratum = Stratum{2},
            .precision = {-24},
            .reference_id = {0xc0000201},
            .reference_time = from,
            .as_of = from,
            .valid_from = from,
            .void_after = from + 24h,
            .epoch = epoch};
        served.write(time);
        return time;
    }
    static std::vector<std::byte> request(unsigned version = 4, ntp::Mode mode = ntp::Mode::client)
    {
        std::vector<std::byte> bytes(ntp::header_size);
        ntp::encode({.leap = Leap::none,
                        .version = static_cast<std::uint8_t>(version),
                        .mode = mode,
                        .transmit = {0x0123456789abcdef}},
            bytes);
        return bytes;
    }
    static std::vector<std::byte> question() // READSTAT
    {
        std::vector<std::byte> bytes(12);
        bytes[0] = std::byte{0x16};
        bytes[1] = std::byte{1};
        return bytes;
    }
    void deliver(const std::vector<std::byte>& bytes)
    {
        network.deliver(
            wildcard, {.bytes = bytes, .from = client, .to = us, .received = clock.time});
    }
    // The verdict of a packet, by what is counted.
    Verdict verdict(const std::vector<std::byte>& bytes)
    {
        const Counts before = tallies.read();
        deliver(bytes);
        const Counts after = tallies.read();
        UNSIGNED_LONGLONGS_EQUAL(before.received() + 1, after.received());
        for (std::size_t v = 0; v < ntp::verdict_count; ++v)
            if (after.verdicts[v] != before.verdicts[v])
                return Verdict(v);
        return {};
    }
    ntp::Header last_reply() const
    {
        return *ntp::decode(network.sent.back().bytes);
    }
    void pass(Nanoseconds span)
    {
        loop.pass(span);
        clock.time += span;
    }
};

TEST(Worker, AnswersFromTheAddressThatWasAsked)
{
    CHECK(verdict(request()) == Verdict::answered_client);
    UNSIGNED_LONGS_EQUAL(1, network.sent.size());
    CHECK(network.sent[0].to == client);
    CHECK(network.sent[0].from.address == us.address);
    UNSIGNED_LONGS_EQUAL(us.interface, network.sent[0].from.interface);
    UNSIGNED_LONGS_EQUAL(ntp::header_size, network.sent[0].bytes.size());
    CHECK(ntp::to_instant(last_reply().receive, clock.time) == clock.time);
    CHECK(last_reply().origin == ntp::Timestamp{0x0123456789abcdef});
}

TEST(Worker, StampsAsLateAsItCan)
{
    clock.on_reading = [this] { clock.time += 7us; };
    const auto arrival = clock.time;
    deliver(request());
    CHECK(ntp::to_instant(last_reply().receive, arrival) == arrival);
    CHECK(ntp::to_instant(last_reply().transmit, arrival) == arrival + 7us);
}

TEST(Worker, SendsNothingAcrossAStep)
{
    // While the step is under way.
    serve_time(clock.time, 1);
    CHECK(verdict(request()) == Verdict::straddles_step);
    // Received before, answered after.
    serve_time(clock.time + 5s, 2);
    CHECK(verdict(request()) == Verdict::straddles_step);
    // The step comes between reading the served time and stamping.
    serve_time(clock.time, 2);
    clock.on_reading = [this] { serve_time(clock.time, 3); };
    CHECK(verdict(request()) == Verdict::straddles_step);
    clock.on_reading = nullptr;
    UNSIGNED_LONGS_EQUAL(0, network.sent.size());
    serve_time(clock.time, 4);
    CHECK(verdict(request()) == Verdict::answered_client);
}

TEST(Worker, SaysUnsynchronizedWhenTheControlLoopHasGone)
{
    pass(24h);
    CHECK(verdict(request()) == Verdict::answered_client);
    CHECK(last_reply().leap == Leap::unsynchronized);
    UNSIGNED_LONGS_EQUAL(0, last_reply().stratum);
}

// --- the pool's advice ---------------------------------------------------------------------------

TEST(Worker, AnswersTimeAndRefusesQuestionsFromOutside)
{
    CHECK(verdict(request()) == Verdict::answered_client);
    CHECK(verdict(question()) == Verdict::dropped_noquery);
    UNSIGNED_LONGS_EQUAL(0, control.size());
    client = {Address::loopback(Family::ipv4), 40000};
    CHECK(verdict(question()) == Verdict::control);
    UNSIGNED_LONGS_EQUAL(1, control.size());
}

TEST(Worker, KissesAFlooderAFewTimesAndThenIsSilent)
{
    Counts first_minute;
    for (int i = 0; i < 900; ++i) { // ten a second
        deliver(request());
        pass(100ms);
        if (i == 599)
            first_minute = tallies.read();
    }
    const Counts all = tallies.read();
    CHECK(all.of(Verdict::kiss_rate) >= 5 && all.of(Verdict::kiss_rate) <= 20);
    CHECK(all.of(Verdict::answered_client) <= 25);
    UNSIGNED_LONGLONGS_EQUAL(
        first_minute.of(Verdict::kiss_rate), all.of(Verdict::kiss_rate)); // none after
    const auto refused = [](const Counts& counts) {
        return counts.of(Verdict::limited_silent) + counts.of(Verdict::answered_limited);
    };
    UNSIGNED_LONGLONGS_EQUAL(300 + refused(first_minute), refused(all));
    UNSIGNED_LONGLONGS_EQUAL(all.of(Verdict::kiss_rate) + all.of(Verdict::answered_client)
            + all.of(Verdict::answered_limited),
        network.sent.size());

    client.address = *parse_address("198.51.100.8");
    CHECK(verdict(request()) == Verdict::answered_client);
}

TEST(Worker, SendsKissesThatCarryNoTime)
{
    for (int i = 0; i < 21; ++i)
        deliver(request());
    const ntp::Header kiss = last_reply();
    CHECK(kiss.reference_id == ReferenceId::letters("RATE"));
    UNSIGNED_LONGS_EQUAL(0, kiss.stratum);
    CHECK(kiss.receive == kiss.origin && kiss.transmit == kiss.origin);
    UNSIGNED_LONGLONGS_EQUAL(1, tallies.read().of(Verdict::kiss_rate));
}

TEST(Worker, NeverLimitsAnInitialBurstNorAPoolMonitor)
{
    for (int source = 0; source < 2; ++source) {
        client.address = Address::ipv4(0xc6336401 + source);
        for (int round = 0; round < 50; ++round) {
            for (int i = 0; i < (source == 0 ? 8 : 3); ++i) {
                CHECK(verdict(request()) == Verdict::answered_client);
                pass(2s);
            }
            pass(64s);
        }
    }
}

TEST(Worker, NeverLimitsWhomNoLimitAppliesTo)
{
    client.address = Address::loopback(Family::ipv4);
    for (int i = 0; i < 5000; ++i)
        CHECK(verdict(request()) == Verdict::answered_client);
}

TEST(Worker, LetsAVictimOfForgersHaveTheTimeNowAndThen)
{
    int answers = 0;
    for (int i = 0; i < 10'000; ++i) {
        answers += verdict(request()) == Verdict::answered_limited;
        pass(10ms);
    }
    // One in four of those after the first hundred, one in sixteen of those after the first
    // thousand.
    CHECK(answers > 700 && answers < 900);
}

// --- access --------------------------------------------------------------------------------------

TEST(Worker, RemembersClientsAndWhatBecameOfThem)
{
    for (int i = 0; i < 22; ++i)
        deliver(request(3));
    const Client* c = worker->clients().find(client.address);
    CHECK(c != nullptr);
    UNSIGNED_LONGS_EQUAL(22, c->packets());
    UNSIGNED_LONGS_EQUAL(2, c->dropped());
    CHECK(c->was_limited() && c->was_kissed());
    UNSIGNED_LONGS_EQUAL(3, c->version());
}

TEST(Worker, KeepsNoRecordOfThoseWhomItIgnores)
{
    restrictions.push_back(entry("198.51.100.7/32", config::restrict_ignore));
    obey();
    CHECK(verdict(request()) == Verdict::dropped_ignored);
    CHECK(verdict(question()) == Verdict::dropped_ignored);
    UNSIGNED_LONGS_EQUAL(0, worker->clients().counts().present);
}

TEST(Worker, WithoutMonitorKeepsOnlyThoseWhomALimitAppliesTo)
{
    setting.keeps_clients = false;
    obey();
    deliver(request());
    client.address = Address::loopback(Family::ipv4);
    deliver(request());
    deliver(question());
    UNSIGNED_LONGS_EQUAL(1, worker->clients().counts().present);
}

TEST(Worker, CountsHitsOfEachRuleAndKeepsThemOverAReload)
{
    deliver(request());
    deliver(request());
    const auto hits = [this](const char* address) {
        const AccessList& access = *worker->setting().access;
        return worker->rule_hits()[access.find({*parse_address(address), 1})];
    };
    UNSIGNED_LONGLONGS_EQUAL(2, hits("198.51.100.7"));
    UNSIGNED_LONGLONGS_EQUAL(0, hits("127.0.0.1"));
    restrictions.push_back(entry("203.0.113.0/24", config::restrict_noserve));
    obey();
    UNSIGNED_LONGLONGS_EQUAL(2, hits("198.51.100.7"));
    UNSIGNED_LONGLONGS_EQUAL(0, hits("203.0.113.1"));
    client.address = *parse_address("203.0.113.1");
    CHECK(verdict(request()) == Verdict::dropped_noserve);
    UNSIGNED_LONGLONGS_EQUAL(1, hits("203.0.113.1"));
}

TEST(Worker, ForgetsWhatOneRuleKnewWhenItGoesByTheOther)
{
    for (int i = 0; i < 40; ++i)
        deliver(request());
    setting.limit.rule = config::LimitRule::classic;
    obey();
    pass(2s);
    CHECK(verdict(request()) == Verdict::answered_client);
}

TEST(Worker, DoesNotAnswerItsOwnHost)
{
    setting.own = {*parse_address("203.0.113.9")};
    obey();
    client = {*parse_address("203.0.113.9"), 123};
    CHECK(verdict(request()) == Verdict::own_source);
    client.port = 40000;
    CHECK(verdict(request()) == Verdict::answered_client);
}

TEST(Worker, AnswersSignedRequestsWithItsKeys)
{
    auto keys = std::make_shared<ntp::KeyTable>(ntp::parse_keys("9 AES secret").keys);
    ntp::Authenticator signer{keys};
    auto bytes = request();
    bytes.resize(bytes.size() + ntp::max_mac_size);
    const auto size = signer.sign(KeyId{9}, std::span{bytes}.first(ntp::header_size),
        std::span{bytes}.subspan(ntp::header_size));
    bytes.resize(ntp::header_size + size);

    CHECK(verdict(bytes) == Verdict::unknown_key);
    setting.keys = keys;
    obey();
    CHECK(verdict(bytes) == Verdict::answered_client);
    const auto& reply = network.sent.back().bytes;
    UNSIGNED_LONGS_EQUAL(bytes.size(), reply.size());
    const std::span<const std::byte> span = reply;
    CHECK(
        signer.verify(span.first(ntp::header_size), span.subspan(ntp::header_size), client.address)
            .has_value());
}

// --- control -------------------------------------------------------------------------------------

TEST(Worker, HandsControlPacketsOnAndSendsTheAnswerTheSameWay)
{
    client = {Address::loopback(Family::ipv4), 40000};
    deliver(question());
    UNSIGNED_LONGS_EQUAL(1, control.size());
    CHECK(std::ranges::equal(std::span<const std::byte>{control[0].bytes}, question()));
    CHECK(control[0].from == client);
    UNSIGNED_LONGS_EQUAL(0, control[0].rule.flags);
    worker->reply(control[0], {std::vector<std::byte>(12), std::vector<std::byte>(480)});
    UNSIGNED_LONGS_EQUAL(2, network.sent.size());
    CHECK(network.sent[1].to == client);
    CHECK(network.sent[1].from.address == us.address);
    UNSIGNED_LONGS_EQUAL(480, network.sent[1].bytes.size());
    UNSIGNED_LONGLONGS_EQUAL(2, tallies.read().control_sent);

    CHECK(worker->bind({}).empty()); // the door has gone
    worker->reply(control[0], {std::vector<std::byte>(12)});
    UNSIGNED_LONGS_EQUAL(2, network.sent.size());
}

TEST(Worker, CutsControlPacketsThatAreLongerThanAny)
{
    client = {Address::loopback(Family::ipv4), 40000};
    auto longest = question();
    longest.resize(1400);
    deliver(longest);
    UNSIGNED_LONGS_EQUAL(1, control.size());
    UNSIGNED_LONGS_EQUAL(ControlBytes::most, std::span<const std::byte>{control[0].bytes}.size());
}

TEST(Worker, DropsAndCountsControlPacketsThatFindNoRoom)
{
    client = {Address::loopback(Family::ipv4), 40000};
    has_control_room = false;
    CHECK(verdict(question()) == Verdict::control_overflow);
}

TEST(Worker, LimitsControlPacketsApartFromTime)
{
    restrictions = {entry("0.0.0.0/0", config::restrict_limited | config::restrict_kod)};
    obey();
    for (int i = 0; i < 100; ++i)
        CHECK(verdict(question()) == Verdict::control);
    CHECK(verdict(question()) == Verdict::control_limited);
    CHECK(verdict(request()) == Verdict::answered_client);
}

// --- sockets -------------------------------------------------------------------------------------

TEST(Worker, OpensAndClosesWhatItIsTold)
{
    const Endpoint one{*parse_address("192.0.2.9"), 123}, two{*parse_address("192.0.2.10"), 123};
    network.faults[two] = std::make_error_code(std::errc::address_not_available);
    auto faults = worker->bind({{one, false, 46}, {two, false, 46}});
    UNSIGNED_LONGS_EQUAL(1, faults.size());
    CHECK(faults[0].at == two);
    CHECK(network.open_sockets.contains(one));
    CHECK_FALSE(network.open_sockets.contains(wildcard));

    network.faults.clear();
    auto* const before = network.open_sockets.at(one);
    CHECK(worker->bind({{one, false, 46}, {two, true, 46}}).empty());
    POINTERS_EQUAL(before, network.open_sockets.at(one)); // it stays
    const auto bytes = request();
    network.deliver(two, {.bytes = bytes, .from = client, .to = us, .received = clock.time});
    UNSIGNED_LONGLONGS_EQUAL(1, tallies.read().of(Verdict::dropped_interface));

    CHECK(worker->bind({{one, false, 0}, {two, false, 46}}).empty()); // opened anew, otherwise
    LONGS_EQUAL(0, network.open_sockets.at(one)->options.dscp);
}

TEST(Worker, SaysWhichSocketCouldNotBeOpened)
{
    const OpenFault fault{
        {*parse_address("::"), 123}, std::make_error_code(std::errc::address_in_use)};
    STRCMP_EQUAL("[::]:123: Address already in use", to_string(fault).c_str());
}

TEST(Worker, CountsWhatCouldNotBeSent)
{
    network.send_fault = std::make_error_code(std::errc::operation_not_permitted);
    CHECK(verdict(request()) == Verdict::answered_client);
    UNSIGNED_LONGLONGS_EQUAL(0, tallies.read().sent);
    UNSIGNED_LONGLONGS_EQUAL(1, tallies.read().send_failed);
}

TEST(Worker, CountsAsNtpqWantsIt)
{
    restrictions = {entry("0.0.0.0/0", config::restrict_limited | config::restrict_kod)};
    obey();
    for (const unsigned version : {1, 2, 3, 4, 4})
        deliver(request(version));
    deliver(request(1, ntp::Mode::reserved));
    deliver(request(1, ntp::Mode::symmetric_active));
    deliver(request(4, ntp::Mode::server));
    deliver(std::vector<std::byte>(20));
    deliver(question());
    for (int i = 0; i < 100; ++i)
        deliver(request());
    const report::ServerCounters r = to_report(tallies.read());
    UNSIGNED_LONGLONGS_EQUAL(110, r.received);
    UNSIGNED_LONGLONGS_EQUAL(20, r.processed);
    UNSIGNED_LONGLONGS_EQUAL(102, r.this_version);
    UNSIGNED_LONGLONGS_EQUAL(5, r.old_version);
    UNSIGNED_LONGLONGS_EQUAL(3, r.version1);
    UNSIGNED_LONGLONGS_EQUAL(1, r.version1_client);
    UNSIGNED_LONGLONGS_EQUAL(1, r.version1_zero);
    UNSIGNED_LONGLONGS_EQUAL(1, r.version1_symmetric);
    UNSIGNED_LONGLONGS_EQUAL(1, r.bad_format);
    UNSIGNED_LONGLONGS_EQUAL(1, r.declined);
    UNSIGNED_LONGLONGS_EQUAL(87, r.limited);
    UNSIGNED_LONGLONGS_EQUAL(10, r.kisses_sent);
    UNSIGNED_LONGLONGS_EQUAL(1, r.control_requests);
    UNSIGNED_LONGLONGS_EQUAL(30, r.sent);
    UNSIGNED_LONGLONGS_EQUAL(r.received,
        r.processed + r.limited + r.bad_format + r.bad_auth + r.declined + r.restricted
            + r.control_requests + r.dropped);
}

// --- interleaved mode ---

TEST(Worker, TellsWhoAsksInterleavedWhenTheAnswerBeforeLeft)
{
    deliver(request());
    UNSIGNED_LONGS_EQUAL(0, network.sent.back().token); // nobody asked: nothing is kept
    const ntp::Header first = last_reply();
    CHECK((first.receive.bits & 1) == 1 && (first.transmit.bits & 1) == 0);

    // It gives back the receive timestamp; of the first answer nothing was kept, of this one it is.
    std::vector<std::byte> bytes(ntp::header_size);
    const auto ask = [&](const ntp::Header& last) {
        ntp::encode(
            {.leap = Leap::none, .origin = last.receive, .receive = {0xaaaa}, .transmit = {0xbbbb}},
            bytes);
        pass(64s);
        return verdict(bytes);
    };
    CHECK(ask(first) == Verdict::answered_client);
    const ntp::Header second = last_reply();
    CHECK(second.origin.bits == 0xbbbb);
    const auto token = network.sent.back().token;
    CHECK(token != 0);
    const Instant<Utc> left = clock.time + 17us;
    network.open_sockets.at(wildcard)->user.transmitted(token, left, StampKind::kernel);

    CHECK(ask(second) == Verdict::answered_interleaved);
    const ntp::Header third = last_reply();
    CHECK(third.origin.bits == 0xaaaa);
    CHECK(third.transmit.bits - ntp::to_timestamp(left).bits < 2);
    CHECK(ntp::to_timestamp(clock.time).bits - third.receive.bits < 2);

    // No stamp came for the third: the answer is a basic one.
    CHECK(ask(third) == Verdict::answered_client);
    CHECK(last_reply().origin.bits == 0xbbbb);
}

TEST(Worker, TellsNobodyOfADepartureOnAnotherTimeLine)
{
    deliver(request());
    std::vector<std::byte> bytes(ntp::header_size);
    const auto ask = [&] {
        ntp::encode({.leap = Leap::none,
                        .origin = last_reply().receive,
                        .receive = {0xaaaa},
                        .transmit = {0xbbbb}},
            bytes);
        return verdict(bytes);
    };
    CHECK(ask() == Verdict::answered_client);
    network.open_sockets.at(wildcard)->user.transmitted(
        network.sent.back().token, clock.time, StampKind::kernel);
    pass(1s);
    serve_time(clock.time, 2); // the clock was stepped
    CHECK(ask() == Verdict::answered_client);
}

TEST(Worker, TakesAnOrdinaryClientsOriginForNoWish)
{
    deliver(request());
    std::vector<std::byte> bytes(ntp::header_size);
    ntp::encode({.leap = Leap::none,
                    .origin = last_reply().transmit, // as ntpd asks
                    .receive = {0xaaaa},
                    .transmit = {0xbbbb}},
        bytes);
    CHECK(verdict(bytes) == Verdict::answered_client);
    UNSIGNED_LONGS_EQUAL(0, network.sent.back().token);
}

// --- batches, and too much ---

TEST(Worker, StampsABatchWhenAllOfItIsDecided)
{
    SocketUser& user = network.open_sockets.at(wildcard)->user;
    const auto bytes = request();
    const auto came = clock.time;
    for (int i = 0; i < 3; ++i) {
        user.received({.bytes = bytes, .from = client, .to = us, .received = came});
        clock.time += 10us;
    }
    UNSIGNED_LONGS_EQUAL(0, network.sent.size());
    UNSIGNED_LONGLONGS_EQUAL(0, tallies.read().received());
    user.received_all();
    UNSIGNED_LONGS_EQUAL(3, network.sent.size());
    UNSIGNED_LONGLONGS_EQUAL(3, tallies.read().of(Verdict::answered_client));
    for (const auto& sent : network.sent) {
        const auto reply = *ntp::decode(sent.bytes);
        CHECK(reply.transmit.bits - ntp::to_timestamp(clock.time).bits < 2);
        CHECK(ntp::to_timestamp(came).bits - reply.receive.bits < 2);
    }
}

TEST(Worker, AnswersThoseItKnowsWhenItCannotAnswerAll)
{
    const auto bytes = request();
    SocketUser& user = network.open_sockets.at(wildcard)->user;
    const auto ask = [&](std::uint32_t from) {
        client.address = Address::ipv4(from);
        user.received(
            {.bytes = bytes, .from = client, .to = us, .received = clock.time, .waited = 3ms});
    };
    constexpr std::uint32_t known = 0x0a000001;
    ask(known);
    user.received_all();
    std::uint64_t flood = 0;
    for (unsigned second = 0; second < 10; ++second) {
        for (int i = 0; i < 1000; ++i) {
            pass(1ms);
            for (int k = 0; k < 8; ++k)
                ask(static_cast<std::uint32_t>(0x20000000 + ++flood));
            user.received_all();
        }
        ask(known);
        user.received_all();
        for (int k = 0; k < 8; ++k)
            ask(static_cast<std::uint32_t>(0x20000000 + ++flood));
        user.received_all();
    }
    UNSIGNED_LONGLONGS_EQUAL(flood + 11, tallies.read().received());
    const auto answered = tallies.read().of(Verdict::answered_client);
    CHECK(answered >= 11
        && answered < 11 + 8 * 100); // some, where the queue was not known to be long
    UNSIGNED_LONGLONGS_EQUAL(flood + 11 - answered, tallies.read().of(Verdict::shed_newcomer));
    UNSIGNED_LONGS_EQUAL(0, worker->clients().find(Address::ipv4(known))->dropped());
}

TEST(Worker, AnswersNewcomersWhenItLosesItsProcessorAgainAndAgain)
{
    // Always eight come at once and have waited for long, but then nobody is left.
    SocketUser& user = network.open_sockets.at(wildcard)->user;
    const auto bytes = request();
    for (std::uint32_t i = 1; i <= 8000; ++i) {
        client.address = Address::ipv4(0x20000000 + i);
        user.received(
            {.bytes = bytes, .from = client, .to = us, .received = clock.time, .waited = 20ms});
        if (i % 8 > 0)
            continue;
        user.received_all();
        user.received_all();
        pass(1ms);
    }
    UNSIGNED_LONGLONGS_EQUAL(8000, tallies.read().of(Verdict::answered_client));
}

// --- limits that hurt nobody honest: `restrict default kod limited` and no other word ---

namespace {

struct Asks {
    const char* who;
    Nanoseconds every;
    unsigned at_once, times;
};

} // namespace

TEST(Worker, LimitsNobodyHonestByDefault)
{
    for (const Asks& asks : {Asks{"iburst of NTPsec and ntpd", 2s, 1, 8},
             Asks{"iburst of chrony, in haste", 250ms, 1, 8},
             Asks{"a monitor of the pool", 2s, 1, 3},
             Asks{"sntp in a boot storm behind a NAT", 0s, 20, 1},
             Asks{"fifty clients that poll each minute behind a NAT", 1200ms, 1, 600},
             Asks{"thirty who poll together each half minute", 30s, 15, 20}}) {
        pass(1h);
        const auto before = tallies.read().of(Verdict::answered_client);
        for (unsigned i = 0; i < asks.times; ++i) {
            for (unsigned k = 0; k < asks.at_once; ++k)
                deliver(request());
            pass(asks.every);
        }
        UNSIGNED_LONGLONGS_EQUAL_TEXT(asks.at_once * asks.times,
            tallies.read().of(Verdict::answered_client) - before, asks.who);
    }
}

TEST(Worker, LocksNoVictimOutWhoseAddressOthersUse)
{
    // Somebody asks ten times a second under the address of a client that polls each minute.
    unsigned answers = 0;
    for (unsigned minute = 0; minute < 120; ++minute) {
        for (unsigned i = 0; i < 600; ++i) {
            pass(100ms);
            deliver(request());
        }
        const auto v = verdict(request());
        answers += v == Verdict::answered_limited || v == Verdict::answered_client;
    }
    CHECK(answers >= 3);
}
