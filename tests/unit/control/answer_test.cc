// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The server's side: what is answered, what is refused, what is dropped, and that nothing that
// comes in can make it do more than the rules allow.

#include "unit/control/capture.h"
#include "unit/report/sample_report.h"

#include "control/answer.h"
#include "control/session.h"
#include "control/variables.h"

#include <array>
#include <random>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::control;

TEST_GROUP(ControlAnswer)
{
    report::Report report = report::sample_report();
    const Who self{Address::loopback(Family::ipv4)};
    const Who stranger{*parse_address("198.51.100.7")};

    static Bytes request(Opcode opcode, unsigned id = 0, std::string_view data = {})
    {
        return encode({.leap = Leap::unsynchronized,
                          .version = 2,
                          .opcode = opcode,
                          .sequence = 77,
                          .association = {static_cast<std::uint16_t>(id)}},
            as_bytes(data));
    }

    Answer ask(Opcode opcode, unsigned id = 0, std::string_view data = {})
    {
        return answer(request(opcode, id, data), report, self);
    }

    static std::string text(const Answer& given)
    {
        std::string all;
        for (const auto& datagram : given.datagrams)
            all += as_text(decode(datagram)->data());
        return all;
    }

    static Header header(const Answer& given)
    {
        return decode(given.datagrams.at(0))->header;
    }

    static Error error(const Answer& given)
    {
        const Header h = header(given);
        CHECK(h.is_response);
        CHECK(h.is_error);
        CHECK_FALSE(h.has_more);
        LONGS_EQUAL(0, h.count);
        LONGS_EQUAL(1, given.datagrams.size());
        return Error(h.status >> 8);
    }
};

TEST(ControlAnswer, EchoesWhatIdentifiesTheRequest)
{
    const auto given
        = answer(encode({.version = 3, .opcode = Opcode::unspecified, .sequence = 0xbeef}, {}),
            report, self);
    const Header h = header(given);
    LONGS_EQUAL(3, h.version);
    LONGS_EQUAL(0xbeef, h.sequence);
    CHECK(h.opcode == Opcode::unspecified);
    CHECK(h.is_response);
    CHECK_FALSE(h.is_error);
    CHECK(h.leap == Leap::none);
    LONGS_EQUAL(0x0615, h.status);
    LONGS_EQUAL(0, h.count);
    CHECK(given.verdict == Verdict::answered);
}

TEST(ControlAnswer, ListsAssociationsWithTheirStatus)
{
    const auto given = ask(Opcode::read_status);
    const auto message = *decode(given.datagrams.at(0));
    LONGS_EQUAL(16, message.header.count);
    const auto data = message.data();
    constexpr std::array<unsigned, 8> first{0x12, 0x67, 0x96, 0x1a, 0x12, 0x68, 0x94, 0x14};
    for (std::size_t i = 0; i < first.size(); ++i)
        LONGS_EQUAL(first[i], std::to_integer<unsigned>(data[i]));
}

TEST(ControlAnswer, GivesTheStatusOfOneAssociation)
{
    LONGS_EQUAL(0x961a, header(ask(Opcode::unspecified, 4711)).status);
    const auto given = ask(Opcode::read_status, 4711);
    LONGS_EQUAL(0x961a, header(given).status);
    CHECK(text(given).starts_with("srcadr=192.0.2.1, srcport=123,"));
}

TEST(ControlAnswer, ReadsSystemVariables)
{
    const auto all = parse_variables(text(ask(Opcode::read_variables)));
    LONGS_EQUAL(19, all.size());
    STRCMP_EQUAL("192.0.2.1", all.get("refid").c_str());
    STRCMP_EQUAL(
        "stratum=2, leap=0\r\n", text(ask(Opcode::read_variables, 0, "stratum,leap=7")).c_str());
}

TEST(ControlAnswer, ReadsPeerVariablesInSeveralDatagramsWithOneStatus)
{
    const auto given = ask(Opcode::read_variables, 4711);
    CHECK(given.datagrams.size() >= 2);
    for (const auto& datagram : given.datagrams) {
        LONGS_EQUAL(0x961a, decode(datagram)->header.status);
        LONGS_EQUAL(4711, decode(datagram)->header.association.value);
    }
    LONGS_EQUAL(max_data, header(given).count);
    STRCMP_EQUAL("srcadr=192.0.2.1, stratum=1\r\n",
        text(ask(Opcode::read_variables, 4711, "stratum, srcadr")).c_str());
}

