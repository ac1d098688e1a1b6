// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The codes of RFC 9327 in words.

#include "timeball/figures.h"

#include <array>
#include <fmt/format.h>

namespace timeball::console {

char tally(sync::Select select)
{
    return " x.-+#*o"[static_cast<std::size_t>(select) & 7];
}

std::string_view in_words(sync::Select select)
{
    switch (select) {
    case sync::Select::reject:
        return "rejected";
    case sync::Select::falseticker:
        return "falseticker";
    case sync::Select::excess:
        return "excess";
    case sync::Select::outlier:
        return "outlier";
    case sync::Select::candidate:
        return "candidate";
    case sync::Select::backup:
        return "backup";
    case sync::Select::system_peer:
        return "system peer";
    case sync::Select::pps_peer:
        return "PPS peer";
    }
    return "";
}

std::string_view in_words(Leap leap)
{
    switch (leap) {
    case Leap::none:
        return "none";
    case Leap::insert:
        return "insert 23:59:60";
    case Leap::remove:
        return "remove 23:59:59";
    case Leap::unsynchronized:
        return "unsynchronized";
    }
    return "";
}

std::string_view event_in_words(unsigned peer_event_code)
{
    constexpr std::array<std::string_view, 16> events{"nothing yet", "mobilized", "demobilized",
        "became unreachable", "became reachable", "restarted", "no reply", "rate exceeded",
        "access denied", "leap second armed", "became system peer", "clock event",
        "bad authentication", "popcorn spike", "interleaved mode entered",
        "interleaved mode error"};
    return events[peer_event_code & 15];
}

std::vector<std::string> flash_in_words(std::uint16_t flash)
{
    struct Test {
        std::uint16_t bit;
        const char* name;
        const char* sentence;
    };
    // The tests of RFC 5905, in the order of the reference implementation's bits.
    constexpr std::array<Test, 14> tests{{
        {0x0001, "pkt_dup", "a duplicate, or nobody asked for it"},
        {0x0002, "pkt_bogus", "does not match our request"},
        {0x0004, "pkt_unsync", "lacks a timestamp"},
        {0x0008, "pkt_denied", "the server denies access"},
        {0x0010, "pkt_auth", "authentication failed"},
        {0x0020, "pkt_stratum", "the server is not synchronized"},
        {0x0040, "pkt_header", "header or root distance out of bounds"},
        {0x0080, "pkt_autokey", "Autokey failed"},
        {0x0100, "pkt_crypto", "Autokey failed"},
        {0x0200, "peer_stratum", "not synchronized, or stratum out of bounds"},
        {0x0400, "peer_dist", "root distance too large"},
        {0x0800, "peer_loop", "synchronized to us"},
        {0x1000, "peer_unreach", "unreachable, or not to be selected"},
        {0x2000, "pkt_late", "took too long to answer"},
    }};
    std::vector<std::string> words;
    for (const Test& test : tests)
        if ((flash & test.bit) != 0)
            words.push_back(fmt::format("{}: {}", test.name, test.sentence));
    return words;
}

} // namespace timeball::console
