// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Answering: each verdict, and the octets of each kind of reply.

#include "ntp/keys.h"
#include "ntp/mac.h"
#include "ntp/responder.h"

#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::ntp;
using namespace std::chrono_literals;

namespace {

std::vector<std::byte> octets(std::string_view hex)
{
    std::vector<std::byte> bytes;
    std::string digits;
    for (const char c : hex) {
        if (c == ' ')
            continue;
        digits += c;
        if (digits.size() == 2) {
            bytes.push_back(std::byte(std::stoul(digits, nullptr, 16)));
            digits.clear();
        }
    }
    return bytes;
}

std::string hex(std::span<const std::byte> bytes)
{
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i > 0 && i % 4 == 0)
            text += ' ';
        text += "0123456789abcdef"[std::to_integer<unsigned>(bytes[i]) >> 4];
        text += "0123456789abcdef"[std::to_integer<unsigned>(bytes[i]) & 15];
    }
    return text;
}

const Instant<Utc> arrival{1'700'000'000s};

// As replies show them: told apart by their last bit.
Timestamp receive_stamp(Instant<Utc> t)
{
    return {(to_timestamp(t).bits - 1) | 1};
}

Timestamp transmit_stamp(Instant<Utc> t)
{
    return {(to_timestamp(t).bits + 1) & ~1ull};
}

} // namespace

TEST_GROUP(Responder)
{
    // Stratum 2 behind 192.0.2.1, updated a minute ago.
    ServedTime time{.leap = Leap::none,
        .stratum = Stratum{2},
        .precision = Precision{-24},
        .reference_id = {0xc0000201},
        .reference_time = arrival - 64s,
        .root_delay = Seconds{0.015625},
        .root_dispersion = Seconds{0.03125},
        .as_of = arrival - 64s,
        .void_after = arrival + 1h};
    Manner manner;
    Access access;
    Rate rate = Rate::pass;
    std::uint64_t noise = 1;
    std::optional<Authenticator> keys;
    Endpoint from{*parse_address("198.51.100.7"), 40000};
    Endpoint to{*parse_address("192.0.2.9"), 123};
    Nanoseconds stay = 1ms; // from receipt to reply
    std::array<std::byte, max_reply> room{};

    Decision judge(std::span<const std::byte> bytes, bool truncated = false)
    {
        const Request request{bytes, from, to, arrival, truncated};
        const auto question = examine(request, manner);
        if (!question)
            return {.verdict = question.error()};
        if (const auto refused = refusal(*question, access, noise))
            return {.verdict = *refused};
        return decide(
            request, *question, access, rate, time, manner, noise, keys ? &*keys : nullptr);
    }
    Verdict verdict(std::span<const std::byte> bytes, bool truncated = false)
    {
        return judge(bytes, truncated).verdict;
    }
    Verdict verdict(std::string_view text)
    {
        return verdict(octets(text));
    }

    std::string answer(std::span<const std::byte> bytes)
    {
        const Decision decision = judge(bytes);
        if (!answers(decision.verdict))
            return std::string{to_string(decision.verdict)};
        return hex(seal(decision, time, arrival + stay, room, keys ? &*keys : nullptr));
    }
    Header reply(std::span<const std::byte> bytes)
    {
        const Decision decision = judge(bytes);
        CHECK(answers(decision.verdict));
        const auto sealed = seal(decision, time, arrival + stay, room, keys ? &*keys : nullptr);
        CHECK(sealed.size() >= header_size && sealed.size() <= bytes.size());
        return *decode(sealed);
    }

    // A client's request of so many octets in all: the rest is zeros.
    static std::vector<std::byte> request(
        unsigned version = 4, Mode mode = Mode::client, std::size_t size = header_size)
    {
        std::vector<std::byte> bytes(header_size);
        encode({.leap = Leap::none,
                   .version = static_cast<std::uint8_t>(version),
                   .mode = mode,
                   .poll = 6,
                   .precision = 32,
                   .transmit = {0x0123456789abcdef}},
            bytes);
        bytes.resize(size);
        return bytes;
    }
    static std::vector<std::byte> followed_by(std::string_view text, unsigned version = 4)
    {
        auto bytes = request(version);
        const auto more = octets(text);
        bytes.insert(bytes.end(), more.begin(), more.end());
        return bytes;
    }
    static std::string zeros(std::size_t count)
    {
        return std::string(2 * count, '0');
    }

    void hold_keys(std::string_view text)
    {
        keys.emplace(std::make_shared<KeyTable>(parse_keys(text).keys));
    }
    std::vector<std::byte> sealed_with(std::uint32_t id, std::vector<std::byte> bytes)
    {
        std::array<std::byte, max_mac_size> mac;
        const auto size = keys->sign(KeyId{id}, bytes, mac);
        bytes.insert(bytes.end(), mac.begin(), mac.begin() + size);
        return bytes;
    }
};

