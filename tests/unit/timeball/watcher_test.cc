// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The conversation with a server, in a simulated network.

#include "unit/report/sample_report.h"

#include "control/answer.h"
#include "sim/sim_clock.h"
#include "sim/sim_edges.h"
#include "sim/sim_loop.h"
#include "sim/sim_net.h"
#include "timeball/watcher.h"

#include <algorithm>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::console;
using namespace std::chrono_literals;

namespace {

// A server of timeball behind a simulated port.
class SimDaemon final : sim::Receiver {
public:
    SimDaemon(sim::SimNet& net, const Endpoint& at) : net_{net}, at_{at}
    {
        net_.add_host(at.address);
        lives();
    }
    ~SimDaemon() { dies(); }

    report::Report report = report::sample_report();
    int requests = 0;
    bool is_old = false; // does not know what it has served
    std::vector<std::string> changes;
    std::function<void()> before_answer;

    void lives() { net_.bind(at_, *this); }
    void dies() { net_.unbind(at_); }

private:
    void arrived(
        std::span<const std::byte> bytes, const Endpoint& from, const Endpoint& to) override
    {
        ++requests;
        if (before_answer)
            before_answer();
        const auto message = control::decode(bytes);
        if (message && message->header.opcode == control::Opcode::configure) {
            changes.emplace_back(control::as_text(message->data()));
            control::Header done = message->header;
            done.is_response = true;
            for (const auto& datagram : control::fragments(
                     done, control::as_bytes(std::string_view{"Config Succeeded\r\n"})))
                net_.send(datagram, to, from);
            return;
        }
        if (is_old && message && message->header.count > 0) {
            control::Header error = message->header;
            error.is_response = error.is_error = true;
            error.status = 0x0500; // unknown variable
            return net_.send(control::encode(error, {}), to, from);
        }
        for (const auto& datagram :
            control::answer(bytes, report, {from.address, true, true}).datagrams)
            net_.send(datagram, to, from);
    }
    void refused(const Endpoint&) override { }

    sim::SimNet& net_;
    Endpoint at_;
};

const Address here = *parse_address("198.51.100.1");
const Address there = *parse_address("192.0.2.1");
const Address elsewhere = *parse_address("192.0.2.2");

} // namespace

