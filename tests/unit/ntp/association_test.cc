// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Asking a server: what we send, and which answers count.

#include "ntp/association.h"
#include "sim/chance.h"

#include <array>
#include <map>
#include <memory>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::ntp;
using namespace std::chrono_literals;

namespace {

constexpr Instant<Utc> t1{1'780'000'000s};
constexpr std::uint64_t nonce = 0x0123456789abcdef;

using Bytes = std::vector<std::byte>;

Bytes bytes_of(const Header& h)
{
    Bytes b(header_size);
    encode(h, b);
    return b;
}

// A good answer to `request`: 10 ms each way, the server is 1 s ahead.
Header answer_to(const OutgoingRequest& request)
{
    Header h;
    h.leap = Leap::none;
    h.version = decode(request.bytes())->version;
    h.mode = Mode::server;
    h.stratum = 2;
    h.poll = 6;
    h.precision = -23;
    h.root_delay = to_short(10ms);
    h.root_dispersion = to_short(5ms);
    h.reference_id = {0xc0000201};
    h.reference = to_timestamp(t1 - 100s);
    h.origin = decode(request.bytes())->transmit;
    h.receive = to_timestamp(t1 + 1s + 10ms);
    h.transmit = to_timestamp(t1 + 1s + 11ms);
    return h;
}

const Address server = Address::ipv4(0xc0000201); // 192.0.2.1

KeyTable keys_7_and_6()
{
    std::vector<Key> keys;
    for (const std::uint32_t id : {7u, 6u}) {
        const std::array secret{std::byte(id), std::byte{1}, std::byte{2}};
        keys.push_back({KeyId{id}, MacType::sha1, Secret{secret}, {}});
    }
    keys.back().allowed = {make_prefix(server, 32)};
    return KeyTable{std::move(keys)};
}

} // namespace

TEST_GROUP(Association)
{
    Association association{Association::Traits{}};
    OutgoingRequest request = *association.request(nonce, t1);

    Result<Exchange, Rejection> accept(const Header& h)
    {
        return association.accept(bytes_of(h), server, t1 + 21ms, t1);
    }
    void check_rejected(Reject why, const Result<Exchange, Rejection>& result)
    {
        CHECK(!result);
        LONGS_EQUAL(static_cast<int>(why), static_cast<int>(result.error().why));
    }
    void check_rejected(Reject why, const Header& h)
    {
        check_rejected(why, accept(h));
    }
};

TEST(Association, TellsNothingOfItselfInARequest)
{
    const auto bytes = request.bytes();
    LONGS_EQUAL(48, bytes.size());
    LONGS_EQUAL(0x23, std::to_integer<int>(bytes[0]));
    LONGS_EQUAL(0x20, std::to_integer<int>(bytes[3]));
    for (std::size_t i = 1; i < 40; ++i)
        if (i != 3)
            LONGS_EQUAL(0, std::to_integer<int>(bytes[i]));
    CHECK(decode(bytes)->transmit == Timestamp{nonce});
}

TEST(Association, MakesAnExchangeOfTheAnswer)
{
    CHECK(association.transmitted(request.token, t1 + 1ms));
    const auto e = accept(answer_to(request));
    CHECK(e.has_value());
    CHECK(e->origin == t1 + 1ms); // as the network saw it
    CHECK(std::chrono::abs(e->receive - (t1 + 1010ms)) <= 1ns);
    CHECK(std::chrono::abs(e->transmit - (t1 + 1011ms)) <= 1ns);
    CHECK(e->destination == t1 + 21ms);
    CHECK(e->stratum == Stratum{2});
    CHECK(e->precision == Precision{-23});
    CHECK(e->reference_id == ReferenceId{0xc0000201});
    CHECK(std::chrono::abs(e->reference_time - (t1 - 100s)) <= 1ns);
    DOUBLES_EQUAL(0.010, e->root_delay.count(), 2e-5);
    DOUBLES_EQUAL(0.005, e->root_dispersion.count(), 2e-5);
}

TEST(Association, UsesEachNonceOnce)
{
    const Header h = answer_to(request);
    CHECK(accept(h).has_value());
    check_rejected(Reject::duplicate, h);

    const OutgoingRequest second = *association.request(nonce + 1, t1 + 64s);
    check_rejected(Reject::duplicate, h); // the old answer once more
    Header fresh = answer_to(second);
    fresh.transmit.bits += 1ull << 32;
    CHECK(accept(fresh).has_value());
}

TEST(Association, IsNotDisturbedByABogusAnswer)
{
    Header bogus = answer_to(request);
    bogus.origin.bits ^= 1;
    check_rejected(Reject::bogus_origin, bogus);
    bogus.origin = {};
    check_rejected(Reject::bogus_origin, bogus);
    CHECK(association.is_waiting());
    CHECK(accept(answer_to(request)).has_value());
}

TEST(Association, DoesNotHeedAKissThatDoesNotAnswer)
{
    Header kiss = answer_to(request);
    kiss.leap = Leap::unsynchronized;
    kiss.stratum = 0;
    kiss.reference_id = ReferenceId::letters("RATE");
    kiss.origin.bits += 1;
    const auto spoofed = accept(kiss);
    check_rejected(Reject::bogus_origin, spoofed);
    CHECK(!spoofed.error().header);

    kiss.origin.bits -= 1;
    const auto genuine = accept(kiss);
    check_rejected(Reject::rate_kiss, genuine);
    CHECK(genuine.error().header.has_value());
    CHECK(!association.is_waiting());
}

TEST(Association, TellsKissesApart)
{
    const std::pair<const char*, Reject> codes[] = {{"RATE", Reject::rate_kiss},
        {"DENY", Reject::denied}, {"RSTR", Reject::denied}, {"NTSN", Reject::nts_kiss},
        {"XFUN", Reject::other_kiss}, {"INIT", Reject::unsynchronized}};
    for (const auto& [code, why] : codes) {
        request = *association.request(nonce, t1);
        Header kiss = answer_to(request);
        kiss.leap = Leap::unsynchronized;
        kiss.stratum = 0;
        kiss.reference_id = ReferenceId::letters(code);
        check_rejected(why, kiss);
    }
}

TEST(Association, AppliesThePacketTests)
{
    const auto check = [&](Reject why, std::uint16_t bit, auto spoil) {
        request = *association.request(nonce, t1);
        Header h = answer_to(request);
        spoil(h);
        check_rejected(why, h);
        LONGS_EQUAL(bit, flash(why));
    };
    check(Reject::unknown_time, 0x0004, [](Header& h) { h.receive = {}; });
    check(Reject::unknown_time, 0x0004, [](Header& h) { h.transmit = {}; });
    check(Reject::unsynchronized, 0x0020, [](Header& h) { h.leap = Leap::unsynchronized; });
    check(Reject::unsynchronized, 0x0020, [](Header& h) { h.stratum = 0; });
    check(Reject::unsynchronized, 0x0020, [](Header& h) { h.stratum = 16; });
    check(Reject::bad_header, 0x0040, [](Header& h) { h.root_dispersion = to_short(16s); });
    check(Reject::bad_header, 0x0040, [](Header& h) { h.root_delay = to_short(32s); });
    check(Reject::bad_header, 0x0040, [](Header& h) { h.reference = to_timestamp(t1 + 1h); });
    check(Reject::bad_header, 0x0040, [](Header& h) { h.receive = to_timestamp(t1 + 1h); });
    check(Reject::bad_format, 0x0040, [](Header& h) { h.mode = Mode::client; });
    check(Reject::bad_format, 0x0040, [](Header& h) { h.version = 5; });
}

// chronyd on a fast machine, or a simulated one, in whose answer no time passes.
TEST(Association, AllowsForTheNoiseBelowAServersPrecision)
{
    std::uint64_t answers = 0;
    const auto accepts = [&](std::int8_t precision, std::uint64_t beyond) {
        request = *association.request(nonce, t1);
        Header h = answer_to(request);
        h.precision = precision;
        h.transmit.bits += ++answers; // not the same answer once more
        h.receive.bits = h.transmit.bits + beyond;
        return accept(h).has_value();
    };
    CHECK(accepts(-25, 128)); // 30 ns
    CHECK_FALSE(accepts(-25, 400));
    CHECK(accepts(-32, 1));
    CHECK_FALSE(accepts(10, 1 << 23)); // 2 ms: nobody's clock is worse than that
}

TEST(Association, RefusesAnswersThatTookTooLong)
{
    const auto late = association.accept(bytes_of(answer_to(request)), server, t1 + 1502ms, t1);
    check_rejected(Reject::too_slow, late);
    LONGS_EQUAL(0x2000, flash(Reject::too_slow));
}

TEST(Association, AcceptsVersion3AsAnAnswerToVersion4)
{
    Header h = answer_to(request);
    h.version = 3;
    CHECK(accept(h).has_value());
}

TEST(Association, AsksOldServersInTheirVersion)
{
    association.change({.version = 1});
    request = *association.request(nonce, t1);
    LONGS_EQUAL(0x0b, std::to_integer<int>(request.bytes()[0]));
    Header h = answer_to(request);
    h.version = 4;
    check_rejected(Reject::bad_format, h);
    h.version = 1;
    CHECK(accept(h).has_value());
}

TEST(Association, StepsOverExtensionFieldsAndCodesItDidNotAskFor)
{
    const auto with_tail = [&](std::initializer_list<int> field, std::size_t size) {
        request = *association.request(nonce, t1);
        Header h = answer_to(request);
        h.transmit.bits += request.token; // another answer each time
        Bytes b = bytes_of(h);
        for (const int octet : field)
            b.push_back(std::byte(octet));
        b.resize(header_size + size);
        return association.accept(b, server, t1 + 21ms, t1);
    };
    CHECK(with_tail({0x01, 0x04, 0, 36}, 36).has_value());
    CHECK(with_tail({0x01, 0x04, 0, 16}, 36).has_value()); // a field and 20 octets of MAC
    CHECK(with_tail({0, 0, 0, 1}, 20).has_value());
    check_rejected(Reject::bad_format, with_tail({0x01, 0x04, 0, 38}, 36)); // beyond the end
    check_rejected(Reject::bad_format, with_tail({0x01, 0x04, 0, 0}, 36));
    check_rejected(Reject::bad_format, with_tail({}, 3));
    check_rejected(Reject::bad_format, with_tail({}, 8));
}

TEST(Association, WantsTheKeyThatItSent)
{
    Authenticator keys{std::make_shared<KeyTable>(keys_7_and_6())};
    association.change({.key = KeyId{7}});
    request = *association.request(nonce, t1, &keys);
    LONGS_EQUAL(72, request.size);
    CHECK(keys.verify(request.bytes().first(48), request.bytes().subspan(48), server).has_value());

    const Bytes plain = bytes_of(answer_to(request));
    const auto with_key = [&](std::uint32_t key) {
        Bytes b = plain;
        std::array<std::byte, max_mac_size> mac{};
        const auto size = keys.sign(KeyId{key}, plain, mac);
        b.insert(b.end(), mac.begin(), mac.begin() + static_cast<std::ptrdiff_t>(size));
        return b;
    };
    Bytes crypto_nak = plain;
    crypto_nak.resize(52);
    Bytes forged = with_key(7);
    forged[16] ^= std::byte{1};
    for (const Bytes& bad : {plain, crypto_nak, with_key(6), forged})
        check_rejected(
            Reject::bad_authentication, association.accept(bad, server, t1 + 21ms, t1, &keys));
    check_rejected(
        Reject::bad_authentication, association.accept(with_key(7), server, t1 + 21ms, t1));
    CHECK(association.is_waiting());
    CHECK(association.accept(with_key(7), server, t1 + 21ms, t1, &keys).has_value());
}

TEST(Association, BelievesAKeyOnlyFromThoseWhoMayUseIt)
{
    Authenticator keys{std::make_shared<KeyTable>(keys_7_and_6())};
    association.change({.key = KeyId{6}});
    request = *association.request(nonce, t1, &keys);
    Bytes b = bytes_of(answer_to(request));
    std::array<std::byte, max_mac_size> mac{};
    keys.sign(KeyId{6}, bytes_of(answer_to(request)), mac);
    b.insert(b.end(), mac.begin(), mac.end());
    const Address other = Address::ipv4(0xc0000202);
    check_rejected(Reject::bad_authentication, association.accept(b, other, t1 + 21ms, t1, &keys));
    CHECK(association.accept(b, server, t1 + 21ms, t1, &keys).has_value());
}

TEST(Association, DoesNotAskWithoutTheKeyItNeeds)
{
    Authenticator keys{std::make_shared<KeyTable>(keys_7_and_6())};
    association.change({.key = KeyId{10}});
    CHECK(!association.request(nonce, t1, &keys));
    CHECK(!association.request(nonce, t1, nullptr));
    CHECK(!association.is_waiting());
}

TEST(Association, TellsTheEraWhenItsOwnClockStartsIn1970)
{
    const auto pivot = t1;
    const Instant<Utc> wrong{30s};
    request = *association.request(nonce, wrong);
    const auto e = association.accept(bytes_of(answer_to(request)), server, wrong + 21ms, pivot);
    CHECK(e.has_value());
    CHECK(std::chrono::abs(e->transmit - (t1 + 1011ms)) <= 1ns);
}

TEST(Association, ForgetsARequestWhenTold)
{
    association.forget();
    check_rejected(Reject::duplicate, answer_to(request));
    CHECK(!association.transmitted(request.token, t1));
}

// Whatever comes, there is no crash, and nothing is believed that does not carry the nonce.
TEST(Association, SurvivesAHundredThousandMutatedAnswers)
{
    sim::Chance chance{20261120};
    std::map<Reject, int> fates;
    int accepted = 0;
    for (int i = 0; i < 100'000; ++i) {
        if (!association.is_waiting())
            request = *association.request(chance.bits64(), t1);
        const Timestamp asked = decode(request.bytes())->transmit;
        Header h = answer_to(request);
        h.transmit.bits += chance.bits64() >> 40;
        if (chance.happens(0.5))
            h.origin.bits ^= 1ull << (chance.bits64() % 64);
        Bytes b = bytes_of(h);
        b.resize(chance.bits64() % 4 == 0 ? chance.bits64() % 200 : header_size);
        for (auto changes = chance.bits64() % 6; changes > 0 && !b.empty(); --changes)
            b[chance.bits64() % b.size()] = std::byte(chance.bits64());

        const auto result = association.accept(b, server, t1 + 21ms, t1);
        if (!result) {
            ++fates[result.error().why];
            if (!result.error().header)
                continue;
        } else
            ++accepted;
        CHECK(decode(b)->origin == asked);
    }
    int sum = accepted;
    for (const auto& [why, count] : fates)
        sum += count;
    LONGS_EQUAL(100'000, sum);
    CHECK(accepted > 1000);
    for (const Reject why :
        {Reject::bad_format, Reject::bogus_origin, Reject::unsynchronized, Reject::bad_header})
        CHECK(fates[why] > 100);
}
