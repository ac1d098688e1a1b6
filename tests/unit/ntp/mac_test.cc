// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Keys files and message authentication.

#include "ntp/keys.h"
#include "ntp/mac.h"

#include <algorithm>
#include <array>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::ntp;

namespace {

std::string hex(std::span<const std::byte> bytes)
{
    std::string text;
    for (const std::byte b : bytes) {
        text += "0123456789abcdef"[std::to_integer<unsigned>(b) >> 4];
        text += "0123456789abcdef"[std::to_integer<unsigned>(b) & 15];
    }
    return text;
}

Authenticator authenticator(std::string_view keys)
{
    return Authenticator{std::make_shared<KeyTable>(parse_keys(keys).keys)};
}

std::string mac_of(std::string_view message, std::string_view key)
{
    auto signer = authenticator(key);
    std::array<std::byte, max_mac_size> room{};
    const auto size = signer.sign(KeyId{7}, std::as_bytes(std::span{message}), room);
    return hex(std::span{room}.first(size));
}

} // namespace

TEST_GROUP(Mac)
{
    const Address sender = *parse_address("192.0.2.1");
};

TEST(Mac, OfADigestHasTheSecretInFrontOfTheMessage)
{
    // MD5 and SHA-1 of "abc", RFC 1321 and FIPS 180
    STRCMP_EQUAL("00000007900150983cd24fb0d6963f7d28e17f72", mac_of("bc", "7 MD5 a").c_str());
    STRCMP_EQUAL(
        "00000007a9993e364706816aba3e25717850c26c9cd0d89d", mac_of("c", "7 SHA1 ab").c_str());
}

TEST(Mac, OfALongDigestIsCutAtTwentyOctets)
{
    STRCMP_EQUAL("00000007ba7816bf8f01cfea414140de5dae2223b00361a3", // SHA-256 of "abc"
        mac_of("bc", "7 SHA256 a").c_str());
    UNSIGNED_LONGS_EQUAL(48, mac_of("bc", "7 SHA3-512 a").size());
}

TEST(Mac, OfAesIsThatOfRfc4493)
{
    const std::string key = "7 AES 2b7e151628aed2a6abf7158809cf4f3c";
    STRCMP_EQUAL("00000007bb1d6929e95937287fa37d129b756746", mac_of("", key).c_str());
    const std::string block = "\x6b\xc1\xbe\xe2\x2e\x40\x9f\x96\xe9\x3d\x7e\x11\x73\x93\x17\x2a";
    STRCMP_EQUAL("00000007070a16b46b4d4144f79bdd9dd04a287c", mac_of(block, key).c_str());
}

TEST(Mac, OfAesPadsAShortSecretWithZeros)
{
    STRCMP_EQUAL(mac_of("x", "7 AES 61620000000000000000000000000000").c_str(),
        mac_of("x", "7 AES-CMAC ab").c_str());
}

TEST(Mac, VerifiesWhatItSignedAgainAndAgain)
{
    const std::string_view text = "a message";
    const auto message = std::as_bytes(std::span{text});
    for (const char* type : {"MD5", "SHA1", "SHA-256", "sha512", "AES", "AES256CMAC"}) {
        auto keys = authenticator("7 " + std::string{type} + " secret\n");
        std::array<std::byte, max_mac_size> room{};
        for (int i = 0; i < 3; ++i) {
            const auto mac = std::span{room}.first(keys.sign(KeyId{7}, message, room));
            CHECK(mac.size() == 20 || mac.size() == 24);
            const auto signer = keys.verify(message, mac, sender);
            CHECK(signer.has_value() && *signer == KeyId{7});
            for (std::size_t at = 4; at < mac.size(); ++at) {
                mac[at] ^= std::byte{0x10};
                CHECK(keys.verify(message, mac, sender).error() == MacFault::wrong);
                mac[at] ^= std::byte{0x10};
            }
            CHECK(keys.verify(message.first(8), mac, sender).error() == MacFault::wrong);
            CHECK(
                keys.verify(message, mac.first(mac.size() - 4), sender).error() == MacFault::wrong);
        }
    }
}

