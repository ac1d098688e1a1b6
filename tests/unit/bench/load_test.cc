// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// timeball-load judges servers; here it is judged itself.

#include "bench/serving/load/crowd.h"
#include "bench/serving/load/frame.h"
#include "bench/serving/load/histogram.h"
#include "bench/serving/load/judge.h"
#include "bench/serving/load/kind.h"
#include "bench/serving/load/ledger.h"
#include "bench/serving/load/pace.h"
#include "bench/serving/load/question.h"
#include "control/packet.h"

#include <array>
#include <cstring>
#include <set>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::load;
using namespace std::chrono_literals;

TEST_GROUP(LoadHistogram)
{
    Histogram histogram;
};

TEST(LoadHistogram, KnowsSmallValuesExactly)
{
    for (int i = 1; i <= 100; ++i)
        histogram.add(Nanoseconds{i});
    LONGS_EQUAL(50, histogram.percentile(0.5).count());
    LONGS_EQUAL(99, histogram.percentile(0.99).count());
    LONGS_EQUAL(100, histogram.percentile(1).count());
    LONGS_EQUAL(50, histogram.mean().count()); // 50.5, cut
}

TEST(LoadHistogram, KnowsLargeValuesToTheirSixtyFourth)
{
    for (int i = 1; i <= 1000; ++i)
        histogram.add(i * 1ms);
    const double p90 = Seconds{histogram.percentile(0.9)}.count();
    CHECK(p90 >= 0.9 && p90 <= 0.9 * (1 + 1.0 / 64));
    CHECK(histogram.most() == 1s);
    CHECK(histogram.percentile(1) == 1s); // never beyond what there was
}

TEST(LoadHistogram, OrdersNegativeValues)
{
    for (const auto v : {-3us, -2us, -1us, 0us, 1us})
        histogram.add(v);
    CHECK(histogram.percentile(0.2) <= -2900ns && histogram.percentile(0.2) >= -3us);
    CHECK(histogram.percentile(0.8) == 0ns);
    CHECK(histogram.least() == -3us);
}

TEST(LoadHistogram, TakesWhatIsBeyondAllBuckets)
{
    histogram.add(std::chrono::hours{24 * 365});
    CHECK(histogram.percentile(0.5) == std::chrono::hours{24 * 365});
}

TEST_GROUP(LoadPace)
{
    Instant<Mono> start{1h};
    Pace pace{1000, start, 10}; // one in a millisecond
};

TEST(LoadPace, SpreadsEvenly)
{
    LONGS_EQUAL(0, pace.take(start - 1ns, 10));
    for (int i = 0; i < 5000; ++i) {
        const Instant<Mono> due = pace.next();
        LONGS_EQUAL(0, pace.take(due - 2us, 10));
        LONGS_EQUAL(1, pace.take(due + 1us, 10));
    }
    CHECK(pace.next() == start + 5s); // nothing drifts
    LONGS_EQUAL(0, pace.missed());
}

TEST(LoadPace, CatchesUpAtMostABurst)
{
    LONGS_EQUAL(1, pace.take(start, 10));
    LONGS_EQUAL(10, pace.take(start + 50ms, 10)); // fifty were due
    LONGS_EQUAL(40, pace.missed());
    LONGS_EQUAL(0, pace.take(start + 50ms, 10));
}

TEST(LoadPace, LeavesForLaterWhatDoesNotFitNow)
{
    LONGS_EQUAL(3, pace.take(start + 5ms, 3));
    LONGS_EQUAL(3, pace.take(start + 5ms, 3));
    LONGS_EQUAL(0, pace.take(start + 5ms, 3));
    LONGS_EQUAL(0, pace.missed());
}

TEST_GROUP(LoadMix){};

TEST(LoadMix, PicksByWeight)
{
    const auto mix = parse_mix("v4:90,v3:9,garbage");
    CHECK(mix.has_value());
    std::array<int, 8> counts{};
    for (std::uint32_t i = 0; i < 1000; ++i)
        ++counts[static_cast<std::size_t>(mix->pick(i * 4294967u))];
    CHECK(std::abs(counts[3] - 900) < 3);
    CHECK(std::abs(counts[2] - 90) < 3);
    CHECK(std::abs(counts[7] - 10) < 3);
}

TEST(LoadMix, SaysWhatIsWrong)
{
    CHECK(!parse_mix("v5").has_value());
    CHECK(!parse_mix("v4:0").has_value());
    CHECK(!parse_mix("v4,,v3").has_value());
}

TEST_GROUP(LoadCrowd){};

TEST(LoadCrowd, EachClientIsAnotherToTheServer)
{
    const Sources v4{parse_prefix("10.64.0.0/10"), 100, 1000};
    STRCMP_EQUAL("10.64.0.101", to_string(v4.at(0)).c_str());
    STRCMP_EQUAL("10.64.4.76", to_string(v4.at(999)).c_str());

    const Sources v6{parse_prefix("fd00::/16"), 0, 1000};
    std::set<std::uint64_t> networks;
    for (std::uint32_t i = 0; i < v6.count; ++i) {
        std::uint64_t network;
        std::memcpy(&network, v6.at(i).octets.data(), 8);
        networks.insert(network);
        CHECK(v6.prefix->contains(v6.at(i)));
    }
    LONGS_EQUAL(1000, networks.size());
}

