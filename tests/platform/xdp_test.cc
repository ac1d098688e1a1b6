// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The program in the kernel, run on packets made here (BPF_PROG_TEST_RUN): its reply is, bit for
// bit, what a worker would have sent, and what it does not understand it leaves alone. Where the
// kernel refuses to load it, each test says so and looks at nothing.

#include "base/wire.h"
#include "ntp/header.h"
#include "ntp/responder.h"
#include "platform/none_clock.h"
#include "platform/software_clock.h"
#include "platform/xdp_fast_path.h"
#include "serve/rate_limiter.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <functional>
#include <map>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace std::chrono_literals;

namespace {

using Bytes = std::vector<std::byte>;
enum Action : std::uint32_t { drops = 1, passes = 2, sends = 3 };

struct QuietLog final : Log {
    void write(Severity, std::string_view) override { }
    void reopen() override { }
};

const Endpoint client4 = *parse_endpoint("192.0.2.77:40123"),
               server4 = *parse_endpoint("198.51.100.1:123"),
               client6 = *parse_endpoint("[2001:db8::77]:40123"),
               server6 = *parse_endpoint("[2001:db8::1]:123");

constexpr std::size_t ethernet_size = 14;
std::size_t ip_size(const Bytes& frame)
{
    return frame[12] == std::byte{0x08} ? 20 : 40;
}
std::size_t udp_at(const Bytes& frame)
{
    return ethernet_size + ip_size(frame);
}

void put16(Bytes& frame, std::size_t at, unsigned value)
{
    frame[at] = std::byte(value >> 8);
    frame[at + 1] = std::byte(value & 0xff);
}
unsigned get16(const Bytes& frame, std::size_t at)
{
    return std::to_integer<unsigned>(frame[at]) << 8 | std::to_integer<unsigned>(frame[at + 1]);
}

// RFC 1071, as it stands there.
unsigned sum(const Bytes& frame, std::size_t from, std::size_t size, unsigned start = 0)
{
    for (std::size_t i = 0; i < size; i += 2)
        start += std::to_integer<unsigned>(frame[from + i]) << 8
            | (i + 1 < size ? std::to_integer<unsigned>(frame[from + i + 1]) : 0);
    while (start >> 16)
        start = (start & 0xffff) + (start >> 16);
    return start;
}
unsigned pseudo(const Bytes& frame)
{
    const bool is_v4 = ip_size(frame) == 20;
    const std::size_t length = frame.size() - udp_at(frame);
    return sum(frame, ethernet_size + (is_v4 ? 12 : 8), is_v4 ? 8 : 32,
        17 + static_cast<unsigned>(length));
}
unsigned udp_sum(const Bytes& frame)
{
    return sum(frame, udp_at(frame), frame.size() - udp_at(frame), pseudo(frame));
}
void close(Bytes& frame)
{
    if (ip_size(frame) == 20) {
        put16(frame, ethernet_size + 10, 0);
        put16(frame, ethernet_size + 10, ~sum(frame, ethernet_size, 20) & 0xffff);
    }
    put16(frame, udp_at(frame) + 6, 0);
    put16(frame, udp_at(frame) + 6, ~udp_sum(frame) & 0xffff);
}

Bytes frame(const Endpoint& from, const Endpoint& to, const Bytes& datagram)
{
    const bool is_v4 = from.address.family == Family::ipv4;
    Bytes f(ethernet_size + (is_v4 ? 20 : 40) + 8 + datagram.size());
    put16(f, 12, is_v4 ? 0x0800 : 0x86dd);
    for (std::size_t i = 6; i < 12; ++i)
        f[i] = std::byte(i); // the sender; lo, whose packet this is, has only zeros
    const std::size_t ip = ethernet_size, udp = udp_at(f);
    const auto length = static_cast<unsigned>(8 + datagram.size());
    if (is_v4) {
        f[ip] = std::byte{0x45};
        put16(f, ip + 2, 20 + length);
        put16(f, ip + 6, 0x4000);
        f[ip + 8] = std::byte{55};
        f[ip + 9] = std::byte{17};
    } else {
        f[ip] = std::byte{0x60};
        put16(f, ip + 4, length);
        f[ip + 6] = std::byte{17};
        f[ip + 7] = std::byte{55};
    }
    const auto a = from.address.bytes(), b = to.address.bytes();
    std::copy(a.begin(), a.end(), f.begin() + static_cast<long>(ip + (is_v4 ? 12 : 8)));
    std::copy(b.begin(), b.end(), f.begin() + static_cast<long>(ip + (is_v4 ? 16 : 24)));
    put16(f, udp, from.port);
    put16(f, udp + 2, to.port);
    put16(f, udp + 4, length);
    std::copy(datagram.begin(), datagram.end(), f.begin() + static_cast<long>(udp + 8));
    close(f);
    return f;
}

Bytes request(std::uint8_t version = 4, std::int8_t poll = 6)
{
    Bytes bytes(ntp::header_size);
    ntp::encode({.leap = Leap::unsynchronized,
                    .version = version,
                    .mode = ntp::Mode::client,
                    .stratum = 3,
                    .poll = poll,
                    .precision = -20,
                    .root_delay = {77},
                    .root_dispersion = {78},
                    .reference_id = {0x12345678},
                    .reference = {1},
                    .origin = {2}, // not odd: that would be interleaved mode
                    .receive = {3},
                    .transmit = {0x0123456789abcdef}},
        bytes);
    return bytes;
}

Bytes datagram_in(const Bytes& frame)
{
    return {frame.begin() + static_cast<long>(udp_at(frame) + 8), frame.end()};
}

} // namespace

