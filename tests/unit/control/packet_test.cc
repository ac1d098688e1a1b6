// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The control message: encoding, decoding, fragments, and where a MAC may stand.

#include "control/packet.h"
#include "unit/control/capture.h"

#include <algorithm>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::control;

TEST_GROUP(ControlPacket){};

TEST(ControlPacket, SurvivesTheWayThereAndBack)
{
    const Header h{.leap = Leap::remove,
        .version = 3,
        .is_response = true,
        .is_error = true,
        .has_more = true,
        .opcode = Opcode::unset_trap,
        .sequence = 0x1234,
        .status = 0x5678,
        .association = {0x9abc},
        .offset = 0xdef0,
        .count = 5};
    const auto wire = encode(h, as_bytes("hello"));
    LONGS_EQUAL(20, wire.size());

    const auto seen = decode(wire);

    CHECK(seen.has_value());
    CHECK(seen->header == h);
    CHECK(seen->is_sound());
    CHECK(as_text(seen->data()) == "hello");
}

TEST(ControlPacket, KnowsTheOctetsOfARealRequest)
{
    // ntpq's first: LI 3, version 2, READSTAT, sequence 1
    const auto wire = encode(
        {.leap = Leap::unsynchronized, .version = 2, .opcode = Opcode::read_status, .sequence = 1},
        {});
    CHECK(wire == recorded("peers.hex").front().datagram);
}

TEST(ControlPacket, ReadsEveryRecordedDatagramAndWritesItAgain)
{
    int seen = 0;
    for (const char* name :
        {"peers.hex", "rv.hex", "sysinfo.hex", "config.hex", "ntpstat.hex", "trace.hex"}) {
        for (const auto& [is_request, datagram] : recorded(name)) {
            const auto message = decode(datagram);
            CHECK(message.has_value());
            CHECK_EQUAL(is_request, !message->header.is_response);
            if (message->header.is_error)
                continue; // ntpd leaves an old count in some of them
            CHECK(message->is_sound());
            Header again = message->header;
            const auto wire = encode(again, message->data());
            const auto unpadded = header_size + message->header.count;
            CHECK(std::equal(wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(unpadded),
                datagram.begin()));
            ++seen;
        }
    }
    CHECK(seen > 60);
}

TEST(ControlPacket, IsNothingWhenShortOrOfAnotherMode)
{
    Bytes wire = encode({}, {});
    CHECK(decode(wire).has_value());
    CHECK_FALSE(decode(std::span{wire}.first(header_size - 1)).has_value());
    wire[0] = std::byte{0x23};
    CHECK_FALSE(decode(wire).has_value());
}

TEST(ControlPacket, IsUnsoundWhenItAnnouncesWhatIsNotThere)
{
    Bytes wire = encode({}, as_bytes("abcd"));
    wire[11] = std::byte{5};
    CHECK_FALSE(decode(wire)->is_sound());
    wire[11] = std::byte{4};
    CHECK(decode(wire)->is_sound());
    wire.push_back(std::byte{0});
    CHECK_FALSE(decode(wire)->is_sound()); // not a multiple of four

    Bytes large(header_size + 600);
    large[0] = std::byte{0x16};
    large[10] = std::byte{1};
    large[11] = std::byte{0xd5}; // 469
    CHECK_FALSE(decode(large)->is_sound());
}

TEST(ControlPacket, PadsWithZeros)
{
    const auto wire = encode({}, as_bytes("abcde"));
    for (std::size_t i = header_size + 5; i < wire.size(); ++i)
        CHECK(wire[i] == std::byte{0});
}

TEST(ControlPacket, FillsEveryFragmentButTheLast)
{
    const std::string text(2 * max_data + 7, 'x');
    const auto all = fragments({.is_response = true, .status = 0x0615}, as_bytes(text));

    LONGS_EQUAL(3, all.size());
    std::size_t offset = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto message = decode(all[i]);
        CHECK(message->is_sound());
        LONGS_EQUAL(offset, message->header.offset);
        LONGS_EQUAL(0x0615, message->header.status);
        CHECK_EQUAL(i + 1 < all.size(), message->header.has_more);
        offset += message->header.count;
    }
    LONGS_EQUAL(text.size(), offset);
}

TEST(ControlPacket, HasOneFragmentOfNothing)
{
    const auto all = fragments({}, {});
    LONGS_EQUAL(1, all.size());
    LONGS_EQUAL(header_size, all[0].size());
}

TEST(ControlPacket, DoesNotEndInAnEmptyFragment)
{
    LONGS_EQUAL(2, fragments({}, as_bytes(std::string(2 * max_data, 'x'))).size());
}

TEST(ControlPacket, FindsTheMacOfARealRequest)
{
    // :config with a SHA-1 key: 13 octets of text, padded to eight by ntpq 1.2.2
    const auto datagram = recorded("config.hex").front().datagram;
    const auto message = decode(datagram);

    const auto macs = possible_macs(datagram, *message);

    CHECK_FALSE(macs[0].has_value());
    CHECK(macs[1].has_value());
    LONGS_EQUAL(1, macs[1]->key.value);
    LONGS_EQUAL(20, macs[1]->digest.size());
    LONGS_EQUAL(datagram.size() - 24, macs[1]->covered);
}

TEST(ControlPacket, TakesNoTrailingZerosForAMac)
{
    // ntpstat sends 576 octets, nearly all of them zero
    const auto datagram = recorded("ntpstat.hex").front().datagram;
    const auto message = decode(datagram);
    CHECK(message->is_sound());
    for (const auto& mac : possible_macs(datagram, *message))
        CHECK_FALSE(mac.has_value());
}

TEST(ControlPacket, HasOnePlaceForAMacWhereBothPaddingsAgree)
{
    Bytes datagram = encode({}, as_bytes("abcd")); // 16 octets
    for (int i = 0; i < 24; ++i)
        datagram.push_back(std::byte{7});
    const auto macs = possible_macs(datagram, *decode(datagram));
    CHECK(macs[0].has_value());
    LONGS_EQUAL(0x07070707, macs[0]->key.value);
    LONGS_EQUAL(16, macs[0]->covered);
    CHECK_FALSE(macs[1].has_value());
}