TEST(LoadCrowd, APrefixHasRoomForSoMany)
{
    LONGS_EQUAL(254, room_of(*parse_prefix("192.0.2.0/24")));
    LONGS_EQUAL(1, room_of(*parse_prefix("192.0.2.1")));
    LONGS_EQUAL(65534, room_of(*parse_prefix("2001:db8::/48")));
}

TEST_GROUP(LoadFrame){static unsigned sum_of(std::span<const std::byte> bytes){unsigned sum = 0;
for (std::size_t i = 0; i < bytes.size(); ++i)
    sum += std::to_integer<unsigned>(bytes[i]) << (i % 2 == 0 ? 8 : 0);
return sum;
}
static unsigned folded(unsigned sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}
}
;

// RFC 1071: with its checksum in place, what it covers adds up to ones.
TEST(LoadFrame, ItsChecksumsAreRight)
{
    for (const std::size_t payload : {std::size_t{48}, std::size_t{7}}) {
        FrameHead head{
            {}, {}, *parse_endpoint("10.64.1.2:20123"), *parse_endpoint("10.99.0.1:123")};
        std::vector<std::byte> frame(head_size(Family::ipv4) + payload, std::byte{0xa5});
        put_head(head, frame);
        const auto packet = std::span{frame}.subspan(14);
        LONGS_EQUAL(0xffff, folded(sum_of(packet.first(20))));
        const auto pseudo = sum_of(packet.subspan(12, 8)) + 17 + 8 + static_cast<unsigned>(payload);
        LONGS_EQUAL(0xffff, folded(pseudo + sum_of(packet.subspan(20))));

        head.source = *parse_endpoint("[fd00:1::1]:20123");
        head.destination = *parse_endpoint("[2001:db8::1]:123");
        frame.assign(head_size(Family::ipv6) + payload, std::byte{0x5a});
        put_head(head, frame);
        const auto packet6 = std::span{frame}.subspan(14);
        const auto pseudo6
            = sum_of(packet6.subspan(8, 32)) + 17 + 8 + static_cast<unsigned>(payload);
        LONGS_EQUAL(0xffff, folded(pseudo6 + sum_of(packet6.subspan(40))));
    }
}

TEST(LoadFrame, IsReadBack)
{
    const FrameHead head{
        {}, {}, *parse_endpoint("10.64.1.2:20123"), *parse_endpoint("10.99.0.1:123")};
    std::vector<std::byte> frame(head_size(Family::ipv4) + 3, std::byte{7});
    put_head(head, frame);
    frame.resize(60); // Ethernet pads
    const auto parcel = parse_packet(std::span{frame}.subspan(14));
    CHECK(parcel.has_value());
    CHECK(parcel->source == head.source);
    CHECK(parcel->destination == head.destination);
    LONGS_EQUAL(3, parcel->payload.size());
}

TEST(LoadFrame, AnyOctetsGiveAPacketOrNothing)
{
    std::vector<std::byte> bytes;
    unsigned noise = 1;
    for (int size = 0; size < 80; ++size) {
        for (int turn = 0; turn < 50; ++turn) {
            bytes.resize(static_cast<std::size_t>(size));
            for (auto& b : bytes)
                b = std::byte((noise = noise * 1103515245u + 12345u) >> 16);
            if (size > 9) {
                bytes[0] = std::byte(turn % 2 == 0 ? 0x45 : 0x60);
                bytes[6] = bytes[9] = std::byte{17};
                bytes[7] = std::byte{0};
            }
            if (const auto parcel = parse_packet(bytes))
                CHECK(parcel->payload.size() <= bytes.size());
        }
    }
}

TEST_GROUP(LoadJudge)
{
    Ledger ledger{8};
    std::array<std::byte, most_question> question{};
    std::size_t size = 0;

    void ask(Kind kind, ntp::Timestamp previous = {})
    {
        const Ticket ticket{ledger.next_number(), 0xabcd0120};
        size = compose(kind, ticket, previous, 99, question);
        ledger.enter({Instant<Utc>{1000s}, ticket, 0, 0, kind});
    }
    ntp::Header good()
    {
        const auto asked = ntp::decode(std::span{question}.first(size));
        CHECK(asked.has_value());
        ntp::Header h;
        h.leap = Leap::none;
        h.version = asked->version;
        h.mode = ntp::Mode::server;
        h.stratum = 2;
        h.origin = asked->transmit;
        h.receive = {0x1000};
        h.transmit = {0x1001};
        return h;
    }
    Fate fate_of(const ntp::Header& header, std::size_t length = ntp::header_size)
    {
        std::vector<std::byte> answer(std::max(length, ntp::header_size));
        ntp::encode(header, answer);
        answer.resize(length);
        const auto echo = echo_of(answer);
        CHECK(echo.has_value());
        const auto finding = ledger.find(*echo);
        CHECK(finding.found == Ledger::Found::here);
        return judge(*finding.asked, *echo, answer).fate;
    }
    Ledger::Found found(const ntp::Header& header)
    {
        std::vector<std::byte> answer(ntp::header_size);
        ntp::encode(header, answer);
        return ledger.find(*echo_of(answer)).found;
    }
};