// --- answers -------------------------------------------------------------------------------------

TEST(Responder, AnswersAClientWithExactlyTheseOctets)
{
    // Dispersion: 1/32 s and 64 s at 15 ppm, rounded up in units of 2^-16 s. The receive timestamp
    // is the nearest odd one below.
    STRCMP_EQUAL("240206e8 00000400 0000083f c0000201 "
                 "e8fe6f40 00000000 01234567 89abcdef "
                 "e8fe6f7f ffffffff e8fe6f80 00418938",
        answer(request()).c_str());
    CHECK(verdict(request()) == Verdict::answered_client);
}

TEST(Responder, EchoesEachVersion)
{
    for (unsigned version = 1; version <= 4; ++version) {
        const Header h = reply(request(version));
        UNSIGNED_LONGS_EQUAL(version, h.version);
        CHECK(h.mode == Mode::server);
        CHECK(h.origin == Timestamp{0x0123456789abcdef});
    }
}

TEST(Responder, AnswersSymmetricActiveWithPassive)
{
    for (unsigned version = 2; version <= 4; ++version) {
        CHECK(verdict(request(version, Mode::symmetric_active)) == Verdict::answered_symmetric);
        CHECK(reply(request(version, Mode::symmetric_active)).mode == Mode::symmetric_passive);
    }
    CHECK(verdict(request(1, Mode::symmetric_active)) == Verdict::answered_v1);
    CHECK(reply(request(1, Mode::symmetric_active)).mode == Mode::server);
}

TEST(Responder, AnswersVersion1WithoutAModeAsAServer)
{
    const auto bytes = request(1, Mode::reserved);
    CHECK(verdict(bytes) == Verdict::answered_v1);
    const Header h = reply(bytes);
    UNSIGNED_LONGS_EQUAL(1, h.version);
    CHECK(h.mode == Mode::server);
}

TEST(Responder, AnswersAnOldClientThatSendsNothingButZeros)
{
    const auto bytes = octets("0b" + zeros(47));
    CHECK(reply(bytes).origin.is_zero());
}

TEST(Responder, TellsClientsASmearedLeapSecondAndPeersTheTrueOne)
{
    time.leap = Leap::insert;
    stay = 0ns;
    time.smear = {Seconds{-1}, arrival - 1h, arrival + 1h};
    const Header h = reply(request());
    CHECK(h.leap == Leap::none);
    CHECK(h.receive == receive_stamp(arrival - 500ms));
    CHECK(h.transmit == transmit_stamp(arrival - 500ms));
    CHECK(h.reference == to_timestamp(arrival - 64s - 500ms));
    UNSIGNED_LONGS_EQUAL(0xfee00000, h.reference_id.value); // -0.5 s in units of 2^-22 s
    CHECK(to_seconds(h.root_dispersion) > Seconds{0.53});

    const Header peer = reply(request(4, Mode::symmetric_active));
    CHECK(peer.leap == Leap::insert);
    CHECK(peer.transmit == transmit_stamp(arrival));
    UNSIGNED_LONGS_EQUAL(0xc0000201, peer.reference_id.value);
}

TEST(Responder, ShowsNoLeapBitsBeforeTheSmearBeginsEither)
{
    time.leap = Leap::remove;
    stay = 0ns;
    time.smear = {Seconds{1}, arrival + 1h, arrival + 2h};
    const Header h = reply(request());
    CHECK(h.leap == Leap::none);
    CHECK(h.transmit == transmit_stamp(arrival));
    UNSIGNED_LONGS_EQUAL(0xc0000201, h.reference_id.value);
    CHECK(to_seconds(h.root_dispersion) < Seconds{0.04});
    time.smear.begins = arrival + 10min; // before the client asks again
    CHECK(to_seconds(reply(request()).root_dispersion) > Seconds{0.04});
    time.leap = Leap::unsynchronized;
    CHECK(reply(request()).leap == Leap::unsynchronized);
}

