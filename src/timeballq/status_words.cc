// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Status words in words.

#include "timeballq/status_words.h"

#include <fmt/format.h>

#include <array>

namespace timeball::query {

namespace {

using Names = std::array<std::string_view, 16>; // empty: a code without a name

constexpr std::array<std::string_view, 4> leaps{
    "leap_none", "leap_add_sec", "leap_del_sec", "leap_alarm"};
constexpr Names sources{"unspec", "pps", "lf_radio", "hf_radio", "uhf_radio", "local", "ntp",
    "other", "wristwatch", "telephone"};
constexpr Names system_events{"unspecified", "freq_not_set", "freq_set", "spike_detect",
    "freq_mode", "clock_sync", "restart", "panic_stop", "no_sys_peer", "leap_armed",
    "leap_disarmed", "leap_event", "clock_step", "kern", "TAI", "stale_leapsecond_values"};
constexpr Names peer_events{"", "mobilize", "demobilize", "unreachable", "reachable", "restart",
    "no_reply", "rate_exceeded", "access_denied", "leap_armed", "sys_peer", "clock_event",
    "bad_auth", "popcorn"};
constexpr Names clock_events{
    "unspec", "no_reply", "bad_format", "fault", "bad_signal", "bad_date", "bad_time"};
constexpr std::array<std::string_view, 8> conditions{
    "reject", "falsetick", "excess", "outlier", "candidate", "backup", "sys.peer", "pps.peer"};

std::string name(const Names& names, std::string_view prefix, unsigned code)
{
    if (code < names.size() && !names[code].empty())
        return fmt::format("{}{}", prefix, names[code]);
    return fmt::format("{}{}", prefix, code);
}

std::string events(std::uint16_t status)
{
    const unsigned count = status >> 4 & 15;
    if (count == 0)
        return "no events";
    return fmt::format("{} event{}", count, count == 1 ? "" : "s");
}

} // namespace

std::string system_status_words(std::uint16_t status)
{
    return fmt::format("{}, {}, {}, {}", leaps[status >> 14],
        name(sources, "sync_", status >> 8 & 63), events(status),
        name(system_events, "", status & 15));
}

std::string peer_status_words(std::uint16_t status)
{
    constexpr std::array<std::pair<unsigned, std::string_view>, 5> flags{{{0x8000, "conf, "},
        {0x4000, "authenb, "}, {0x2000, "auth, "}, {0x1000, "reach, "}, {0x0800, "bcast, "}}};
    std::string words;
    for (const auto& [bit, word] : flags) {
        if (status & bit)
            words += word;
    }
    words += fmt::format("sel_{}, {}", conditions[status >> 8 & 7], events(status));
    const unsigned event = status & 15;
    if (event != 0)
        words += ", " + name(peer_events, peer_events[event].empty() ? "_" : "", event);
    return words;
}

std::string clock_status_words(std::uint16_t status)
{
    return fmt::format("{}, {}", events(status), name(clock_events, "clk_", status & 15));
}

PeerColumns peer_columns(std::uint16_t status)
{
    const bool is_broadcast = status & 0x0800, is_reachable = status & 0x1000,
               is_authentic = status & 0x2000, wants_authentication = status & 0x4000;
    return {.configured = status & 0x8000 ? "yes" : "no",
        .reach = is_broadcast ? "none"
            : is_reachable    ? "yes"
                              : "no",
        .authentication = !wants_authentication ? "none"
            : is_authentic                      ? "ok "
                                                : "bad",
        .condition = conditions[status >> 8 & 7],
        .event = (status & 15) == 11 ? "clock_alarm" : peer_events[status & 15],
        .events = status >> 4u & 15u};
}

char tally(std::uint16_t peer_status)
{
    return " x.-+#*o"[peer_status >> 8 & 7];
}

} // namespace timeball::query
