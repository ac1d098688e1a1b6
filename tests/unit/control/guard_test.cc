// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Who may do what: nonces, MACs of every kind that clients send, and the control key.

#include "unit/control/capture.h"
#include "unit/report/sample_report.h"

#include "control/answer.h"
#include "control/variables.h"
#include "ntp/keys.h"

#include <chrono>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::control;
using namespace std::chrono_literals;

TEST_GROUP(Nonces)
{
    std::uint64_t next = 1;
    Nonces nonces{[this] { return SipKey{next++, 7}; }};
    const Endpoint me{*parse_address("192.0.2.1"), 40000};
    Instant<Mono> now{100s};
};

TEST(Nonces, AreGoodForSixteenSeconds)
{
    const std::string nonce = nonces.make(me, now);
    LONGS_EQUAL(24, nonce.size());
    CHECK(nonces.is_valid(nonce, me, now));
    CHECK(nonces.is_valid(nonce, me, now + 16s));
    CHECK_FALSE(nonces.is_valid(nonce, me, now + 16s + 1ns));
    CHECK_FALSE(nonces.is_valid(nonce, me, now - 1s)); // from the future
}

TEST(Nonces, AreGoodForTheirReceiverOnly)
{
    const std::string nonce = nonces.make(me, now);
    CHECK_FALSE(nonces.is_valid(nonce, {me.address, 40001}, now));
    CHECK_FALSE(nonces.is_valid(nonce, {*parse_address("192.0.2.2"), 40000}, now));
    for (std::size_t i = 0; i < nonce.size(); ++i) {
        std::string other = nonce;
        other[i] = other[i] == '0' ? '1' : '0';
        CHECK_FALSE(nonces.is_valid(other, me, now));
    }
    CHECK_FALSE(nonces.is_valid("", me, now));
    CHECK_FALSE(nonces.is_valid(nonce + "0", me, now));
}

TEST(Nonces, OutliveTheKeyTheyWereMadeWithOnce)
{
    now += 1h - 1s;
    static_cast<void>(nonces.make(me, now - 1h + 1s));
    const std::string nonce = nonces.make(me, now);
    now += 2s; // another key by now
    CHECK(nonces.make(me, now).substr(16) != nonce.substr(16));
    CHECK(nonces.is_valid(nonce, me, now));
}

// ntpq makes a number of what can be read as one, and sends that back: the list then ends.
TEST(Nonces, NeverLookLikeANumber)
{
    for (int i = 0; i < 2000; ++i) {
        now = Instant<Mono>{std::chrono::nanoseconds{0x123456789 + i * 7}};
        CHECK(nonces.make(me, now).find_first_of("abcdf") != std::string::npos);
    }
}

TEST_GROUP(ControlGuard)
{
    report::Report report = report::sample_report();
    const Who self{Address::loopback(Family::ipv4)};
    Who stranger{*parse_address("198.51.100.7")};
    Nonces nonces{[] { return SipKey{1, 2}; }};
    std::optional<ntp::Authenticator> keys;
    Guard guard;

    void setup() override
    {
        auto parsed = ntp::parse_keys("1 MD5 old\n5 SHA1 control\n7 SHA256 long\n"
                                      "9 AES 0123456789abcdef\n10 AES256 0123456789abcdef\n");
        LONGS_EQUAL(0, parsed.faults.size());
        keys.emplace(std::make_shared<const ntp::KeyTable>(std::move(parsed.keys)));
        stranger.port = 4000;
        guard = {.keys = &*keys,
            .control_key = {5},
            .nonces = &nonces,
            .wire = {},
            .now = Instant<Mono>{1000s}};
    }

    static Bytes request(Opcode opcode, std::string_view data = {}, unsigned id = 0)
    {
        return encode({.leap = Leap::unsynchronized,
                          .version = 2,
                          .opcode = opcode,
                          .sequence = 77,
                          .association = {static_cast<std::uint16_t>(id)}},
            as_bytes(data));
    }
    Bytes signed_by(std::uint32_t key, Bytes datagram, std::size_t alignment = 8)
    {
        datagram.resize((datagram.size() + alignment - 1) / alignment * alignment);
        std::array<std::byte, ntp::max_mac_size> room;
        const auto size = keys->sign({key}, datagram, room);
        CHECK(size > 0);
        datagram.insert(datagram.end(), room.begin(), room.begin() + static_cast<long>(size));
        return datagram;
    }
    Answer ask(std::span<const std::byte> datagram, const Who& who)
    {
        return answer(datagram, report, who, guard);
    }
    static Error error(const Answer& given)
    {
        const Header h = decode(given.datagrams.at(0))->header;
        CHECK(h.is_error);
        return Error(h.status >> 8);
    }
    static std::string text(const Bytes& datagram)
    {
        return std::string{as_text(decode(datagram)->data())};
    }
};