TEST_GROUP(XdpProgram)
{
    QuietLog log;
    platform::NoneClock clock;
    std::unique_ptr<platform::XdpFastPath> path;
    FastSetting setting;
    ntp::ServedTime time;
    Bytes reply;

    void setup() override
    {
        auto loaded = platform::XdpFastPath::load(clock, log, 1000);
        if (!loaded) {
            UT_PRINT((loaded.error() + ": skipped").c_str());
            return;
        }
        path = *std::move(loaded);
        // What is run in a test comes in by lo, on which it is not put.
        for (const Endpoint& at : {server4, server6})
            setting.doors.push_back({"lo", 1, at});
        restrict("0.0.0.0/0", FastRule::Deed::answer);
        restrict("::/0", FastRule::Deed::answer);
        setting.kiss_poll = {3};
        setting.leaks = {{{1000000, 1}, {1000000, 1}}};
        setting.kisses_a_second = 256;
        setting.dscp = 46;
        const auto now = clock.now();
        time = {.leap = Leap::insert,
            .stratum = {2},
            .precision = {-23},
            .reference_id = {0xc0000201},
            .reference_time = now - 17s,
            .root_delay = Seconds{0.0123},
            .root_dispersion = Seconds{0.00456},
            .dispersion_rate = Frequency::ppm(500),
            .as_of = now - 3s,
            .valid_from = now - 1h,
            .void_after = now + 60s,
            .epoch = 2};
        begin();
    }

    void restrict(std::string_view prefix, FastRule::Deed deed, bool is_limited = false)
    {
        const FastRule::Ruling ruling{
            static_cast<std::uint32_t>(setting.rules.size()), deed, is_limited, is_limited};
        setting.rules.push_back({*parse_prefix(prefix), ruling, ruling});
    }
    void begin()
    {
        // It is put nowhere: lo is not an interface that could be taken from the machine.
        LONGS_EQUAL(0, path->obey_without_holding(setting).size());
        path->publish(time);
    }

    Action run(const Bytes& packet)
    {
        reply.assign(2048, std::byte{0});
        LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet.data(), .data_out = reply.data(),
            .data_size_in = static_cast<std::uint32_t>(packet.size()),
            .data_size_out = static_cast<std::uint32_t>(reply.size()), .repeat = 1);
        LONGS_EQUAL(0, bpf_prog_test_run_opts(path->program(), &options));
        reply.resize(options.data_size_out);
        return Action{options.retval};
    }

    // What a worker makes of it, given the stamps.
    Bytes by_worker(const Endpoint& from, const Endpoint& to, const Bytes& datagram,
        Instant<Utc> received, Instant<Utc> now, ntp::Rate rate = ntp::Rate::pass)
    {
        ntp::Manner manner;
        manner.kiss_poll = setting.kiss_poll;
        const ntp::Request asked{.bytes = datagram, .from = from, .to = to, .received = received};
        const auto question = ntp::examine(asked, manner);
        CHECK(question.has_value());
        const auto decision
            = ntp::decide(asked, *question, {.kod = true}, rate, time, manner, 0, nullptr);
        std::array<std::byte, ntp::max_reply> room;
        const auto bytes = ntp::seal(decision, time, now, room, nullptr);
        return {bytes.begin(), bytes.end()};
    }

    void expect_answer(const Endpoint& from, const Endpoint& to, const Bytes& datagram)
    {
        const auto before = clock.now();
        const auto action = run(frame(from, to, datagram));
        const auto after = clock.now();
        LONGS_EQUAL(sends, action);
        const auto said = *ntp::decode(datagram_in(reply));
        const auto received = ntp::to_instant(said.receive, before);
        const auto sent = ntp::to_instant(said.transmit, before);
        // Two readings of the kernel's clocks are not one: a microsecond is theirs.
        CHECK(received >= before - 2us && received <= sent && sent <= after + 2us);
        CHECK(datagram_in(reply) == by_worker(from, to, datagram, received, sent));
    }

    void expect_left_alone(const Bytes& packet)
    {
        LONGS_EQUAL(passes, run(packet));
        CHECK(reply == packet);
    }
};