TEST(Responder, EchoesThePollButNoNegativeOne)
{
    auto bytes = request();
    LONGS_EQUAL(6, reply(bytes).poll);
    bytes[2] = std::byte{0xfc};
    LONGS_EQUAL(0, reply(bytes).poll);
    bytes[2] = std::byte{17};
    LONGS_EQUAL(17, reply(bytes).poll);
}

TEST(Responder, SaysSoWhenItIsNotSynchronized)
{
    time = {.stratum = Stratum::unsynchronized,
        .precision = Precision{-24},
        .reference_id = ReferenceId::letters("INIT")};
    const Header h = reply(request());
    CHECK(h.leap == Leap::unsynchronized);
    UNSIGNED_LONGS_EQUAL(0, h.stratum);
    CHECK(h.reference_id == ReferenceId::letters("INIT"));
    CHECK(h.reference.is_zero());
    CHECK(h.transmit == transmit_stamp(arrival + stay));
}

TEST(Responder, FallsBackToUnsynchronizedWhenNobodyKeepsItsTime)
{
    time.void_after = arrival + stay;
    const Header h = reply(request());
    CHECK(h.leap == Leap::unsynchronized);
    UNSIGNED_LONGS_EQUAL(0, h.stratum);
    CHECK(h.reference_id == ReferenceId{}); // an address would be read as a kiss code
}

TEST(Responder, MayStaySilentWhileUnsynchronized)
{
    manner.answers_unsynchronized = false;
    CHECK(verdict(request()) == Verdict::answered_client);
    time.leap = Leap::unsynchronized;
    CHECK(verdict(request()) == Verdict::unsynchronized_silent);
}

TEST(Responder, NeverShowsAStratumAboveZeroWithLeap3)
{
    for (const std::uint8_t stratum : {0, 1, 15, 16, 17, 255})
        for (const Leap leap : {Leap::none, Leap::insert, Leap::remove, Leap::unsynchronized}) {
            time.stratum = Stratum{stratum};
            time.leap = leap;
            const Header h = reply(request());
            CHECK((h.leap == Leap::unsynchronized) == (h.stratum == 0));
            CHECK(h.stratum < 16);
        }
}

TEST(Responder, AnnouncesALeapSecond)
{
    time.leap = Leap::insert;
    CHECK(reply(request()).leap == Leap::insert);
}

TEST(Responder, ShowsServedTimeWhereTheSystemClockIsOff)
{
    time.served_offset = Seconds{2.5};
    const Header h = reply(request());
    CHECK(h.receive == receive_stamp(arrival + 2500ms));
    CHECK(h.transmit == transmit_stamp(arrival + 2500ms + stay));
    CHECK(h.reference == to_timestamp(arrival - 64s + 2500ms));
}

TEST(Responder, NeverShowsAReferenceTimeAfterItsReply)
{
    time.reference_time = arrival + 10s;
    CHECK(reply(request()).reference == to_timestamp(arrival + stay));
}

