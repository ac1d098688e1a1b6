// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What is handed over, as text (base/memo.h).

#include "daemon/handover.h"

#include "base/memo.h"

namespace timeball {

namespace {

// One more whenever anything that is written down changes, here or in other rooms.
constexpr std::string_view version = "timeball-handover-1";

constexpr std::size_t most_workers = 1024;

} // namespace

template <class Memo>
void remember(Memo& memo, SipKey& key)
{
    memo(key.k0, key.k1);
}

namespace report {

template <class Memo>
void remember(Memo& memo, ServerCounters& c)
{
    memo(c.received, c.processed, c.this_version, c.old_version, c.version1, c.version1_client,
        c.version1_zero, c.version1_symmetric, c.bad_format, c.bad_auth, c.declined, c.restricted,
        c.limited, c.kisses_sent, c.control_requests, c.dropped, c.sent, c.send_failed);
}

} // namespace report

namespace serve {

template <class Memo>
void remember(Memo& memo, Counts& c)
{
    memo(c.verdicts, c.versions, c.version1_modes, c.sent, c.control_sent, c.send_failed);
}

template <class Memo>
void remember(Memo& memo, ClientList::Counts& c)
{
    memo(c.present, c.most, c.capacity, c.met_again, c.added, c.recycled_old, c.recycled_full,
        c.no_room);
}

template <class Memo>
void remember(Memo& memo, ClientList::Estate& e)
{
    memo(e.key, e.prefixes.v6, e.prefixes.v4, e.epoch, e.counts);
    memo.check(e.prefixes.v6 >= 0 && e.prefixes.v6 <= 128);
    memo.check(e.prefixes.v4 >= 0 && e.prefixes.v4 <= 32);
}

template <class Memo>
void remember(Memo& memo, Estate& e)
{
    memo.title(version);
    memo(e.lists, e.split_key, e.counts);
    memo.check(e.lists.size() <= most_workers);
}

} // namespace serve

namespace daemon {

template <class Memo>
void remember(Memo& memo, EventCount& e)
{
    memo(e.code, e.count);
}

template <class Memo>
void remember(Memo& memo, SteeringAccount& a)
{
    memo(a.utc, a.free, a.correction, a.slew_left, a.slew_rate);
}

template <class Memo>
void remember(Memo& memo, Handover& h)
{
    memo.title(version);
    memo(h.clock, h.account, h.engine, h.sources, h.events, h.followed_since, h.valid_from, h.epoch,
        h.was_synchronized, h.last_leap, h.started, h.hour_began, h.hour_began_at);
}

std::string format_handover(const Handover& handover)
{
    return written_down(handover);
}

std::optional<Handover> parse_handover(std::string_view text)
{
    return read_back<Handover>(text);
}

std::string format_estate(const serve::Estate& estate)
{
    return written_down(estate);
}

std::optional<serve::Estate> parse_estate(std::string_view text)
{
    return read_back<serve::Estate>(text);
}

} // namespace daemon
} // namespace timeball