TEST(XdpProgram, AnswersBitForBitAsAWorkerDoes)
{
    if (!path)
        return;
    for (std::uint8_t version = 1; version <= 4; ++version)
        for (const int poll : {-6, 0, 6, 17, 127}) {
            const Bytes asked = request(version, static_cast<std::int8_t>(poll));
            expect_answer(client4, server4, asked);
            expect_answer(client6, server6, asked);
        }
}

TEST(XdpProgram, AnswersWithWhateverIsServed)
{
    if (!path)
        return;
    const ntp::ServedTime good = time;
    const auto served = [&](auto change) {
        time = good;
        change(time);
        path->publish(time);
        expect_answer(client4, server4, request());
        expect_answer(client6, server6, request());
    };
    served([](auto& t) { t.leap = Leap::none; });
    served([](auto& t) { t.leap = Leap::remove; });
    served([](auto& t) { t.stratum = {15}; });
    served([](auto& t) { t.stratum = {1}, t.reference_id = ReferenceId::letters("PPS"); });
    served([](auto& t) { t.precision = {-31}; });
    served([](auto& t) { t.root_delay = Seconds{}; });
    served([](auto& t) { t.root_delay = Seconds{123.456}; });
    served([](auto& t) { t.reference_time = {}; }); // never
    served([](auto& t) { t.dispersion_rate = {}; });
    for (const double dispersion : {0.0, 0x1p-16, 0x1p-17, 0.1, 1.5, 1000.0, 60000.0})
        served([&](auto& t) { t.root_dispersion = Seconds{dispersion}; });
}

TEST(XdpProgram, ShowsAClockThatIsCorrectedOnlyForOthers)
{
    if (!path)
        return;
    time.served_offset = Seconds{-1234.5};
    time.served_rate = Frequency::ppm(80);
    path->publish(time);
    LONGS_EQUAL(sends, run(frame(client4, server4, request())));
    const auto now = clock.now();
    const auto sent = ntp::to_instant(ntp::decode(datagram_in(reply))->transmit, now);
    CHECK(abs(Seconds{ntp::served(time, now) - sent}) < 1ms);
    CHECK(abs(Seconds{now - sent}) > 1000s);
}