TEST(ControlGuard, KnowsTheControlKeyAtEitherAlignment)
{
    for (const std::size_t alignment : {4u, 8u}) {
        const auto given
            = ask(signed_by(5, request(Opcode::configure, "tos minsane 2"), alignment), self);
        CHECK(given.verdict == Verdict::handed_on);
        const auto& wanted = std::get<Configure>(given.errand);
        STRCMP_EQUAL("tos minsane 2", wanted.lines.c_str());
        LONGS_EQUAL(5, wanted.key.value);
        LONGS_EQUAL(5, given.slip.key.value);
    }
}

TEST(ControlGuard, LetsNobodyElseChangeAnything)
{
    for (const Opcode opcode :
        {Opcode::configure, Opcode::save_configuration, Opcode::read_ordered_list}) {
        auto wrong = signed_by(5, request(opcode, "ifstats"));
        wrong.back() ^= std::byte{1};
        for (const Bytes& datagram :
            {request(opcode, "ifstats"), signed_by(1, request(opcode, "ifstats")), wrong}) {
            const auto given = ask(datagram, self);
            CHECK(given.verdict == Verdict::denied);
            CHECK(error(given) == Error::permission);
        }
        guard.control_key = {};
        CHECK(ask(signed_by(5, request(opcode)), self).verdict == Verdict::denied);
        guard.control_key = {5};
    }
}

TEST(ControlGuard, HeedsNomodify)
{
    Who who = self;
    who.may_modify = false;
    const auto given = ask(signed_by(5, request(Opcode::configure, "tos minsane 2")), who);
    CHECK(given.verdict == Verdict::denied);
    CHECK(text(given.datagrams.at(0)).find("nomodify") != std::string::npos);
}

TEST(ControlGuard, ChangesTheSystemOnly)
{
    const auto given = ask(signed_by(5, request(Opcode::configure, "x", 4711)), self);
    CHECK(error(given) == Error::bad_value);
}

// A reply that is authenticated goes to nobody but its asker, so it may be long; and its MAC stands
// at a place where readers that align to four octets and to eight both find it.
TEST(ControlGuard, SignsRepliesOfEveryKind)
{
    for (const std::uint32_t key : {1u, 5u, 7u, 9u, 10u}) {
        const auto given = ask(signed_by(key, request(Opcode::read_variables, "", 4711)), stranger);
        CHECK(given.verdict == Verdict::answered);
        CHECK(given.datagrams.size() >= 2);
        for (const Bytes& datagram : given.datagrams) {
            const auto message = *decode(datagram);
            const std::size_t end = header_size + message.header.count;
            LONGS_EQUAL(0, end % 8);
            const auto who = keys->verify(std::span{datagram}.first(end),
                std::span{datagram}.subspan(end), Address::loopback(Family::ipv4));
            CHECK(who.has_value());
            LONGS_EQUAL(key, who->value);
        }
        CHECK(text(given.datagrams.back()).ends_with("\r\n"));
    }
}

TEST(ControlGuard, SignsErrorsToo)
{
    const auto given = ask(signed_by(1, request(Opcode::read_variables, "nosuch")), self);
    CHECK(error(given) == Error::unknown_variable);
    LONGS_EQUAL(header_size + 4 + 16, given.datagrams.at(0).size());
}

// As ntpq 1.2.2 sends it, all 32 octets.
TEST(ControlGuard, TakesSha256Whole)
{
    Bytes datagram = request(Opcode::read_variables, "stratum");
    datagram.resize((datagram.size() + 7) / 8 * 8);
    Bytes whole = datagram;
    constexpr unsigned char id[] = {0, 0, 0, 7};
    for (const unsigned char c : id)
        whole.push_back(std::byte{c});
    // SHA-256 of "long" and the request, made with sha256sum(1).
    const std::string digest = "5cc29df19be8102e64445ccc83fb76e18acbc4f8f2954e10f7aea90e4208479a";
    for (std::size_t i = 0; i < digest.size(); i += 2)
        whole.push_back(std::byte(std::stoi(digest.substr(i, 2), nullptr, 16)));
    const auto given = ask(whole, stranger);
    CHECK(given.verdict == Verdict::answered);
    LONGS_EQUAL(7, given.slip.key.value);
    LONGS_EQUAL(header_size + 12 + 4 + 20, given.datagrams.at(0).size());
}

