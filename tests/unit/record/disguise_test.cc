// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Secrets do not get into a recording, and what they prove does.

#include "record/disguise.h"

#include "ntp/keys.h"
#include "sim/sim_edges.h"

#include <algorithm>
#include <array>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::record;

namespace {

ntp::Authenticator authenticator(const std::string& text)
{
    return ntp::Authenticator{std::make_shared<const ntp::KeyTable>(ntp::parse_keys(text).keys)};
}

const std::string keys_file = "# ours\n1 SHA1 secret 192.0.2.0/24 # mine\n\n"
                              "2 AES 0123456789abcdef0123456789abcdef\n3 SHA1 abc-zz odd\n";

std::vector<std::byte> signed_with(const std::string& keys, std::uint32_t id)
{
    std::vector<std::byte> packet(48, std::byte{0x23});
    std::array<std::byte, ntp::max_mac_size> mac;
    const auto size = authenticator(keys).sign({id}, packet, mac);
    packet.insert(packet.end(), mac.begin(), mac.begin() + static_cast<std::ptrdiff_t>(size));
    return packet;
}

bool is_right(const std::string& keys, const std::vector<std::byte>& packet)
{
    const std::span bytes{packet};
    return authenticator(keys)
        .verify(bytes.first(48), bytes.subspan(48), *parse_address("192.0.2.7"))
        .has_value();
}

} // namespace

TEST_GROUP(Disguise)
{
    sim::SimRandom random{sim::Chance{1}};
    Disguise disguise{random};
};

TEST(Disguise, LeavesNoSecretAndNoComment)
{
    const std::string text = disguise.keys(keys_file);
    for (const char* word : {"secret", "0123456789abcdef", "abc-zz", "ours", "mine"})
        CHECK(text.find(word) == std::string::npos);
    CHECK(text.find("\n1 SHA1 ") != text.npos);
    CHECK(text.find(" 192.0.2.0/24") != text.npos);
}

TEST(Disguise, KeepsWhatIsRightAndWrongAboutAFile)
{
    const auto real = ntp::parse_keys(keys_file);
    const auto stand_in = ntp::parse_keys(disguise.keys(keys_file));
    LONGS_EQUAL(2, real.keys.size());
    LONGS_EQUAL(1, real.faults.size());
    LONGS_EQUAL(real.keys.size(), stand_in.keys.size());
    LONGS_EQUAL(real.faults.size(), stand_in.faults.size());
    LONGS_EQUAL(real.faults[0].line, stand_in.faults[0].line);
    LONGS_EQUAL(16, stand_in.keys[1].secret.bytes().size());
}

TEST(Disguise, MakesARightPacketRightForTheStandIn)
{
    const std::string stand_in = disguise.keys(keys_file);
    for (const std::uint32_t id : {1u, 2u}) {
        const auto packet = signed_with(keys_file, id);
        const auto covered = disguise.packet(packet);
        CHECK(is_right(keys_file, packet));
        CHECK(is_right(stand_in, covered));
        CHECK_FALSE(is_right(keys_file, covered));
        CHECK(std::equal(packet.begin(), packet.begin() + 52, covered.begin()));
    }
}

TEST(Disguise, LeavesAWrongPacketWrong)
{
    const std::string stand_in = disguise.keys(keys_file);
    auto packet = signed_with(keys_file, 1);
    packet.back() ^= std::byte{1};
    CHECK(disguise.packet(packet) == packet);
    CHECK_FALSE(is_right(stand_in, packet));
}

TEST(Disguise, LeavesPacketsAloneWhereThereAreNoKeys)
{
    const auto packet = signed_with(keys_file, 1);
    CHECK(disguise.packet(packet) == packet);
}