TEST(LoadJudge, EachVersionIsAnsweredInKind)
{
    for (const Kind kind : {Kind::v1, Kind::v2, Kind::v3, Kind::v4, Kind::interleaved}) {
        ask(kind);
        CHECK(fate_of(good()) == Fate::served);
        ntp::Header other = good();
        other.version = static_cast<std::uint8_t>(other.version % 4 + 1);
        CHECK(fate_of(other) == Fate::wrong_version);
        CHECK(fate_of(good(), 68) == Fate::wrong_length);
    }
}

TEST(LoadJudge, TheOriginCountsToTheLastBit)
{
    ask(Kind::v4);
    ntp::Header h = good();
    h.origin.bits ^= 2;
    CHECK(found(h) == Ledger::Found::forged);
    h = good();
    h.origin.bits += std::uint64_t{1} << 32; // of a question not yet asked
    CHECK(found(h) == Ledger::Found::never);
    h = good();
    ledger.drop_oldest();
    CHECK(found(h) == Ledger::Found::gone);
}

TEST(LoadJudge, InterleavedAnswersComeToWhoAskedForThem)
{
    ask(Kind::interleaved, {0x0123456789abcdef});
    ntp::Header h = good();
    const auto asked = ntp::decode(std::span{question}.first(size));
    CHECK(asked->origin == ntp::Timestamp{0x0123456789abcdef});
    CHECK(fate_of(h) == Fate::served); // in basic mode, as a server may
    h.origin = asked->receive;
    h.transmit = {0x0fff}; // left before this question came
    CHECK(fate_of(h) == Fate::served_interleaved);

    ask(Kind::v4);
    h = good();
    h.origin.bits |= 1;
    CHECK(fate_of(h) == Fate::wrong_kind);
}

TEST(LoadJudge, KissesAreNotTheTime)
{
    ask(Kind::v4);
    ntp::Header h = good();
    h.stratum = 0;
    h.leap = Leap::unsynchronized;
    h.reference_id = ReferenceId::letters("RATE");
    CHECK(fate_of(h) == Fate::kiss_rate);
    h.reference_id = ReferenceId::letters("DENY");
    CHECK(fate_of(h) == Fate::kiss_deny);
    h.reference_id = ReferenceId::letters("INIT");
    CHECK(fate_of(h) == Fate::kiss_other);
    h.reference_id = {};
    CHECK(fate_of(h) == Fate::unsynchronized);
    h.leap = Leap::none;
    CHECK(fate_of(h) == Fate::wrong_stratum);
}

TEST(LoadJudge, StampsStandInOrder)
{
    ask(Kind::v4);
    ntp::Header h = good();
    h.transmit = {0x0fff};
    CHECK(fate_of(h) == Fate::wrong_stamps);
    h.transmit = {};
    CHECK(fate_of(h) == Fate::wrong_stamps);
}

TEST(LoadJudge, AWrongMacGetsANakOrNothing)
{
    ask(Kind::wrong_mac);
    LONGS_EQUAL(68, size);
    CHECK(fate_of(good(), 52) == Fate::crypto_nak);
    CHECK(fate_of(good()) == Fate::wrong_kind);
}

TEST(LoadJudge, ControlAnswersAreKnownByTheirSequence)
{
    for (int i = 0; i < 5; ++i)
        ask(Kind::v4);
    ask(Kind::control);
    auto message = control::decode(std::span{question}.first(size));
    CHECK(message && message->is_sound());
    message->header.is_response = true;
    const auto answer = control::encode(message->header, control::as_bytes("stratum=2"));
    const auto echo = echo_of(answer);
    const auto finding = ledger.find(*echo);
    CHECK(finding.found == Ledger::Found::here);
    CHECK(judge(*finding.asked, *echo, answer).fate == Fate::control_answer);
}

TEST(LoadJudge, GarbageIsNeverAGoodRequest)
{
    for (std::uint64_t noise = 0; noise < 2000; ++noise) {
        const std::size_t length = compose(Kind::garbage, {}, {}, noise, question);
        CHECK(length >= 1 && length < most_question);
        const auto mode = std::to_integer<int>(question[0]) & 7;
        CHECK(mode == 4 || mode == 5);
    }
}

TEST(LoadJudge, AFullLedgerForgetsTheOldestOnly)
{
    for (int i = 0; i < 8; ++i)
        ask(Kind::v4);
    CHECK(ledger.is_full());
    ledger.drop_oldest();
    ask(Kind::v4);
    LONGS_EQUAL(8, good().origin.bits >> 32);
    CHECK(fate_of(good()) == Fate::served);
    LONGS_EQUAL(1, ledger.oldest()->ticket.number);
}