TEST(XdpProgram, MakesAPacketThatIsWhole)
{
    if (!path)
        return;
    for (const auto& [from, to] : {std::pair{client4, server4}, std::pair{client6, server6}}) {
        const Bytes asked = frame(from, to, request());
        LONGS_EQUAL(sends, run(asked));
        LONGS_EQUAL(asked.size(), reply.size());
        const bool is_v4 = ip_size(asked) == 20;
        CHECK(std::equal(reply.begin(), reply.begin() + 6, asked.begin() + 6)); // Ethernet
        CHECK(std::equal(reply.begin() + 6, reply.begin() + 12, asked.begin()));
        const long source = is_v4 ? 26 : 22, size = is_v4 ? 4 : 16;
        const auto at = [](const Bytes& f, long place) { return f.begin() + place; };
        CHECK(std::equal(at(reply, source), at(reply, source + size), at(asked, source + size)));
        CHECK(
            std::equal(at(reply, source + size), at(reply, source + 2 * size), at(asked, source)));
        LONGS_EQUAL(123, get16(reply, udp_at(reply)));
        LONGS_EQUAL(40123, get16(reply, udp_at(reply) + 2));
        LONGS_EQUAL(56, get16(reply, udp_at(reply) + 4));
        LONGS_EQUAL(0xffff, udp_sum(reply));
        CHECK(get16(reply, udp_at(reply) + 6) != 0);
        if (is_v4) {
            LONGS_EQUAL(0xffff, sum(reply, ethernet_size, 20));
            LONGS_EQUAL(0x45b8, get16(reply, 14)); // DSCP 46
            LONGS_EQUAL(76, get16(reply, 16));
            LONGS_EQUAL(0, get16(reply, 18));
            LONGS_EQUAL(0x4000, get16(reply, 20)); // not to be fragmented, as a socket's
            LONGS_EQUAL(64, std::to_integer<int>(reply[22]));
        } else {
            LONGS_EQUAL(0x6b80, get16(reply, 14));
            LONGS_EQUAL(64, std::to_integer<int>(reply[21]));
        }
    }
}

TEST(XdpProgram, TakesChecksumsAsTheyMayBe)
{
    if (!path)
        return;
    Bytes unfinished = frame(client4, server4, request()); // by a sender on this machine
    put16(unfinished, udp_at(unfinished) + 6, pseudo(unfinished));
    LONGS_EQUAL(sends, run(unfinished));
    LONGS_EQUAL(0xffff, udp_sum(reply));

    Bytes none = frame(client4, server4, request());
    put16(none, udp_at(none) + 6, 0);
    LONGS_EQUAL(sends, run(none));
    LONGS_EQUAL(0xffff, udp_sum(reply));

    none = frame(client6, server6, request()); // not with IPv6
    put16(none, udp_at(none) + 6, 0);
    expect_left_alone(none);
}

