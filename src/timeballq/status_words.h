// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Status words in ntpq's words (RFC 9327, section 3).

#include <cstdint>
#include <string>
#include <string_view>

namespace timeball::query {

std::string system_status_words(std::uint16_t status); // "leap_none, sync_ntp, 1 event, clock_sync"
std::string peer_status_words(
    std::uint16_t status); // "conf, reach, sel_sys.peer, 1 event, sys_peer"
std::string clock_status_words(std::uint16_t status); // "1 event, clk_no_reply"

// The parts of a peer's status word, each as one column.
struct PeerColumns {
    std::string_view configured, reach, authentication, condition, event;
    unsigned events;
};
PeerColumns peer_columns(std::uint16_t status);

// The one character before a peer's name in a billboard.
char tally(std::uint16_t peer_status);

} // namespace timeball::query