TEST(ControlAnswer, ReadsTheClock)
{
    const auto given = ask(Opcode::read_clock, 4714);
    LONGS_EQUAL(0x0021, header(given).status);
    CHECK(text(given).starts_with("name=\"PPS\", timecode=\"17 x\","));
    CHECK(text(ask(Opcode::read_clock)) == text(given)); // the only one
    STRCMP_EQUAL("poll=5\r\n", text(ask(Opcode::read_clock, 4714, "poll")).c_str());
    CHECK(error(ask(Opcode::read_clock, 4714, "nosuch")) == Error::unknown_variable);
}

TEST(ControlAnswer, KnowsNoClockWhereThereIsNone)
{
    CHECK(error(ask(Opcode::read_clock, 4711)) == Error::bad_association);
    CHECK(error(ask(Opcode::read_clock, 9)) == Error::bad_association);
    report.associations.pop_back();
    CHECK(error(ask(Opcode::read_clock)) == Error::bad_association);
}

TEST(ControlAnswer, RefusesWhatItDoesNotKnow)
{
    CHECK(error(ask(Opcode::read_variables, 9)) == Error::bad_association);
    CHECK(error(ask(Opcode::read_status, 9)) == Error::bad_association);
    CHECK(error(ask(Opcode::unspecified, 9)) == Error::bad_association);
    CHECK(error(ask(Opcode::read_variables, 0, "stratum,nosuch")) == Error::unknown_variable);
    CHECK(error(ask(Opcode::read_variables, 4711, "nosuch")) == Error::unknown_variable);
    for (const unsigned opcode : {3u, 5u, 6u, 7u, 10u, 12u, 13u, 30u, 31u})
        CHECK(error(ask(Opcode(opcode))) == Error::bad_opcode);
    CHECK(ask(Opcode::set_trap).verdict == Verdict::refused);
}

TEST(ControlAnswer, RefusesWhatIsNotWellFormed)
{
    Bytes longer = request(Opcode::read_variables);
    longer.push_back(std::byte{0});
    CHECK(error(answer(longer, report, self)) == Error::bad_format);
    Bytes shorter = request(Opcode::read_variables);
    shorter[11] = std::byte{4};
    CHECK(error(answer(shorter, report, self)) == Error::bad_format);
}

TEST(ControlAnswer, DropsWhatAsksNothing)
{
    const Bytes good = request(Opcode::read_variables);
    for (const unsigned bit : {0x80u, 0x40u, 0x20u}) {
        Bytes bad = good;
        bad[1] |= std::byte(bit);
        const auto given = answer(bad, report, self);
        CHECK(given.verdict == Verdict::dropped_reply);
        CHECK(given.datagrams.empty());
    }
    Bytes second_part = good;
    second_part[9] = std::byte{4};
    CHECK(answer(second_part, report, self).verdict == Verdict::dropped_reply);
    CHECK(answer(std::span{good}.first(11), report, self).verdict == Verdict::dropped_short);
    for (const unsigned version : {0u, 5u, 7u}) {
        Bytes other = good;
        other[0] = std::byte(version << 3 | 6);
        const auto given = answer(other, report, self);
        CHECK(given.verdict == Verdict::dropped_version);
        CHECK(given.datagrams.empty());
    }
}

TEST(ControlAnswer, IsSilentForThoseWhoMayNotAsk)
{
    Who who = stranger;
    who.may_query = false;
    const auto given = answer(request(Opcode::read_status), report, who);
    CHECK(given.verdict == Verdict::dropped_noquery);
    CHECK(given.datagrams.empty());
}

TEST(ControlAnswer, SendsSeveralDatagramsOnlyToThoseWhoCannotBeAVictim)
{
    const auto large = request(Opcode::read_variables, 4711);
    const auto given = answer(large, report, stranger);
    CHECK(given.verdict == Verdict::too_much);
    CHECK(error(given) == Error::permission);
    // one datagram is another matter
    CHECK(answer(request(Opcode::read_status), report, stranger).verdict == Verdict::answered);

    Who allowed = stranger;
    allowed.may_ask_for_much = true;
    CHECK(answer(large, report, allowed).verdict == Verdict::answered);
    Who proven = stranger;
    proven.key = {1};
    CHECK(answer(large, report, proven).verdict == Verdict::answered);
    CHECK(answer(large, report, {Address::loopback(Family::ipv6)}).verdict == Verdict::answered);
}