TEST(XdpProgram, LeavesAloneWhatIsSpecial)
{
    if (!path)
        return;
    using Change = std::function<void(Bytes&)>;
    const auto set = [](std::size_t at, unsigned value) {
        return [=](Bytes& f) { f[at] = std::byte(value), close(f); };
    };
    const std::vector<Change> strange4{set(14, 0x46), set(20, 0x20), set(20, 0x80), set(21, 1),
        set(23, 6), set(26, 0), set(26, 127), set(26, 224), set(26, 255), set(33, 2), set(17, 75),
        set(39, 55), set(0, 1), set(0, 2), set(12, 0x81), set(42, 0x03), // version 0
        set(42, 0x2b), // version 5
        set(42, 0x21), set(42, 0x22), set(42, 0x24), set(42, 0x25), set(42, 0x26), set(42, 0x27),
        [](Bytes& f) { f[60] ^= std::byte{1}; }, // damaged
        [](Bytes& f) { f[24] ^= std::byte{1}; }, [](Bytes& f) { put16(f, 34, 0), close(f); },
        [](Bytes& f) { put16(f, 36, 124), close(f); }, [](Bytes& f) { f.push_back(std::byte{0}); },
        [](Bytes& f) { f.pop_back(); }};
    for (const Change& alter : strange4) {
        Bytes packet = frame(client4, server4, request());
        alter(packet);
        expect_left_alone(packet);
    }
    const std::vector<Change> strange6{set(14, 0x50), set(20, 0), set(20, 44), set(22, 0xff),
        set(39, 0x99), set(19, 55), [](Bytes& f) { f[80] ^= std::byte{1}; }};
    for (const Change& alter : strange6) {
        Bytes packet = frame(client6, server6, request());
        alter(packet);
        expect_left_alone(packet);
    }
    Bytes longer = request();
    longer.resize(68); // with a MAC
    expect_left_alone(frame(client4, server4, longer));
    Bytes interleaved = request();
    interleaved[31] = std::byte{1};
    expect_left_alone(frame(client4, server4, interleaved));
    expect_left_alone(frame(server4, server4, request())); // ourselves
    expect_left_alone(frame(*parse_endpoint("[::1]:1"), server6, request()));
    expect_left_alone(frame(*parse_endpoint("[::ffff:192.0.2.1]:1"), server6, request()));
    expect_left_alone(Bytes(20));
    // Nothing of all this was wrong with the packet as such.
    expect_answer(client4, server4, request());
    expect_answer(client6, server6, request());
}

TEST(XdpProgram, LeavesAllAloneWhenThereIsNoTime)
{
    if (!path)
        return;
    const Bytes packet = frame(client4, server4, request());
    const ntp::ServedTime good = time;
    time.leap = Leap::unsynchronized;
    path->publish(time);
    expect_left_alone(packet);
    time = good;
    time.epoch = 3; // a step under way
    path->publish(time);
    expect_left_alone(packet);
    path->publish(good);
    LONGS_EQUAL(sends, run(packet));
}

// Nobody publishes anymore: the daemon hangs.
TEST(XdpProgram, FallsSilentByItself)
{
    if (!path)
        return;
    const Bytes packet = frame(client4, server4, request());
    time.void_after = clock.now() + 200ms;
    path->publish(time);
    bool was_answered = false;
    while (clock.now() < time.void_after + 1ms)
        was_answered = run(packet) == sends || was_answered;
    CHECK(was_answered);
    expect_left_alone(packet);
}

TEST(XdpProgram, GoesByTheAccessList)
{
    if (!path)
        return;
    restrict("192.0.2.0/24", FastRule::Deed::up);
    restrict("192.0.2.128/25", FastRule::Deed::ignore);
    restrict("192.0.2.200/32", FastRule::Deed::noserve);
    restrict("192.0.2.201/32", FastRule::Deed::answer);
    restrict("2001:db8::/32", FastRule::Deed::noserve);
    restrict("2001:db8::77/128", FastRule::Deed::answer);
    setting.rules.back().ntp.deed = FastRule::Deed::ignore;
    begin();
    const auto ask = [&](const char* from, const Endpoint& to) {
        return run(frame(*parse_endpoint(from), to, request()));
    };
    LONGS_EQUAL(sends, ask("192.0.3.1:1", server4));
    LONGS_EQUAL(passes, ask("192.0.2.1:1", server4));
    LONGS_EQUAL(drops, ask("192.0.2.129:1", server4));
    LONGS_EQUAL(drops, ask("192.0.2.200:1", server4));
    LONGS_EQUAL(sends, ask("192.0.2.201:1", server4));
    LONGS_EQUAL(drops, ask("[2001:db8::78]:1", server6));
    LONGS_EQUAL(sends, ask("[2001:db8::77]:1", server6));
    LONGS_EQUAL(drops, ask("[2001:db8::77]:123", server6));
    LONGS_EQUAL(sends, ask("[2001:db9::77]:123", server6));

    const FastCounts counts = path->counts();
    LONGS_EQUAL(4, counts.answered);
    LONGS_EQUAL(2, counts.ignored);
    LONGS_EQUAL(2, counts.noserve);
    LONGS_EQUAL(1, counts.left);
    LONGS_EQUAL(6, counts.versions[4]);
    const auto hits = path->rule_hits();
    LONGS_EQUAL(8, hits.size());
    const std::uint64_t expected[] = {1, 1, 0, 1, 1, 1, 1, 2};
    for (std::size_t i = 0; i < 8; ++i)
        LONGS_EQUAL(expected[i], hits[i]);

    // Taken back, it is forgotten.
    setting.rules.resize(2);
    begin();
    LONGS_EQUAL(sends, ask("192.0.2.129:1", server4));
    LONGS_EQUAL(2, path->rule_hits().size());
    LONGS_EQUAL(1, path->rule_hits()[0]);
}

