// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// All sources: configured, mobilized, shown.

#include "source/sources.h"

#include "source/unavailable.h"

#include <fmt/format.h>

#include <algorithm>

namespace timeball::source {

namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds stagger = 50ms; // between the first packets to different servers
constexpr Nanoseconds patience_with_names = 10s; // before pools that answer take others' share
constexpr Nanoseconds tending_interval = 64s;

bool is_same_source(const config::SourceConfig& a, const config::SourceConfig& b)
{
    if (a.type != b.type || a.host != b.host || a.family != b.family || a.port != b.port
        || a.nts != b.nts || a.refclock.has_value() != b.refclock.has_value())
        return false;
    return !a.refclock
        || (a.refclock->driver == b.refclock->driver && a.refclock->unit == b.refclock->unit);
}

} // namespace

template <class Do>
void Sources::for_each_server(Do&& what) const
{
    for (const Entry& entry : entries_) {
        if (entry.server)
            what(*entry.server);
        if (entry.pool)
            for (const auto& member : entry.pool->members())
                what(*member);
    }
}

Sources::Sources(const Edges& edges, const CorrectionLog& corrections, Sink sink,
    const config::StartConfig& start)
    : common_{edges, corrections, std::move(sink), start.port},
      last_id_{static_cast<std::uint16_t>(1 + edges.random.below(32'000))},
      began_{edges.loop.now()}
{
    if (start.uses_ipv4 != start.uses_ipv6)
        common_.only_family = start.uses_ipv4 ? Family::ipv4 : Family::ipv6;
    common_.tend = [this] { tend_soon(); };
    refresh_own_addresses();
    watch_ = edges.network.watch(edges.loop, [this] { refresh_own_addresses(); });
}

Sources::~Sources()
{
    common_.tend = [] {};
}

void Sources::configure(const config::LiveConfig& config)
{
    common_.policy = config.policy;
    common_.dscp = config.dscp;

    // What goes is told of while it can still be seen.
    for (const Entry& e : entries_)
        if (std::none_of(config.sources.begin(), config.sources.end(),
                [&](const config::SourceConfig& c) { return is_same_source(e.config, c); }))
            common_.sink.event({e.id, PeerEvent::demobilize, Severity::info,
                fmt::format("{}: removed", display_name(e.config))});

    // What stays takes its place in the new order.
    std::vector<Entry> old = std::exchange(entries_, {});
    for (const config::SourceConfig& c : config.sources) {
        const auto same = std::find_if(old.begin(), old.end(),
            [&](const Entry& e) { return e.id.value != 0 && is_same_source(e.config, c); });
        entries_.push_back(same == old.end() ? Entry{} : std::exchange(*same, Entry{}));
    }
    // What goes makes room before others come: an address is asked by one source only.
    old.clear();

    // Who goes on comes first, and keeps its address and its number.
    for (std::size_t i = 0; i < entries_.size(); ++i)
        for (const Recalled& memory : recalled_)
            if (entries_[i].id.value == 0 && memory.identity == config::identity(config.sources[i])
                && !is_used(memory.id)) {
                entries_[i].config = config.sources[i];
                recall(entries_[i], memory);
            }
    recalled_.clear();

    Nanoseconds after{0};
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const config::SourceConfig& c = config.sources[i];
        if (entries_[i].id.value != 0) {
            change(entries_[i], c);
        } else {
            make(entries_[i], c, after);
            after += stagger;
        }
    }
    tend_soon();
}

// In its place, so that it can be seen by whoever hears of it.
void Sources::make(Entry& e, const config::SourceConfig& config, Nanoseconds after)
{
    e.config = config;
    e.id = new_id();
    if (const auto why = why_unavailable(config, common_.edges.devices != nullptr); !why.empty()) {
        e.mark.note(PeerEvent::mobilize);
        common_.sink.event({e.id, PeerEvent::mobilize, Severity::warning,
            fmt::format("{}: {}", display_name(config), why)});
    } else if (config.refclock) {
        e.clock = std::make_unique<RefclockSource>(
            common_, e.id, config, *refclock::find_driver(config.refclock->driver));
        e.clock->start(Nanoseconds{0});
    } else if (config.type == config::SourceType::pool) {
        e.pool = std::make_unique<Pool>(common_, e.id, config);
        e.pool->start(after);
    } else {
        e.server = std::make_unique<ServerSource>(
            common_, e.id, config, ServerSource::Origin::configured);
        e.server->start(after);
    }
}

void Sources::change(Entry& entry, const config::SourceConfig& config)
{
    entry.config = config;
    if (entry.server)
        entry.server->change(config);
    if (entry.pool)
        entry.pool->change(config);
    if (entry.clock)
        entry.clock->change(config);
}

void Sources::set_keys(std::shared_ptr<const ntp::KeyTable> keys)
{
    common_.keys = keys ? std::make_unique<ntp::Authenticator>(std::move(keys)) : nullptr;
}

ntp::MacCounts Sources::mac_counts() const
{
    return common_.keys ? common_.keys->counts() : ntp::MacCounts{};
}

// --- what the engine decided ---------------------------------------------------------------------

ServerSource* Sources::find(sync::SourceId id) const
{
    ServerSource* found = nullptr;
    for_each_server([&](ServerSource& s) {
        if (s.id() == id)
            found = &s;
    });
    return found;
}

RefclockSource* Sources::find_clock(sync::SourceId id) const
{
    for (const Entry& e : entries_)
        if (e.clock && e.clock->id() == id)
            return e.clock.get();
    return nullptr;
}

void Sources::heed(const sync::Outcome& outcome)
{
    for (const sync::NextPoll& next : outcome.polls)
        if (ServerSource* s = find(next.id))
            s->set_poll(next.poll, next.soon);
        else if (RefclockSource* c = find_clock(next.id))
            c->set_poll(next.poll);
    for (const sync::SourceView& view : outcome.sources)
        if (ServerSource* s = find(view.id))
            s->judge(view);
        else if (RefclockSource* c = find_clock(view.id))
            c->judge(view);
    for (const Entry& e : entries_)
        if (e.clock)
            e.clock->expect(outcome.system.frequency);
}

void Sources::clock_stepped()
{
    for_each_server([](ServerSource& s) { s.clock_stepped(); });
}

void Sources::begin_again()
{
    for_each_server([](ServerSource& s) { s.begin_again(); });
    for (const Entry& e : entries_)
        if (e.clock)
            e.clock->begin_again();
}

void Sources::poll_now()
{
    for_each_server([](ServerSource& s) { s.poll_now(); });
    for (const Entry& e : entries_)
        if (e.clock)
            e.clock->poll_now();
}

bool Sources::poll_now(AssociationId id)
{
    bool found = false;
    for_each_server([&](ServerSource& s) {
        if (s.association() == id) {
            s.poll_now();
            found = true;
        }
    });
    for (const Entry& e : entries_)
        if (e.clock && e.clock->association() == id) {
            e.clock->poll_now();
            found = true;
        }
    return found;
}

void Sources::note(sync::SourceId id, PeerEvent kind)
{
    if (ServerSource* s = find(id))
        s->note(kind);
    else if (RefclockSource* c = find_clock(id))
        c->note(kind);
}

std::string Sources::name(sync::SourceId id) const
{
    if (const ServerSource* s = find(id))
        return s->name();
    const RefclockSource* c = find_clock(id);
    return c ? c->name() : std::string{"a source that is gone"};
}

// --- pools ---------------------------------------------------------------------------------------

void Sources::tend_soon()
{
    if (!tending_)
        tending_ = common_.edges.loop.after(0ns, [this] { tend(); });
}

std::vector<Pool*> Sources::pools() const
{
    std::vector<Pool*> all;
    for (const Entry& e : entries_)
        if (e.pool)
            all.push_back(e.pool.get());
    return all;
}

std::size_t Sources::members() const
{
    std::size_t sum = 0;
    for (const Pool* pool : pools())
        sum += pool->members().size();
    return sum;
}

void Sources::tend()
{
    tending_.reset();
    const auto all = pools();
    if (all.empty())
        return;
    for (Pool* pool : all)
        pool->weed();

    // The solicitors themselves do not count.
    const auto limit = static_cast<std::size_t>(std::max(common_.policy.maxclock, 1));
    const std::size_t fixed = entries_.size() - all.size();
    const std::size_t room = limit > fixed ? limit - fixed : 0;
    const auto largest = [&all] {
        return *std::max_element(all.begin(), all.end(),
            [](const Pool* a, const Pool* b) { return a->members().size() < b->members().size(); });
    };
    while (members() > room) // the limit was lowered
        largest()->dismiss_one();

    // Names answer at different times: the first must not take what belongs to the others.
    const bool is_settled = common_.edges.loop.now() - began_ > patience_with_names
        || std::all_of(all.begin(), all.end(), [](const Pool* p) { return p->has_answered(); });
    mobilize(room, is_settled ? room : (room + all.size() - 1) / all.size());

    for (Pool* pool : all)
        if (members() < room ? !pool->has_candidate() : pool->wants_replacement())
            pool->want_more();
    looking_again_
        = common_.edges.loop.after(is_settled ? tending_interval : 1s, [this] { tend_soon(); });
}

// Members are spread over the pools as evenly as their candidates allow.
void Sources::mobilize(std::size_t room, std::size_t share)
{
    const auto all = pools();
    for (Nanoseconds after{0}; members() < room; after += stagger) {
        Pool* smallest = nullptr;
        for (Pool* pool : all)
            if (pool->members().size() < share && pool->has_candidate()
                && (!smallest || pool->members().size() < smallest->members().size()))
                smallest = pool;
        if (!smallest)
            return;
        smallest->mobilize(new_id(), after);
    }
}

// --- small ones ----------------------------------------------------------------------------------

bool Sources::is_used(AssociationId id) const
{
    bool is = false;
    for (const Entry& e : entries_)
        is = is || e.id == id;
    for_each_server([&](const ServerSource& s) { is = is || s.association() == id; });
    return is;
}

AssociationId Sources::new_id()
{
    do
        last_id_ = last_id_ == 65'535 ? 1 : static_cast<std::uint16_t>(last_id_ + 1);
    while (is_used({last_id_}));
    return {last_id_};
}

void Sources::refresh_own_addresses()
{
    common_.own.clear();
    for (const NetworkInterface& i : common_.edges.network.interfaces())
        common_.own.push_back(i.address);
}

std::vector<report::Association> Sources::associations() const
{
    std::vector<report::Association> all;
    for (const Entry& e : entries_) {
        if (e.pool)
            all.push_back(e.pool->report());
        else if (e.clock)
            all.push_back(e.clock->report());
        else if (!e.server)
            all.push_back(unavailable_report(e.config, e.id, e.mark));
    }
    for_each_server([&](const ServerSource& s) { all.push_back(s.report()); });
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    return all;
}

std::vector<Endpoint> Sources::remotes() const
{
    std::vector<Endpoint> all;
    for_each_server([&](const ServerSource& s) {
        if (s.remote())
            all.push_back(*s.remote());
    });
    return all;
}

} // namespace timeball::source