TEST(ControlAnswer, NeverTakesMoreFragmentsThanNtpqAccepts)
{
    for (int i = 0; i < 300; ++i)
        report.system.variables.push_back({"v" + std::to_string(i), std::string(60, 'x')});
    const auto given = ask(Opcode::read_variables);
    CHECK(given.verdict == Verdict::too_much);
    LONGS_EQUAL(1, given.datagrams.size());
}

TEST(ControlAnswer, AnswersEveryRecordedRequestOfRealPrograms)
{
    for (const char* name : {"peers.hex", "rv.hex", "sysinfo.hex", "ntpstat.hex", "trace.hex"}) {
        for (const auto& [is_request, datagram] : recorded(name)) {
            if (!is_request)
                continue;
            const auto given = answer(datagram, report, self);
            CHECK(given.verdict == Verdict::answered || given.verdict == Verdict::refused);
        }
    }
    // 576 octets, nearly all of them zero
    const auto given = answer(recorded("ntpstat.hex").front().datagram, report, self);
    CHECK(given.verdict == Verdict::answered);
    CHECK(text(given).starts_with("leap=0, stratum=2, "));
    LONGS_EQUAL(2, header(given).version);
}

TEST(ControlAnswer, IsUnderstoodByItsOwnClient)
{
    Session session;
    const Instant<Mono> now{};
    const auto asked = session.ask({Opcode::read_variables, {4712}, ""}, now);
    Session::Step step = Session::Wait{};
    for (const auto& datagram : answer(asked, report, self).datagrams) {
        CHECK(std::holds_alternative<Session::Wait>(step));
        step = session.take(datagram, now);
    }
    const auto list = parse_variables(std::get<Reply>(step).data);
    STRCMP_EQUAL("2001:db8::2", list.get("srcadr").c_str());
}

// Requests of real programs with some octets changed, cut or added.
TEST(ControlAnswer, KeepsItsRulesThroughAMillionMutatedRequests)
{
    std::vector<Bytes> seeds;
    for (const char* name : {"peers.hex", "rv.hex", "sysinfo.hex", "config.hex", "ntpstat.hex"}) {
        for (const auto& [is_request, datagram] : recorded(name))
            seeds.push_back(datagram); // replies too
    }
    seeds.push_back(request(Opcode::read_clock, 4714, "timecode,poll,clock_var_list"));
    seeds.push_back(request(Opcode::read_variables, 4711, "filtdelay,flash,peer_var_list"));

    std::mt19937_64 random{20270101};
    std::array<std::uint64_t, verdict_count> verdicts{};
    constexpr std::uint64_t rounds = 1'000'000;
    for (std::uint64_t i = 0; i < rounds; ++i) {
        Bytes datagram = seeds[random() % seeds.size()];
        for (auto changes = random() % 6; changes > 0 && !datagram.empty(); --changes) {
            // the header more often than the rest: it decides
            const auto range
                = random() % 2 ? std::min<std::size_t>(12, datagram.size()) : datagram.size();
            datagram[random() % range] = std::byte(random());
        }
        if (random() % 8 == 0)
            datagram.resize(random() % 600);
        const Who who = random() % 2 ? self : stranger;

        const auto given = answer(datagram, report, who);

        ++verdicts[static_cast<std::size_t>(given.verdict)];
        const bool is_dropped = given.verdict >= Verdict::dropped_noquery;
        CHECK_EQUAL(is_dropped, given.datagrams.empty());
        if (!who.may_get_many())
            CHECK(given.datagrams.size() <= 1);
        CHECK(given.datagrams.size() <= max_fragments);
        for (const auto& reply : given.datagrams) {
            const auto message = decode(reply);
            CHECK(message && message->is_sound() && message->header.is_response);
            CHECK(reply.size() <= header_size + max_data);
        }
    }
    std::uint64_t sum = 0;
    for (const auto count : verdicts)
        sum += count;
    UNSIGNED_LONGLONGS_EQUAL(rounds, sum);
    // The seeds are good enough to reach every fate but the one for those who may not ask.
    for (const auto verdict : {Verdict::answered, Verdict::refused, Verdict::too_much,
             Verdict::dropped_short, Verdict::dropped_version, Verdict::dropped_reply})
        CHECK(verdicts[static_cast<std::size_t>(verdict)] > 1000);
}
