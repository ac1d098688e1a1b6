// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// SipHash against the authors' test vectors, and secrets.

#include "base/secret.h"
#include "base/siphash.h"

#include <array>
#include <utility>

#include <CppUTest/TestHarness.h>

using namespace timeball;

TEST_GROUP(SipHash)
{
    // Key and message of the paper's appendix: 00 01 02 ...
    const SipKey key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
    std::array<std::byte, 64> message{};

    void setup() override
    {
        for (std::size_t i = 0; i < message.size(); ++i)
            message[i] = std::byte(i);
    }
    std::uint64_t of(std::size_t length) const
    {
        return siphash(key, std::span{message}.first(length));
    }
};

TEST(SipHash, GivesTheAuthorsVectors)
{
    UNSIGNED_LONGLONGS_EQUAL(0x726fdb47dd0e0e31, of(0));
    UNSIGNED_LONGLONGS_EQUAL(0x74f839c593dc67fd, of(1));
    UNSIGNED_LONGLONGS_EQUAL(0x93f5f5799a932462, of(8));
    UNSIGNED_LONGLONGS_EQUAL(0xa129ca6149be45e5, of(15));
}

TEST(SipHash, OfTwoWordsIsThatOfTheirOctets)
{
    UNSIGNED_LONGLONGS_EQUAL(of(16), siphash(key, 0x0706050403020100, 0x0f0e0d0c0b0a0908));
}

TEST_GROUP(Secret){};

TEST(Secret, MovesAndLeavesNothingBehind)
{
    const std::array octets{std::byte{1}, std::byte{2}, std::byte{3}};
    Secret first{octets};
    Secret second = std::move(first);
    CHECK(equal_in_constant_time(second.bytes(), octets));
    Secret third;
    third = second.clone();
    CHECK(equal_in_constant_time(third.bytes(), second.bytes()));
    CHECK_FALSE(equal_in_constant_time(third.bytes(), std::span{octets}.first(2)));
}