TEST_GROUP(ConsoleWatcher)
{
    sim::Timeline timeline{Instant<sim::Truth>{1'700'000'000s}};
    sim::SimNet net{timeline, sim::Chance{1}};
    sim::SimClock clock{timeline, {}, sim::Chance{2}};
    sim::SimLoop loop{timeline, clock.oscillator()};
    sim::SimNetwork network{net, timeline, clock, sim::Chance{3}};
    sim::Names names;
    sim::SimResolver resolver{timeline, names};
    std::vector<Watcher::Outcome> outcomes;

    void setup() override
    {
        network.add_address(here);
        names.set("ntp.example.org", {there});
    }

    Watcher watch(const Target& target)
    {
        return {loop, network, resolver, target,
            [this](const Watcher::Outcome& outcome) { outcomes.push_back(outcome); }};
    }

    void run_for(Nanoseconds span)
    {
        const auto end = timeline.now() + span;
        while (timeline.step(end)) { }
    }

    const Answers& answers() const
    {
        CHECK(!outcomes.empty());
        const auto* answered = std::get_if<Answered>(&outcomes.back());
        CHECK(answered != nullptr);
        return answered->answers;
    }

    std::string trouble() const
    {
        CHECK(!outcomes.empty());
        const auto* unanswered = std::get_if<Unanswered>(&outcomes.back());
        CHECK(unanswered != nullptr);
        return unanswered->why;
    }
};

TEST(ConsoleWatcher, BringsSystemAndAssociationsOfAServer)
{
    SimDaemon server{net, {there, 123}};
    Watcher watcher = watch({"ntp.example.org"});
    watcher.ask({});
    CHECK(outcomes.empty()); // in a later turn
    run_for(1s);

    LONGS_EQUAL(1, outcomes.size());
    CHECK(answers().system.is_synchronized());
    LONGS_EQUAL(4711, answers().system.peer.value);
    DOUBLES_EQUAL(-12.345678, answers().system.frequency->ppm(), 1e-9);
    LONGS_EQUAL(100 - 17, *answers().served.received); // less what was asked in mode 6
    DOUBLES_EQUAL(3600, answers().served.uptime->count(), 1);
    LONGS_EQUAL(server.report.associations.size(), answers().peers.size());
    CHECK(answers().peers.front().status.select == sync::Select::system_peer);
    STRCMP_EQUAL("ntp1.example.net", answers().peers.front().figures.name(false).c_str());
    CHECK(std::is_sorted(answers().peers.begin(), answers().peers.end(),
        [](const Peer& a, const Peer& b) { return a.id < b.id; }));
}

TEST(ConsoleWatcher, CopesWithLossAndDuplication)
{
    SimDaemon server{net, {there, 123}};
    net.all_paths().loss = 0.1;
    net.all_paths().duplication = 0.2;
    net.all_paths().jitter = Seconds{0.05};
    Watcher watcher = watch({"ntp.example.org"});
    int good = 0;
    for (int i = 0; i < 20; ++i) {
        outcomes.clear();
        watcher.ask({});
        run_for(120s);
        LONGS_EQUAL(1, outcomes.size());
        good += std::holds_alternative<Answered>(outcomes.back());
    }
    CHECK(good >= 10);
}

TEST(ConsoleWatcher, DoesNotAskAgainWhatAnOldServerDoesNotKnow)
{
    SimDaemon server{net, {there, 123}};
    server.is_old = true;
    Watcher watcher = watch({"192.0.2.1"});
    watcher.ask({});
    run_for(1s);
    CHECK_FALSE(answers().served.received.has_value());
    CHECK(answers().system.is_synchronized());

    const int first = std::exchange(server.requests, 0);
    watcher.ask({});
    run_for(1s);
    LONGS_EQUAL(first - 3, server.requests); // what it has served, to whom, and its own figures
}

TEST(ConsoleWatcher, LeavesOutAnAssociationThatGoesWhileItAsks)
{
    SimDaemon server{net, {there, 123}};
    const std::size_t count = server.report.associations.size();
    server.before_answer = [&] {
        if (server.requests == 4) // system, served, list: now the first association
            server.report.associations.erase(server.report.associations.begin());
    };
    Watcher watcher = watch({"192.0.2.1"});
    watcher.ask({});
    run_for(1s);
    LONGS_EQUAL(count - 1, answers().peers.size());
}

TEST(ConsoleWatcher, SaysThatNobodyAnswersAndFindsTheServerWhenItIsBack)
{
    SimDaemon server{net, {there, 123}};
    net.cut(there, true);
    Watcher watcher = watch({"ntp.example.org"});
    watcher.ask({});
    run_for(3s);
    CHECK(outcomes.empty());
    run_for(2s);
    STRCMP_EQUAL("timed out, nothing received", trouble().c_str());

    net.cut(there, false);
    watcher.ask({});
    run_for(1s);
    CHECK(answers().system.is_synchronized());
}

TEST(ConsoleWatcher, SaysThatThePortIsClosed)
{
    net.add_host(there);
    Watcher watcher = watch({"192.0.2.1"});
    watcher.ask({});
    run_for(1s);
    STRCMP_EQUAL("Connection refused", trouble().c_str());
}

TEST(ConsoleWatcher, TriesTheNextAddressWhenOneDoesNotAnswer)
{
    SimDaemon server{net, {elsewhere, 123}};
    net.add_host(there); // refuses
    names.set("ntp.example.org", {there, elsewhere});
    Watcher watcher = watch({"ntp.example.org"});
    watcher.ask({});
    run_for(2s);
    LONGS_EQUAL(1, outcomes.size());
    CHECK(answers().system.is_synchronized());
}

TEST(ConsoleWatcher, LooksTheNameUpAnewWhenNoAddressAnswered)
{
    net.add_host(there);
    Watcher watcher = watch({"ntp.example.org"});
    watcher.ask({});
    run_for(1s);
    trouble();

    SimDaemon server{net, {elsewhere, 123}}; // moved
    names.set("ntp.example.org", {elsewhere});
    watcher.ask({});
    run_for(1s);
    CHECK(answers().system.is_synchronized());
}

TEST(ConsoleWatcher, SaysWhatIsWrongWithAName)
{
    Watcher watcher = watch({"nobody.example.org"});
    watcher.ask({});
    run_for(1s);
    STRCMP_EQUAL("the name is not known", trouble().c_str());

    names.is_down(true);
    watcher.ask({});
    run_for(1s);
    STRCMP_EQUAL("the name service is silent", trouble().c_str());
}

TEST(ConsoleWatcher, AsksOnlyAddressesOfTheFamilyWanted)
{
    SimDaemon server{net, {there, 123}};
    Watcher numeric = watch({"192.0.2.1", 123, Family::ipv6});
    numeric.ask({});
    run_for(1s);
    STRCMP_EQUAL("the address is not of the family asked for", trouble().c_str());
    LONGS_EQUAL(0, server.requests);

    Watcher named = watch({"ntp.example.org", 123, Family::ipv6});
    named.ask({});
    run_for(1s);
    STRCMP_EQUAL("the name is not known", trouble().c_str());
}

TEST(ConsoleWatcher, AsksAtThePortGiven)
{
    SimDaemon server{net, {there, 11123}};
    Watcher watcher = watch({"192.0.2.1", 11123});
    watcher.ask({});
    run_for(1s);
    CHECK(answers().system.is_synchronized());
}

TEST(ConsoleWatcher, BelievesNobodyElse)
{
    SimDaemon server{net, {there, 123}}, stranger{net, {elsewhere, 123}};
    // Whatever is sent to the server, a stranger answers first.
    net.path(here, there).delay = Seconds{0.5};
    net.tap = [&](std::span<const std::byte> bytes, const Endpoint& from, const Endpoint& to) {
        if (to != Endpoint{there, 123})
            return;
        report::Report forged = report::sample_report();
        forged.system.sync.frequency = Frequency::ppm(499);
        for (const auto& datagram :
            control::answer(bytes, forged, {from.address, true, true}).datagrams)
            net.send(datagram, {elsewhere, 123}, from);
    };
    Watcher watcher = watch({"192.0.2.1"});
    watcher.ask({});
    run_for(20s);
    DOUBLES_EQUAL(-12.345678, answers().system.frequency->ppm(), 1e-9);
}

TEST(ConsoleWatcher, ForgetsARoundWhenANewOneIsWanted)
{
    SimDaemon server{net, {there, 123}};
    net.all_paths().delay = Seconds{0.1};
    Watcher watcher = watch({"192.0.2.1"});
    watcher.ask({});
    run_for(250ms);
    watcher.ask({});
    run_for(10s);
    LONGS_EQUAL(1, outcomes.size());
    LONGS_EQUAL(server.report.associations.size(), answers().peers.size());
}

TEST(ConsoleWatcher, ReportsWhatBecameOfAChange)
{
    SimDaemon server{net, {there, 123}};
    Watcher watcher = watch({"192.0.2.1"});
    Credentials key;
    key.key = 1;
    key.type = "nonsense";
    key.password.add('x');
    watcher.change("server 192.0.2.9", key);
    run_for(1s);
    STRCMP_EQUAL(
        "This is not a key of type nonsense.", std::get<Reported>(outcomes.back()).words.c_str());
    key.type = "sha1";
    watcher.change("server 192.0.2.9", key);
    run_for(1s);
    STRCMP_EQUAL(
        "The server is not known to answer.", std::get<Reported>(outcomes.back()).words.c_str());

    watcher.ask({});
    watcher.change("server 192.0.2.9", key); // nobody signs what comes back
    run_for(20s);
    LONGS_EQUAL(1, server.changes.size() > 0 ? 1 : 0);
    CHECK(server.changes.front().starts_with("server 192.0.2.9"));
    CHECK(std::any_of(outcomes.begin(), outcomes.end(), [](const Watcher::Outcome& outcome) {
        const auto* reported = std::get_if<Reported>(&outcome);
        return reported && !reported->is_fine
            && reported->words.starts_with("The server did not do it: ");
    }));
    CHECK(std::any_of(outcomes.begin(), outcomes.end(),
        [](const Watcher::Outcome& outcome) { return std::holds_alternative<Answered>(outcome); }));
}