TEST(Responder, HidesItsReferenceTimeWhenAsked)
{
    access.fuzz = true;
    noise = 63'999'999'999u;
    CHECK(reply(request()).reference == to_timestamp(arrival - 64s - Nanoseconds{63'999'999'999}));
    noise = 64'000'000'000u;
    CHECK(reply(request()).reference == to_timestamp(arrival - 64s));
}

// --- form ----------------------------------------------------------------------------------------

TEST(Responder, DropsShortPackets)
{
    for (const std::size_t size : {0, 1, 11, 12, 47}) {
        const auto bytes = request();
        CHECK(verdict(std::span{bytes}.first(size)) == Verdict::short_packet);
    }
}

TEST(Responder, DropsTruncatedPackets)
{
    CHECK(verdict(request(), true) == Verdict::truncated);
}

TEST(Responder, DropsVersionsOtherThan1To4)
{
    for (const unsigned version : {0, 5, 6, 7})
        for (unsigned mode = 0; mode < 8; ++mode)
            CHECK(verdict(request(version, Mode(mode))) == Verdict::bad_version);
}

TEST(Responder, DropsModesThatAreNoQuestions)
{
    for (unsigned version = 1; version <= 4; ++version) {
        if (version != 1)
            CHECK(verdict(request(version, Mode::reserved)) == Verdict::bad_mode);
        CHECK(verdict(request(version, Mode::symmetric_passive)) == Verdict::bad_mode);
        CHECK(verdict(request(version, Mode::server)) == Verdict::reflected);
        CHECK(verdict(request(version, Mode::broadcast)) == Verdict::bad_mode);
        CHECK(verdict(request(version, Mode::private_use)) == Verdict::bad_mode);
    }
}

TEST(Responder, AnswersNeitherItsOwnAnswersNorItsKisses)
{
    for (const Rate r : {Rate::pass, Rate::kiss})
        for (const Mode mode : {Mode::client, Mode::symmetric_active, Mode::reserved})
            for (unsigned version = 1; version <= 4; ++version) {
                rate = Rate::pass;
                access.kod = true;
                if (mode == Mode::reserved && version != 1)
                    continue;
                rate = r;
                const auto sealed
                    = seal(judge(request(version, mode)), time, arrival + stay, room, nullptr);
                const std::vector<std::byte> back{sealed.begin(), sealed.end()};
                rate = Rate::pass;
                const Verdict v = verdict(back);
                CHECK(v == Verdict::reflected || v == Verdict::bad_mode);
            }
}

TEST(Responder, HandsTheControlProtocolOn)
{
    CHECK(verdict("1602 0001 0000 0000 0000 0000") == Verdict::control);
    CHECK(verdict("d602 0001 0000 0000 0000 0000") == Verdict::control);
    CHECK(verdict("1602 0001 0000 0000 0000 00") == Verdict::short_packet);
    CHECK(verdict("2e02 0001 0000 0000 0000 0000") == Verdict::bad_version);
}

TEST(Responder, WantsExactly48OctetsBeforeVersion3)
{
    for (const unsigned version : {1, 2})
        for (const std::size_t size : {49, 52, 60, 64, 68, 72})
            CHECK(verdict(request(version, Mode::client, size)) == Verdict::bad_length);
    CHECK(verdict(request(1, Mode::reserved, 60)) == Verdict::bad_length);
}

TEST(Responder, KnowsTheLengthsOfVersion3)
{
    for (std::size_t size = 49; size < 200; ++size) {
        const Verdict expected = size == 52 ? Verdict::crypto_nak
            : size == 68 || size == 72      ? Verdict::unknown_key
                                            : Verdict::bad_length;
        CHECK(verdict(request(3, Mode::client, size)) == expected);
    }
}

TEST(Responder, DropsRuntTails)
{
    for (const std::size_t size : {49, 50, 51, 53, 56, 60, 64, 65, 67, 69, 71, 73})
        CHECK(verdict(request(4, Mode::client, size)) == Verdict::bad_length);
    CHECK(verdict(request(4, Mode::client, 52)) == Verdict::crypto_nak);
}

TEST(Responder, AnswersPlainlyWhateverExtensionFieldsSay)
{
    for (const char* type : {"0104", "0204", "f5ff", "0002", "abcd"}) {
        const auto bytes = followed_by(std::string{type} + "001c" + zeros(24));
        CHECK(verdict(bytes) == Verdict::answered_client);
        const auto sealed = seal(judge(bytes), time, arrival + stay, room, nullptr);
        UNSIGNED_LONGS_EQUAL(header_size, sealed.size());
    }
    CHECK(verdict(followed_by("0104 0010" + zeros(12) + "0204 0064" + zeros(96)))
        == Verdict::answered_client);
}

TEST(Responder, DropsFieldsThatDoNotFit)
{
    CHECK(verdict(followed_by("0104 0020" + zeros(24))) == Verdict::bad_length); // longer than left
    CHECK(verdict(followed_by("0104 000c" + zeros(24))) == Verdict::bad_length); // too short
    CHECK(verdict(followed_by("0104 0000" + zeros(24))) == Verdict::bad_length);
    CHECK(verdict(followed_by("0104 001e" + zeros(28))) == Verdict::bad_length); // odd
    CHECK(verdict(followed_by("0104 0010" + zeros(12) + "0104 0010" + zeros(12)))
        == Verdict::bad_length); // the last one is too short to be without a MAC
    CHECK(verdict(followed_by("0104 001c" + zeros(24) + zeros(8))) == Verdict::bad_length);
    CHECK(verdict(followed_by("0104 001c" + zeros(24) + zeros(4))) == Verdict::crypto_nak);
    CHECK(verdict(followed_by("0104 001c" + zeros(24), 3)) == Verdict::bad_length);
}

// --- addresses -----------------------------------------------------------------------------------

TEST(Responder, DropsSourcePort0)
{
    from.port = 0;
    CHECK(verdict(request()) == Verdict::bad_port);
    from.port = 19;
    CHECK(verdict(request()) == Verdict::answered_client);
    manner.lowest_port = 123;
    CHECK(verdict(request()) == Verdict::bad_port);
    from.port = 123;
    CHECK(verdict(request()) == Verdict::answered_client);
}

TEST(Responder, DropsSourcesThatNobodyCanHave)
{
    for (const char* text : {"0.0.0.0", "224.0.1.1", "255.255.255.255", "::", "ff02::101"}) {
        from.address = *parse_address(text);
        CHECK(verdict(request()) == Verdict::bad_source);
        CHECK(verdict("1602 0001 0000 0000 0000 0000") == Verdict::bad_source);
    }
}

TEST(Responder, DoesNotTalkToItself)
{
    from = to;
    CHECK(verdict(request()) == Verdict::own_source);
    from.port = 40000; // a client on the same machine
    CHECK(verdict(request()) == Verdict::answered_client);
}

TEST(Responder, DropsWhatWasNotSentToItAlone)
{
    to.address = *parse_address("224.0.1.1");
    CHECK(verdict(request()) == Verdict::bad_destination);
}

// --- access and rate -----------------------------------------------------------------------------

TEST(Responder, FollowsAccessInItsOrder)
{
    access.version = true;
    CHECK(verdict(request(3)) == Verdict::dropped_version);
    CHECK(verdict(request(4)) == Verdict::answered_client);
    access.notrust = true;
    CHECK(verdict(request(4)) == Verdict::dropped_notrust);
    access.noserve = true;
    CHECK(verdict(request(4)) == Verdict::dropped_noserve);
    access.ignore = true;
    CHECK(verdict(request(4)) == Verdict::dropped_ignored);
}

TEST(Responder, LosesOneInTenForFlake)
{
    access.flake = true;
    int lost = 0;
    for (noise = 0; noise < 1000; ++noise)
        lost += verdict(request()) == Verdict::dropped_flake;
    LONGS_EQUAL(100, lost);
}

TEST(Responder, SendsARateKissWithExactlyTheseOctets)
{
    rate = Rate::kiss;
    access.kod = true;
    manner.kiss_poll = Poll{7};
    CHECK(verdict(request()) == Verdict::kiss_rate);
    STRCMP_EQUAL("e4000720 00000000 00000000 52415445 "
                 "00000000 00000000 01234567 89abcdef "
                 "01234567 89abcdef 01234567 89abcdef",
        answer(request()).c_str());
    auto slow = request();
    slow[2] = std::byte{10};
    LONGS_EQUAL(10, reply(slow).poll);
}

TEST(Responder, KissesOnlyWhereKodIsSet)
{
    rate = Rate::kiss;
    CHECK(verdict(request()) == Verdict::limited_silent);
    rate = Rate::silent;
    access.kod = true;
    CHECK(verdict(request()) == Verdict::limited_silent);
}

TEST(Responder, CountsApartWhomItLetsThroughByChance)
{
    rate = Rate::leak;
    CHECK(verdict(request()) == Verdict::answered_limited);
    CHECK(reply(request()).stratum == 2);
    CHECK(verdict(followed_by(zeros(20))) == Verdict::unknown_key);
}

// --- authentication ------------------------------------------------------------------------------

TEST(Responder, SignsItsAnswerToASignedRequest)
{
    for (const char* type : {"MD5", "SHA1", "SHA512", "AES"}) {
        hold_keys("5 " + std::string{type} + " secret");
        access.notrust = true;
        const auto bytes = sealed_with(5, request());
        CHECK(verdict(bytes) == Verdict::answered_client);
        const auto sealed = seal(judge(bytes), time, arrival + stay, room, &*keys);
        UNSIGNED_LONGS_EQUAL(bytes.size(), sealed.size());
        CHECK(keys->verify(sealed.first(header_size), sealed.subspan(header_size), from.address)
                  .has_value());
    }
}

TEST(Responder, SignsItsAnswerToASignedRequestWithExtensionFields)
{
    hold_keys("5 AES secret");
    const auto bytes = sealed_with(5, followed_by("0104 0010" + zeros(12)));
    UNSIGNED_LONGS_EQUAL(48 + 16 + 20, bytes.size());
    CHECK(verdict(bytes) == Verdict::answered_client);
    UNSIGNED_LONGS_EQUAL(48 + 20, seal(judge(bytes), time, arrival + stay, room, &*keys).size());
}

TEST(Responder, DropsABadMac)
{
    hold_keys("5 SHA1 secret");
    auto bytes = sealed_with(5, request());
    bytes[47] ^= std::byte{1};
    CHECK(verdict(bytes) == Verdict::bad_auth);
    CHECK(verdict(followed_by("00000006" + zeros(20))) == Verdict::unknown_key);
    CHECK(verdict(followed_by("00000005" + zeros(16))) == Verdict::bad_auth); // of another length
}

TEST(Responder, LooksAtTheRateBeforeItSpendsTimeOnAMac)
{
    hold_keys("5 SHA1 secret");
    rate = Rate::silent;
    CHECK(verdict(followed_by("00000005" + zeros(20))) == Verdict::limited_silent);
}

// --- our own time --------------------------------------------------------------------------------

TEST(Responder, KeepsRepliesOnOneTimeLine)
{
    time.valid_from = arrival;
    time.epoch = 4;
    CHECK(is_on_time_line(time, arrival, arrival + 1us, 4));
    CHECK_FALSE(is_on_time_line(time, arrival - 1ns, arrival, 4)); // received before the step
    CHECK_FALSE(is_on_time_line(time, arrival + 1ns, arrival, 4)); // stepped back meanwhile
    CHECK_FALSE(is_on_time_line(time, arrival, arrival + 1us, 5)); // a step is under way
    CHECK_FALSE(is_on_time_line(time, arrival, arrival + 1us, 6)); // and now it is over
    time.epoch = 5;
    CHECK_FALSE(is_on_time_line(time, arrival, arrival + 1us, 5));
}

TEST(Responder, HasANameForEachVerdict)
{
    for (std::size_t v = 0; v < verdict_count; ++v)
        CHECK(to_string(Verdict(v)) != "unknown");
}

TEST(Responder, NeverSeemsToAnswerBeforeItWasAsked)
{
    // Whatever the last bits of a clock that stands still in between.
    for (int i = 0; i < 100; ++i) {
        const Decision decision = judge(request());
        const Header h = *decode(seal(decision, time, decision.received, room, nullptr));
        CHECK(h.receive.bits < h.transmit.bits);
        CHECK((h.receive.bits & 1) == 1 && (h.transmit.bits & 1) == 0);
        time.served_offset += Seconds{1e-9};
    }
}

TEST(Responder, KnowsWhoAsksInterleaved)
{
    Header asks{.origin = {5}, .receive = {7}, .transmit = {9}};
    CHECK(asks_interleaved(asks));
    asks.origin = {6}; // a transmit timestamp of ours
    CHECK_FALSE(asks_interleaved(asks));
    asks.origin = {0};
    CHECK_FALSE(asks_interleaved(asks));
    asks = {.origin = {5}, .receive = {9}, .transmit = {9}};
    CHECK_FALSE(asks_interleaved(asks)); // the basic mode's answer would look the same
    asks = {.mode = Mode::symmetric_active, .origin = {5}, .receive = {7}, .transmit = {9}};
    CHECK_FALSE(asks_interleaved(asks));
}