TEST(ControlGuard, AnswersOpenQuestionsWhateverStandsBehindThem)
{
    Bytes datagram = signed_by(5, request(Opcode::read_variables, "stratum"));
    datagram.back() ^= std::byte{1};
    const auto given = ask(datagram, self);
    CHECK(given.verdict == Verdict::answered);
    LONGS_EQUAL(0, given.slip.key.value);
}

TEST(ControlGuard, GivesANonceAndTakesItBack)
{
    const auto given = ask(request(Opcode::request_nonce), stranger);
    const std::string said = text(given.datagrams.at(0));
    LONGS_EQUAL(32, said.size());
    CHECK(said.starts_with("nonce="));
    const std::string nonce = said.substr(0, 30);

    const auto list = ask(request(Opcode::read_mru, nonce + ", frags=32, mincount=3"), stranger);
    CHECK(list.verdict == Verdict::handed_on);
    LONGS_EQUAL(3, std::get<ListClients>(list.errand).question.filter.least_packets);
    CHECK(list.slip.may_get_many);

    Who other = stranger;
    other.port = 4001;
    CHECK(ask(request(Opcode::read_mru, nonce + ", frags=32"), other).verdict
        == Verdict::dropped_nonce);
    CHECK(ask(request(Opcode::read_mru, "frags=32"), stranger).verdict == Verdict::dropped_nonce);
    CHECK(ask(request(Opcode::read_mru, "frags=32"), stranger).datagrams.empty());
}

TEST(ControlGuard, HeedsNomrulist)
{
    const std::string nonce = "nonce=" + nonces.make({stranger.address, stranger.port}, guard.now);
    stranger.may_list_clients = false;
    const auto given = ask(request(Opcode::read_mru, nonce + ", frags=32"), stranger);
    CHECK(given.verdict == Verdict::denied);
    CHECK(error(given) == Error::permission);
}

TEST(ControlGuard, RefusesAListWithoutMeasure)
{
    const std::string nonce = "nonce=" + nonces.make({self.address, self.port}, guard.now);
    for (const char* rest : {"", ", frags=0", ", frags=129", ", limit=257", ", frags=x",
             ", frags=2, resall=y", ", frags=2, addr.0=1.2.3.4"})
        CHECK(error(ask(request(Opcode::read_mru, nonce + rest), self)) == Error::bad_value);
}

TEST(ControlGuard, ListsInterfacesAndRulesForTheControlKey)
{
    const auto kind = [&](std::string_view what) {
        return ask(signed_by(5, request(Opcode::read_ordered_list, what)), self).errand;
    };
    CHECK(std::holds_alternative<ListInterfaces>(kind("")));
    CHECK(std::holds_alternative<ListInterfaces>(kind("ifstats")));
    CHECK(std::holds_alternative<ListRules>(kind("addr_restrictions")));
    CHECK(error(ask(signed_by(5, request(Opcode::read_ordered_list, "other")), self))
        == Error::unknown_variable);
}

TEST(ControlGuard, KnowsWhichQuestionsNeedTheWorkers)
{
    CHECK(wants_worker_figures(request(Opcode::read_variables, "mru_depth,stratum")));
    CHECK(wants_worker_figures(request(Opcode::read_variables, "authkeys")));
    CHECK_FALSE(wants_worker_figures(request(Opcode::read_variables, "stratum,authdelay")));
    CHECK_FALSE(wants_worker_figures(request(Opcode::read_variables, "mru_depth", 4711)));
    CHECK_FALSE(wants_worker_figures(request(Opcode::read_status)));
}

TEST_GROUP(ClientQuestion)
{
    const WireTime wire{std::chrono::hours{24 * 365 * 56}};
    const Instant<Mono> now{1000s};
};

