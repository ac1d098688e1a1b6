// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// One round of questions: what is asked, and what becomes of refusals.

#include "timeball/inquiry.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::console;
using namespace std::chrono_literals;
using control::Error;
using control::Failure;
using control::Opcode;
using control::Reply;

namespace {

constexpr Instant<Mono> now{1000s};
constexpr Failure silent{Failure::Kind::timed_out, Error::unspecified};

Failure refused(Error error)
{
    return {Failure::Kind::refused, error};
}

// Answers as a server would that has one source, a reference clock, and two clients.
Reply answer(const control::Question& question)
{
    switch (question.opcode) {
    case Opcode::read_status:
        return {0, std::string{"\x00\x07\x97\x1a", 4}};
    case Opcode::request_nonce:
        return {0, "nonce=0123456789abcdef01234567\r\n"};
    case Opcode::read_mru:
        return {0,
            "nonce=0123456789abcdef01234567, addr.0=192.0.2.1:123, "
            "last.0=0xeeab15c5.00000000, first.0=0xeeab1500.00000000, ct.0=9, mv.0=35, "
            "rs.0=0x20, addr.1=192.0.2.2:123, last.1=0xeeab15c6.00000000, "
            "first.1=0xeeab15c6.00000000, ct.1=1, mv.1=35, rs.1=0x0, "
            "now=0xeeab15c7.00000000, last.newest=0xeeab15c6.00000000\r\n"};
    case Opcode::read_clock:
        return {0, "name=\"PPS\", noreply=3\r\n"};
    case Opcode::read_ordered_list:
        return {0, "addr.0=\"0.0.0.0\", mask.0=\"0.0.0.0\", hits.0=7, flags.0=\"ignore\"\r\n"};
    default:
        break;
    }
    if (question.association != AssociationId{})
        return {0x971a,
            question.data == "tb_why" ? "tb_why=\"it is a clock\"\r\n"
                                      : "srcadr=127.127.22.0, srchost=\"PPS(0)\", reach=0xff\r\n"};
    if (question.data.starts_with("kfreq") || question.data.starts_with("koffset"))
        return {0, "koffset=1.000\r\n"};
    if (question.data.starts_with("tb_"))
        return {0, "tb_workers=4\r\n"};
    if (question.data.starts_with("mru_"))
        return {0, "mru_depth=2\r\n"};
    if (question.data.starts_with("ss_"))
        return {0, "ss_received=5\r\n"};
    return {0, "leap=0, stratum=1\r\n"};
}

} // namespace

TEST_GROUP(ConsoleInquiry)
{
    std::vector<control::Question> asked;

    void run(Inquiry & inquiry, Opcode refuse = Opcode::unset_trap, Failure how = silent)
    {
        asked.clear();
        while (auto question = inquiry.next(now)) {
            asked.push_back(*question);
            if (question->opcode == refuse)
                CHECK(inquiry.take(how));
            else
                inquiry.take(answer(*question), now);
        }
    }
    bool asks(Opcode opcode, std::string_view data = {}) const
    {
        for (const control::Question& question : asked)
            if (question.opcode == opcode && question.data.starts_with(data))
                return true;
        return false;
    }
};

TEST(ConsoleInquiry, AsksForLittleWhenNothingParticularIsLookedAt)
{
    Inquiry inquiry;
    run(inquiry);
    LONGS_EQUAL(7, asked.size()); // system, served, list, one source, own, nonce, clients
    CHECK(asks(Opcode::read_mru, "nonce=0123456789abcdef01234567"));
    LONGS_EQUAL(2, inquiry.answers().clients->size());
    LONGS_EQUAL(5, *inquiry.answers().served.received);
    CHECK_FALSE(inquiry.answers().kernel.has_value());
}

TEST(ConsoleInquiry, AsksForWhatIsLookedAt)
{
    Inquiry inquiry{
        {.many_clients = true, .access = true, .kernel = true, .clocks = true, .association = {7}}};
    run(inquiry);
    const Answers answers = inquiry.answers();
    STRCMP_EQUAL("it is a clock", answers.peers.at(0).why.c_str());
    STRCMP_EQUAL("3", answers.peers[0].clock.get("noreply").c_str());
    STRCMP_EQUAL("1.000", answers.kernel->get("koffset").c_str());
    STRCMP_EQUAL("2", answers.list->get("mru_depth").c_str());
    LONGS_EQUAL(1, answers.access->size());
    STRCMP_EQUAL("default (IPv4)", answers.access->at(0).address.c_str());
    for (const control::Question& question : asked)
        LONGS_EQUAL(question.opcode == Opcode::read_ordered_list, question.is_signed);
}

TEST(ConsoleInquiry, DoesNotAskAgainWhatWasRefused)
{
    Inquiry first;
    run(first, Opcode::request_nonce, refused(Error::bad_opcode));
    STRCMP_EQUAL("this server does not tell it", first.answers().no_clients.c_str());
    CHECK_FALSE(first.answers().clients.has_value());
    Inquiry second{{}, first.refusals()};
    run(second);
    CHECK_FALSE(asks(Opcode::request_nonce));
    STRCMP_EQUAL("this server does not tell it", second.answers().no_clients.c_str());
}

TEST(ConsoleInquiry, AsksAgainAFewTimesWhenNothingCame)
{
    Inquiry::Refusals refusals;
    for (int round = 0; round < 3; ++round) {
        Inquiry inquiry{{}, refusals};
        run(inquiry, Opcode::read_mru);
        CHECK(asks(Opcode::read_mru));
        refusals = inquiry.refusals();
    }
    Inquiry fourth{{}, refusals};
    run(fourth, Opcode::read_mru);
    CHECK_FALSE(asks(Opcode::read_mru));
}

TEST(ConsoleInquiry, ForgetsASilenceThatWasAnAccident)
{
    Inquiry first;
    run(first, Opcode::read_mru);
    Inquiry second{{}, first.refusals()};
    run(second);
    CHECK(second.refusals().empty());
}

TEST(ConsoleInquiry, EndsWhenTheServerDoesNotTellOfItselfOrItsSources)
{
    Inquiry inquiry;
    CHECK_FALSE(inquiry.take(silent));
    inquiry.take(Reply{0, "leap=0\r\n"}, now);
    CHECK_FALSE(inquiry.take(silent)); // what it has served: it died
    CHECK(inquiry.take(refused(Error::unknown_variable)));
    CHECK_FALSE(inquiry.take(silent)); // the list of its sources
}

TEST(ConsoleInquiry, GoesOnWhenASourceGoesWhileItAsks)
{
    Inquiry inquiry;
    inquiry.take(Reply{0, "leap=0\r\n"}, now);
    inquiry.take(Reply{0, "ss_received=1\r\n"}, now);
    inquiry.take(answer({Opcode::read_status, {}, {}}), now);
    CHECK(inquiry.take(refused(Error::bad_association)));
    CHECK(inquiry.answers().peers.empty());
    CHECK(inquiry.next(now)->data.starts_with("tb_"));
}
