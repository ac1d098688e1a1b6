// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What is known of the sources, written down and read back (base/memo.h).

#include "base/memo.h"
#include "source/sources.h"
#include "source/unavailable.h"

#include <algorithm>

namespace timeball {

template <class Memo>
void remember(Memo& memo, Address& a)
{
    memo(a.family, a.octets, a.scope);
    memo.check(a.family == Family::ipv4 || a.family == Family::ipv6);
}

template <class Memo>
void remember(Memo& memo, Endpoint& e)
{
    memo(e.address, e.port);
}

template <class Memo>
void remember(Memo& memo, LocalAddress& l)
{
    memo(l.address, l.interface);
}

namespace source {

template <class Memo>
void remember(Memo& memo, EventMark& m)
{
    memo(m.code, m.count);
}

template <class Memo>
void remember(Memo& memo, Schedule& s)
{
    memo(s.poll, s.floor, s.reach, s.unreach, s.falseticker, s.burst_left, s.waits_for_first,
        s.haste, s.haste_left, s.is_denied, s.last_sent, s.quiet_until);
    memo.check(s.burst_left >= 0 && s.burst_left <= 2 * burst_packets);
}

template <class Memo>
void remember(Memo& memo, ServerSource::Heard& h)
{
    memo(h.leap, h.stratum, h.version, h.poll, h.precision, h.root_delay, h.root_dispersion,
        h.reference_id, h.reference_time, h.transmit, h.destination);
}

template <class Memo>
void ServerSource::remember(Memo& memo, bool& was_waiting)
{
    memo.title("server");
    memo(was_waiting, addresses_, remote_, id_, schedule_, spread_, polls_here_, was_reached_,
        is_unroutable_, heard_, local_, local_port_, mark_, complaint_, flash_, reach_changed_,
        last_received_, next_poll_);
    memo(sent_, received_, bad_auth_, bogus_origin_, old_packet_, bad_distance_, selection_broken_);
    memo.check(remote_.has_value() == id_.has_value());
}

std::string ServerSource::written_down() const
{
    MemoWriter memo;
    bool was_waiting = association_.is_waiting() || held_;
    const_cast<ServerSource&>(*this).remember(memo, was_waiting); // which a writer does not change
    return memo.written();
}

bool ServerSource::recall(std::string_view text)
{
    MemoReader memo{text};
    bool was_waiting = false;
    remember(memo, was_waiting);
    const auto remote = std::exchange(remote_, std::nullopt); // not ours until it is certain
    if (!memo.is_done() || (remote && !common_.objection(*remote).empty()))
        return false;
    if (!remote) {
        lookup_.ask();
        return true;
    }
    remote_ = remote;
    common_.in_use.insert(*remote_);
    tried_.insert(remote_->address);
    common_.sink.changed(*id_, traits());
    schedule_.poll
        = std::clamp(schedule_.poll, config_.minpoll, std::max(config_.minpoll, config_.maxpoll));
    // The answer went to a socket that is closed. To ask again is part of the same poll, so that
    // none is missing in the register.
    if (was_waiting && schedule_.reach != 0) {
        ++schedule_.burst_left;
        schedule_.waits_for_first = false;
    }
    set_timer();
    return true;
}

template <class Memo>
void RefclockSource::remember(Memo& memo)
{
    memo.title("refclock");
    memo(id_, heard_id_, gives_pulses_, poll_, reach_, unreach_, was_reached_, first_batch_, drift_,
        mark_, timecode_, polls_, readings_, event_code_, event_count_, reach_changed_,
        last_received_);
    for (Complaints& c : complaints_)
        memo(c.count, c.last);
    memo.check(id_.has_value());
}

std::string RefclockSource::written_down() const
{
    MemoWriter memo;
    const_cast<RefclockSource&>(*this).remember(memo); // which a writer does not change
    return memo.written();
}

// The device is opened anew: the one before us has closed it.
bool RefclockSource::recall(std::string_view text)
{
    MemoReader memo{text};
    remember(memo);
    if (!memo.is_done()) {
        id_.reset(); // not ours
        return false;
    }
    common_.sink.changed(*id_, traits());
    poll_ = std::clamp(poll_, config_.minpoll, std::max(config_.minpoll, config_.maxpoll));
    opening_ = common_.edges.loop.after(Nanoseconds{0}, [this] { open(); });
    set_timer();
    return true;
}

template <class Memo>
void remember(Memo& memo, Sources::Recalled::Member& m)
{
    memo(m.id, m.host, m.memo);
}

template <class Memo>
void remember(Memo& memo, Sources::Recalled& r)
{
    memo(r.identity, r.id, r.mark, r.server, r.clock, r.members);
}

template <class Memo>
void remember(Memo& memo, Sources::Memory& m)
{
    memo.title("sources");
    memo(m.last_id, m.last_source, m.stamps_missed, m.entries);
}

std::string Sources::written_down() const
{
    Memory memory{last_id_, common_.last_source, common_.stamps_missed, {}};
    for (const Entry& e : entries_) {
        Recalled r{config::identity(e.config), e.id, e.mark, {}, {}, {}};
        if (e.server)
            r.server = e.server->written_down();
        if (e.clock)
            r.clock = e.clock->written_down();
        if (e.pool)
            for (const auto& member : e.pool->members())
                r.members.push_back(
                    {member->association(), member->name(), member->written_down()});
        memory.entries.push_back(std::move(r));
    }
    return timeball::written_down(memory);
}

bool Sources::recall(std::string_view memo)
{
    auto memory = read_back<Memory>(memo);
    if (!memory)
        return false;
    last_id_ = memory->last_id;
    common_.last_source = memory->last_source;
    common_.stamps_missed = memory->stamps_missed;
    recalled_ = std::move(memory->entries);
    return true;
}

// What cannot be recalled is left for make().
void Sources::recall(Entry& entry, const Recalled& memory)
{
    const config::SourceConfig& config = entry.config;
    if (!why_unavailable(config, common_.edges.devices != nullptr).empty())
        return;
    if (config.refclock) {
        auto clock = std::make_unique<RefclockSource>(
            common_, memory.id, config, *refclock::find_driver(config.refclock->driver));
        if (!clock->recall(memory.clock))
            return;
        entry.clock = std::move(clock);
    } else if (!memory.server.empty() && config.type != config::SourceType::pool) {
        auto server = std::make_unique<ServerSource>(
            common_, memory.id, config, ServerSource::Origin::configured);
        if (!server->recall(memory.server))
            return;
        entry.server = std::move(server);
    } else if (config.type == config::SourceType::pool) {
        entry.pool = std::make_unique<Pool>(common_, memory.id, config);
        for (const auto& member : memory.members)
            if (!is_used(member.id))
                entry.pool->recall(member.id, member.host, member.memo);
        entry.pool->start(Nanoseconds{0});
    } else {
        return;
    }
    entry.id = memory.id;
    entry.mark = memory.mark;
}

std::vector<sync::SourceId> Sources::ids() const
{
    std::vector<sync::SourceId> all;
    for (const report::Association& a : associations())
        if (!a.is_pool)
            all.push_back(a.source);
    return all;
}

} // namespace source
} // namespace timeball
