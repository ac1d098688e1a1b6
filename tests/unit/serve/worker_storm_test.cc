// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A million random and mutated packets: nothing breaks, no reply is longer than its request, and
// the counts add up.

#include "ntp/keys.h"
#include "serve/worker.h"
#include "unit/serve/fakes.h"

#include <memory>
#include <random>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::serve;
using namespace timeball::serve::test;
using namespace std::chrono_literals;
using ntp::Verdict;

namespace {

using Bytes = std::vector<std::byte>;

class Storm {
public:
    Storm()
        : keys_{std::make_shared<ntp::KeyTable>(
            ntp::parse_keys("1 MD5 one\n2 SHA1 two\n3 SHA512 three\n4 AES four\n").keys)},
          signer_{keys_}
    {
    }

    std::shared_ptr<const ntp::KeyTable> keys() const { return keys_; }

    Bytes packet()
    {
        Bytes bytes = random() % 8 == 0 ? noise() : good();
        if (random() % 8 == 0 && !bytes.empty())
            bytes[0] = std::byte{0x16}; // of the control protocol
        for (unsigned i = random() % 4; i > 0 && !bytes.empty(); --i)
            mutate(bytes);
        return bytes;
    }
    Endpoint sender()
    {
        static constexpr std::uint16_t ports[] = {0, 19, 123, 123, 1024, 40000, 50000, 60000};
        const std::uint16_t port = ports[random() % std::size(ports)];
        switch (random() % 8) {
        case 0:
            return {Address::ipv4(random()), port};
        case 1: {
            Address a = *parse_address("2001:db8::");
            a.octets[7] = std::byte(random());
            a.octets[15] = std::byte(random());
            return {a, port};
        }
        case 2:
            return {*parse_address("192.0.2.9"), port}; // ourselves
        case 3:
        case 4:
            return {Address::ipv4(0x0a000001), port}; // somebody who asks a lot
        default:
            return {Address::ipv4(0x0a000000 + random() % 100'000), port};
        }
    }
    unsigned chance(unsigned limit) { return random() % limit; }

private:
    std::uint32_t random() { return static_cast<std::uint32_t>(random_()); }
    Bytes noise()
    {
        Bytes bytes(random() % 200);
        for (std::byte& b : bytes)
            b = std::byte(random());
        return bytes;
    }
    Bytes good()
    {
        Bytes bytes(ntp::header_size);
        ntp::encode({.leap = Leap(random() % 4),
                        .version = static_cast<std::uint8_t>(random() % 8 == 0 ? random() : 4),
                        .mode = random() % 4 == 0 ? ntp::Mode(random() % 8) : ntp::Mode::client,
                        .poll = static_cast<std::int8_t>(random()),
                        .transmit = {static_cast<std::uint64_t>(random()) << 32 | random()}},
            bytes);
        for (unsigned fields = random() % 3; fields > 0; --fields) {
            const unsigned length = 16 + 4 * (random() % 10);
            bytes.push_back(std::byte(random()));
            bytes.push_back(std::byte(random()));
            bytes.push_back(std::byte(length >> 8));
            bytes.push_back(std::byte(length));
            bytes.resize(bytes.size() + length - 4);
        }
        if (random() % 3 == 0) {
            std::array<std::byte, ntp::max_mac_size> mac;
            const auto size = signer_.sign(KeyId{1 + random() % 4}, bytes, mac);
            bytes.insert(bytes.end(), mac.begin(), mac.begin() + size);
        }
        return bytes;
    }
    void mutate(Bytes& bytes)
    {
        const std::size_t at = random() % bytes.size();
        switch (random() % 4) {
        case 0:
            bytes[at] ^= std::byte(1u << random() % 8);
            break;
        case 1:
            bytes[at] = std::byte(random());
            break;
        case 2:
            bytes.resize(at);
            break;
        default:
            bytes.resize(bytes.size() + random() % 40);
        }
    }

    std::mt19937 random_{20360207};
    std::shared_ptr<const ntp::KeyTable> keys_;
    ntp::Authenticator signer_;
};

std::shared_ptr<const Setting> make_setting(const Storm& storm)
{
    std::vector<config::RestrictEntry> entries;
    const auto rule = [&](const char* address, const char* mask, std::uint32_t flags) {
        entries.push_back(
            {.address = *parse_address(address), .mask = *parse_address(mask), .flags = flags});
    };
    rule("0.0.0.0", "0.0.0.0", config::restrict_limited | config::restrict_kod);
    rule("10.0.0.0", "255.255.0.0", 0);
    rule("10.1.0.0", "255.255.192.0",
        config::restrict_notrust | config::restrict_flake | config::restrict_fuzz);
    rule("10.1.128.0", "255.255.255.0", config::restrict_ignore);
    rule("10.1.129.0", "255.255.255.0", config::restrict_noserve | config::restrict_noquery);
    rule("10.1.130.0", "255.255.255.0", config::restrict_version);
    Setting setting;
    setting.access = std::make_shared<AccessList>(entries);
    setting.keys = storm.keys();
    setting.own = {*parse_address("192.0.2.9")};
    setting.manner.lowest_port = 20;
    setting.mru.max_depth = 5000;
    setting.mru.min_age = Seconds{1};
    return std::make_shared<Setting>(std::move(setting));
}

} // namespace

TEST_GROUP(WorkerStorm){};

TEST(WorkerStorm, OfAMillionPacketsIsCountedAndBringsNoReplyLongerThanItsRequest)
{
    constexpr std::uint64_t million = 1'000'000;
    Storm storm;
    FakeLoop loop;
    FakeClock clock;
    FakeNetwork network;
    // On the heap: they are aligned to cache lines, and a test's own object may not be.
    std::unique_ptr<Snapshot<ntp::ServedTime>> served_owner
        = std::make_unique<Snapshot<ntp::ServedTime>>();
    std::unique_ptr<Tallies> tallies_owner = std::make_unique<Tallies>();
    Snapshot<ntp::ServedTime>& served = *served_owner;
    Tallies& tallies = *tallies_owner;
    std::uint64_t handed_on = 0;
    const Endpoint at{Address::any(Family::ipv4), 123};
    Worker worker{{loop, clock, network, served, tallies}, {.clients = {1, 2}, .chance = {3, 4}},
        make_setting(storm), [&](const ControlRequest&) {
            return ++handed_on % 5 != 0; // now and then the control loop is busy
        }};
    CHECK(worker.bind({{at, false, 46}}).empty());

    std::uint32_t epoch = 0;
    for (std::uint64_t i = 0; i < million; ++i) {
        if (i % 1000 == 0) // steps and other events of the clock
            served.write({.leap = Leap(storm.chance(4)),
                .stratum = Stratum{static_cast<std::uint8_t>(storm.chance(18))},
                .as_of = clock.time,
                .valid_from = clock.time + Nanoseconds{100us} - 1us * storm.chance(400),
                .void_after = clock.time + 1s * storm.chance(3),
                .epoch = epoch++});
        loop.time += 1ms;
        clock.time += 1ms;
        const Bytes bytes = storm.packet();
        const Datagram datagram{.bytes = bytes,
            .from = storm.sender(),
            .to = {*parse_address("192.0.2.9"), 2},
            .received = clock.time,
            .truncated = storm.chance(1000) == 0};
        const auto before = network.sent.size();
        network.deliver(at, datagram);
        CHECK(network.sent.size() <= before + 1);
        if (network.sent.size() == before)
            continue;
        const auto& reply = network.sent.back();
        CHECK(reply.bytes.size() <= bytes.size());
        CHECK(reply.to == datagram.from);
        CHECK(reply.to.port >= 20);
        const auto asked = ntp::decode(bytes), answered = ntp::decode(reply.bytes);
        CHECK(asked && answered);
        CHECK(asked->version == answered->version);
        CHECK(asked->transmit == answered->origin);
        CHECK(asked->mode == ntp::Mode::client || asked->mode == ntp::Mode::symmetric_active
            || (asked->mode == ntp::Mode::reserved && asked->version == 1));
        CHECK(
            answered->mode == ntp::Mode::server || answered->mode == ntp::Mode::symmetric_passive);
        CHECK((answered->stratum == 0) == (answered->leap == Leap::unsynchronized));
        network.sent.clear();
    }

    const Counts counts = tallies.read();
    UNSIGNED_LONGLONGS_EQUAL(million, counts.received());
    std::uint64_t answers = 0;
    for (std::size_t v = 0; v < ntp::verdict_count; ++v)
        if (ntp::answers(Verdict(v)))
            answers += counts.verdicts[v];
    UNSIGNED_LONGLONGS_EQUAL(counts.sent, answers);
    UNSIGNED_LONGLONGS_EQUAL(
        handed_on, counts.of(Verdict::control) + counts.of(Verdict::control_overflow));
    // Each fate was met, but for those that need another setting or another hand.
    for (std::size_t v = 0; v < ntp::verdict_count; ++v) {
        const bool is_elsewhere = Verdict(v) == Verdict::dropped_interface
            || Verdict(v) == Verdict::bad_destination || Verdict(v) == Verdict::shed_newcomer
            || Verdict(v) == Verdict::shed_stale || Verdict(v) == Verdict::shed_ceiling
            || Verdict(v) == Verdict::answered_interleaved
            || Verdict(v) == Verdict::unsynchronized_silent;
        CHECK_TRUE_TEXT(
            is_elsewhere || counts.verdicts[v] > 0, std::string{to_string(Verdict(v))}.c_str());
    }
    CHECK(worker.clients().counts().present <= 5000);
}