TEST(Mac, OfAKeyThatIsNotThereIsUnknown)
{
    auto keys = authenticator("7 MD5 a");
    std::array<std::byte, max_mac_size> room{};
    UNSIGNED_LONGS_EQUAL(0, keys.sign(KeyId{8}, {}, room));
    CHECK(keys.verify({}, std::span{room}.first(20), sender).error() == MacFault::unknown_key);
}

TEST(Mac, OfAKeyForOthersIsUnknown)
{
    auto keys = authenticator("7 MD5 a 10.0.0.0/8,192.0.2.1 2001:db8::/32");
    std::array<std::byte, max_mac_size> room{};
    const auto mac = std::span{room}.first(keys.sign(KeyId{7}, {}, room));
    CHECK(keys.verify({}, mac, sender).has_value());
    CHECK(keys.verify({}, mac, *parse_address("2001:db8::5")).has_value());
    CHECK(keys.verify({}, mac, *parse_address("192.0.2.2")).error() == MacFault::unknown_key);
}

TEST_GROUP(Keys){};

TEST(Keys, AreReadFromLinesWithComments)
{
    const auto parsed = parse_keys("# all of them\n"
                                   "1 M first # comment\n"
                                   "\n"
                                   "10\tAES128CMAC  0123456789abcdef0123456789ABCDEF\r\n"
                                   "65535 SHA1 exactly20characters1");
    UNSIGNED_LONGS_EQUAL(0, parsed.faults.size());
    UNSIGNED_LONGS_EQUAL(3, parsed.keys.size());
    CHECK(parsed.keys[0].type == MacType::md5);
    UNSIGNED_LONGS_EQUAL(5, parsed.keys[0].secret.bytes().size());
    CHECK(parsed.keys[1].type == MacType::aes128_cmac);
    STRCMP_EQUAL("0123456789abcdef0123456789abcdef", hex(parsed.keys[1].secret.bytes()).c_str());
    CHECK(parsed.keys[2].id == KeyId{65535});
    UNSIGNED_LONGS_EQUAL(20, parsed.keys[2].secret.bytes().size());
}

TEST(Keys, SayWhatIsWrongWithALineAndReadTheOthers)
{
    const auto parsed = parse_keys("0 MD5 a\n"
                                   "65536 MD5 a\n"
                                   "x MD5 a\n"
                                   "2 DES a\n"
                                   "3 MD5\n"
                                   "4 SHA1 0123456789abcdef01234\n"
                                   "5 SHA1 not-hexadecimal-digits\n"
                                   "6 SHA1 a 10.0.0.0/33\n"
                                   "7 SHA1 good\n");
    UNSIGNED_LONGS_EQUAL(1, parsed.keys.size());
    CHECK(parsed.keys[0].id == KeyId{7});
    UNSIGNED_LONGS_EQUAL(8, parsed.faults.size());
    for (int i = 0; i < 8; ++i)
        LONGS_EQUAL(i + 1, parsed.faults[i].line);
    STRCMP_EQUAL("key 2: 'DES' is not a key type (AES, AES192, AES256, SHA1, SHA256, SHA384, "
                 "SHA512, MD5)",
        parsed.faults[3].text.c_str());
    STRCMP_EQUAL("key 3 has no secret", parsed.faults[4].text.c_str());
    STRCMP_EQUAL("key 6: '10.0.0.0/33' is not an address", parsed.faults[7].text.c_str());
    for (const auto& fault : parsed.faults)
        CHECK(fault.text.find("hexadecimal-digits") == std::string::npos);
}

TEST(Keys, OfWhichOnlyTrustedOnesAreKept)
{
    auto parsed = parse_keys("3 MD5 old\n1 MD5 a\n2 MD5 b\n3 MD5 new\n");
    const std::array ids{KeyId{3}, KeyId{1}, KeyId{9}};
    const KeyTable table = trusted(std::move(parsed.keys), ids);
    UNSIGNED_LONGS_EQUAL(2, table.keys().size());
    CHECK(table.find(KeyId{1}) == 0u);
    CHECK(table.find(KeyId{3}) == 1u);
    CHECK_FALSE(table.find(KeyId{2}).has_value());
    STRCMP_EQUAL("6e6577", hex(table.keys()[1].secret.bytes()).c_str()); // the later line counts
}