TEST(XdpProgram, LimitsAsAWorkerDoes)
{
    if (!path)
        return;
    setting.rules.clear();
    restrict("0.0.0.0/0", FastRule::Deed::answer, true);
    for (const config::LimitRule rule : {config::LimitRule::ntpsec, config::LimitRule::classic}) {
        setting.limit.rule = rule;
        begin();
        const bool is_classic = rule == config::LimitRule::classic;
        const Endpoint flooder = *parse_endpoint(is_classic ? "192.0.2.1:1" : "192.0.2.2:1");
        const Endpoint other = *parse_endpoint(is_classic ? "192.0.2.3:1" : "192.0.2.4:1");
        // A worker's limiter, for the same packets at no distance from each other.
        serve::RateLimiter limiter{setting.limit};
        serve::Client record{};
        std::map<Action, int> here, there;
        int kissed = 0, kisses_there = 0;
        for (int i = 0; i < 60; ++i) {
            const auto action = run(frame(flooder, server4, request()));
            ++here[action];
            if (action == sends && ntp::decode(datagram_in(reply))->stratum == 0) {
                ++kissed;
                CHECK(datagram_in(reply)
                    == by_worker(flooder, server4, request(), {}, {}, ntp::Rate::kiss));
            }
            const auto rate = limiter.judge({&record, i == 0, {}, ntp::Mode::client});
            ++there[rate == ntp::Rate::silent ? drops : sends];
            kisses_there += rate == ntp::Rate::kiss;
        }
        CHECK(std::abs(here[sends] - there[sends]) <= 1); // a little time did pass
        CHECK(std::abs(kissed - kisses_there) <= 1);
        CHECK(kissed > 0 && here[drops] > 0);
        // Others are not meant.
        LONGS_EQUAL(sends, run(frame(other, server4, request())));
        CHECK(ntp::decode(datagram_in(reply))->stratum == 2);
        LONGS_EQUAL(passes, run(frame(client6, server6, request()))); // no rule: the workers know
    }
}

TEST(XdpProgram, LetsSomeThroughByChance)
{
    if (!path)
        return;
    setting.rules.clear();
    restrict("0.0.0.0/0", FastRule::Deed::answer, true);
    setting.leaks = {{{100, 4}, {1000, 16}}};
    begin();
    for (int i = 0; i < 3000; ++i)
        run(frame(client4, server4, request()));
    const FastCounts counts = path->counts();
    // 900 refusals at one in four, the rest at one in sixteen.
    CHECK(counts.leaked > 250 && counts.leaked < 600);
    LONGS_EQUAL(3000, counts.answered + counts.leaked + counts.kissed + counts.silent);
}

TEST(XdpProgram, KissesOnlySoOftenWhoeverAsks)
{
    if (!path)
        return;
    setting.rules.clear();
    restrict("0.0.0.0/0", FastRule::Deed::answer, true);
    setting.limit.average = 0.0001; // the second packet is one too many
    setting.limit.kod = 1000;
    setting.kisses_a_second = 10;
    begin();
    for (int client = 1; client < 100; ++client)
        for (int i = 0; i < 2; ++i)
            run(frame({Address::ipv4(0xc0000200u + static_cast<unsigned>(client)), 1}, server4,
                request()));
    const FastCounts counts = path->counts();
    LONGS_EQUAL(99, counts.answered);
    CHECK(counts.kissed >= 10 && counts.kissed <= 40); // some processors, some seconds
    LONGS_EQUAL(99, counts.kissed + counts.silent);
}

