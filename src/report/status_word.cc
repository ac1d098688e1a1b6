// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Status words of system, associations and reference clocks.

#include "report/status_word.h"

#include <algorithm>

namespace timeball::report {

namespace {

// The low octet of every status word: how often the last event came, and which it was.
unsigned event(unsigned count, unsigned code)
{
    return std::min(count, 15u) << 4 | (code & 15);
}

} // namespace

std::uint16_t system_status(const System& system)
{
    return static_cast<std::uint16_t>(static_cast<unsigned>(system.sync.leap) << 14
        | (system.source_code & 63u) << 8 | event(system.event_count, system.event_code));
}

std::uint16_t peer_status(const Association& association)
{
    unsigned status = static_cast<unsigned>(association.view.select) & 7;
    if (association.is_configured)
        status |= 0x80;
    if (association.wants_authentication)
        status |= 0x40;
    if (association.is_authenticated)
        status |= 0x20;
    if (association.reach != 0)
        status |= 0x10;
    if (association.is_broadcast)
        status |= 0x08;
    return static_cast<std::uint16_t>(
        status << 8 | event(association.event_count, association.event_code));
}

std::uint16_t clock_status(const ReferenceClock& clock)
{
    return static_cast<std::uint16_t>(event(clock.event_count, clock.event_code));
}

} // namespace timeball::report