TEST(ClientQuestion, UnderstandsWhatNtpqSends)
{
    const Instant<Mono> last = now - 40s + std::chrono::nanoseconds{3'906'250};
    const auto q = parse_client_question(
        "nonce=0123, frags=16, resall=0x20, resany=0x400, "
        "mincount=2, mindrop=1, minscore=0.5, maxlstint=60, minlstint=5, laddr=[fd00::1]:123, "
        "addr.0=[2001:db8::1]:40000, last.0="
            + wire.text(last) + ", addr.1=192.0.2.1:123, last.1=" + wire.text(now - 50s),
        wire, now);
    CHECK(q.has_value());
    LONGS_EQUAL(16, q->fragments);
    LONGS_EQUAL(0x20, q->filter.all_flags);
    LONGS_EQUAL(0x400, q->filter.any_flags);
    LONGS_EQUAL(2, q->filter.least_packets);
    LONGS_EQUAL(1, q->filter.least_dropped);
    DOUBLES_EQUAL(0.5, q->filter.least_score, 1e-9);
    DOUBLES_EQUAL(60, q->filter.longest_silence->count(), 1e-9);
    DOUBLES_EQUAL(5, q->filter.shortest_silence->count(), 1e-9);
    CHECK(*q->filter.local == *parse_address("fd00::1"));
    LONGS_EQUAL(2, q->behind.size());
    CHECK(q->behind[0].from == (Endpoint{*parse_address("2001:db8::1"), 40000}));
    CHECK(abs(q->behind[0].last - last) < 2ns);
}

TEST(ClientQuestion, LetsThroughWhomItIsAbout)
{
    const ClientRow row{.from = {*parse_address("192.0.2.1"), 123},
        .first = now - 100s,
        .last = now - 10s,
        .packets = 5,
        .dropped = 2,
        .mode = 3,
        .version = 4,
        .flags = 0x420,
        .score = 0.7};
    CHECK(is_wanted(row, {}, now));
    CHECK(is_wanted(row, {.least_packets = 5, .least_dropped = 2, .least_score = 0.7}, now));
    CHECK_FALSE(is_wanted(row, {.least_packets = 6}, now));
    CHECK_FALSE(is_wanted(row, {.least_dropped = 3}, now));
    CHECK_FALSE(is_wanted(row, {.least_score = 0.8}, now));
    CHECK(is_wanted(row, {.all_flags = 0x420}, now));
    CHECK_FALSE(is_wanted(row, {.all_flags = 0x421}, now));
    CHECK(is_wanted(row, {.any_flags = 0x421}, now));
    CHECK_FALSE(is_wanted(row, {.any_flags = 0x1}, now));
    CHECK(is_wanted(row, {.longest_silence = Seconds{10}}, now));
    CHECK_FALSE(is_wanted(row, {.longest_silence = Seconds{9}}, now));
    CHECK_FALSE(is_wanted(row, {.shortest_silence = Seconds{11}}, now));
    CHECK_FALSE(is_wanted(row, {.local = Address::any(Family::ipv6)}, now));
}

TEST(ClientQuestion, WritesRowsUntilTheFragmentsAreFull)
{
    const ClientRow row{.from = {*parse_address("192.0.2.1"), 123},
        .first = now - 100s,
        .last = now - 10s,
        .packets = 5,
        .dropped = 0,
        .mode = 3,
        .version = 4,
        .flags = 0x20,
        .score = 0.7};
    ClientReply one{{.fragments = 1}, wire, "abc", std::nullopt};
    CHECK(one.add(row));
    std::string text = one.finish(true, now);
    STRCMP_EQUAL(("nonce=abc,\r\naddr.0=192.0.2.1:123, last.0=" + wire.text(row.last)
                     + ", first.0=" + wire.text(row.first)
                     + ", ct.0=5, mv.0=35, rs.0=0x20, sc.0=0.700, dr.0=0,\r\nnow=" + wire.text(now)
                     + ", last.newest=" + wire.text(row.last) + "\r\n")
                     .c_str(),
        text.c_str());

    for (const std::size_t fragments : {1u, 2u, 32u}) {
        ClientReply reply{{.fragments = fragments}, wire, "abc", ClientMark{row.from, row.last}};
        std::size_t rows = 0;
        while (reply.add(row))
            ++rows;
        text = reply.finish(true, now);
        CHECK(text.size() <= fragments * max_data);
        CHECK(rows >= fragments * 2);
        CHECK(
            text.starts_with("last.older=" + wire.text(row.last) + ", addr.older=192.0.2.1:123,"));
    }
    ClientReply few{{.rows = 2}, wire, "abc", std::nullopt};
    CHECK(few.add(row) && few.add(row));
    CHECK_FALSE(few.add(row));
}