TEST(XdpProgram, MakesOneClientOfAPrefix)
{
    if (!path)
        return;
    setting.limit.v4_prefix = 24;
    begin();
    for (const char* from : {"192.0.2.1:1", "192.0.2.255:1", "192.0.3.1:1"})
        LONGS_EQUAL(sends, run(frame(*parse_endpoint(from), server4, request())));
    LONGS_EQUAL(2, path->clients(0).clients.size());
}

TEST(XdpProgram, KnowsItsClients)
{
    if (!path)
        return;
    run(frame(client4, server4, request(3)));
    run(frame(client4, server4, request(4)));
    run(frame(client6, server6, request(4)));
    run(frame(*parse_endpoint("[2001:db8::78]:9"), server6, request(1))); // the same /64
    std::vector<FastClient> all;
    std::uint64_t at = 0;
    do {
        const auto page = path->clients(at);
        all.insert(all.end(), page.clients.begin(), page.clients.end());
        at = page.next;
    } while (at != 0);
    LONGS_EQUAL(2, all.size());
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.from < b.from; });
    CHECK(all[0].from == client4);
    LONGS_EQUAL(4, all[0].version);
    CHECK(all[1].from == *parse_endpoint("[2001:db8::78]:9"));
    LONGS_EQUAL(1, all[1].version);
    for (const FastClient& one : all) {
        LONGS_EQUAL(2, one.packets);
        LONGS_EQUAL(0, one.dropped);
        CHECK(one.first <= one.last && !one.was_limited && !one.was_kissed);
        DOUBLES_EQUAL(0.1, one.score, 0.001);
    }
}

TEST_GROUP(XdpOnASoftwareClock){};

// Its rate and its steps are followed at once, also between publications.
TEST(XdpOnASoftwareClock, ShowsWhatTheClockShows)
{
    QuietLog log;
    platform::SoftwareClock clock{{.offset = -100s, .drift = Frequency::ppm(200)}};
    auto loaded = platform::XdpFastPath::load(clock, log, 1000);
    if (!loaded) {
        UT_PRINT((loaded.error() + ": skipped").c_str());
        return;
    }
    auto& path = **loaded;
    const FastRule::Ruling all{.deed = FastRule::Deed::answer};
    LONGS_EQUAL(0,
        path.obey_without_holding(
                {.doors = {{"lo", 1, server4}}, .rules = {{*parse_prefix("0.0.0.0/0"), all, all}}})
            .size());
    const auto now = clock.now();
    path.publish({.leap = Leap::none, .stratum = {2}, .as_of = now, .void_after = now + 60s});

    const Bytes packet = frame(client4, server4, request());
    const auto error = [&] {
        Nanoseconds least = 1h; // of a few: the scheduler may come between
        for (int i = 0; i < 20; ++i) {
            Bytes reply(2048);
            LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet.data(),
                .data_out = reply.data(), .data_size_in = static_cast<std::uint32_t>(packet.size()),
                .data_size_out = static_cast<std::uint32_t>(reply.size()), .repeat = 1);
            const auto before = clock.now();
            LONGS_EQUAL(0, bpf_prog_test_run_opts(path.program(), &options));
            const auto after = clock.now();
            LONGS_EQUAL(sends, options.retval);
            reply.resize(options.data_size_out);
            const auto said = ntp::to_instant(ntp::decode(datagram_in(reply))->receive, before);
            const auto off = said < before ? before - said : said > after ? said - after : 0ns;
            least = std::min(least, off);
        }
        return least;
    };
    CHECK(error() < 2us);
    CHECK(clock.set_frequency(Frequency::ppm(-900)).has_value());
    const auto until = clock.now() + 100ms; // an old rate would be off by 90 us then
    while (clock.now() < until) { }
    CHECK(error() < 3us);
    CHECK(clock.step(50s).has_value());
    CHECK(error() < 3us);
}
