// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// READ_ORDLIST: where we listen, and the access list, row by row.

#include "base/address.h"
#include "time/time.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace timeball::report {

// Bits of InterfaceRow::flags, as ntpd has them.
inline constexpr std::uint32_t interface_up = 0x1, interface_loopback = 0x4,
                               interface_wildcard = 0x80;

struct InterfaceRow {
    Endpoint at;
    std::string name;
    bool is_enabled = true; // false: what comes is discarded
    std::uint32_t flags = 0;
    std::uint64_t received = 0, sent = 0, send_failed = 0;
    std::uint32_t peers = 0; // sources that are asked from this address
    Seconds up{0}; // since it was opened
};

struct RuleRow {
    Address address, mask;
    std::uint64_t hits = 0;
    std::string words; // "ntpport source limited kod"
};

// As many rows as `room` octets hold.
std::string to_mode6(std::span<const InterfaceRow> rows, std::size_t room);
std::string to_mode6(std::span<const RuleRow> rows, std::size_t room);

} // namespace timeball::report
