// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Figures of workers, summed.

#include "serve/figures.h"

#include <algorithm>

namespace timeball::serve {

WorkerFigures figures_of(const Worker& worker)
{
    const ClientList& list = worker.clients();
    const Client* oldest = list.oldest();
    SocketCounts traffic;
    for (const Worker::DoorFigures& door : worker.doors()) {
        traffic.wakeups += door.counts.wakeups;
        traffic.good_wakeups += door.counts.good_wakeups;
    }
    return {.clients = list.counts(),
        .client_octets = list.octets(),
        .oldest_age = oldest ? Seconds{worker.now() - list.view(*oldest).last} : Seconds{0},
        .macs = worker.mac_counts(),
        .traffic = traffic};
}

report::ClientListState client_state(
    std::span<const WorkerFigures> workers, const config::LiveConfig& config)
{
    report::ClientListState state{.is_enabled = config.monitor,
        .min_depth = config.mru.min_depth,
        .max_age = config.mru.max_age,
        .min_age = config.mru.min_age,
        .max_memory = config.mru.max_memory};
    for (const WorkerFigures& w : workers) {
        state.depth += w.clients.present;
        state.deepest += w.clients.most;
        state.max_depth += w.clients.capacity;
        state.memory += w.client_octets;
        state.exists += w.clients.met_again;
        state.added += w.clients.added;
        state.recycled_old += w.clients.recycled_old;
        state.recycled_full += w.clients.recycled_full;
        state.refused += w.clients.no_room;
        state.oldest_age = std::max(state.oldest_age, w.oldest_age);
    }
    state.hash_slots = state.depth; // each client has one of its own
    return state;
}

ntp::MacCounts mac_counts(std::span<const WorkerFigures> workers)
{
    ntp::MacCounts sum;
    for (const WorkerFigures& w : workers)
        sum += w.macs;
    return sum;
}

report::Traffic traffic(std::span<const WorkerFigures> workers)
{
    report::Traffic sum;
    for (const WorkerFigures& w : workers) {
        sum.wakeups += w.traffic.wakeups;
        sum.good_wakeups += w.traffic.good_wakeups;
    }
    return sum;
}

namespace {

std::string name_of(const Endpoint& at, std::span<const NetworkInterface> interfaces)
{
    if (at.address.is_any())
        return at.address.family == Family::ipv4 ? "v4wildcard" : "v6wildcard";
    const auto found
        = std::find_if(interfaces.begin(), interfaces.end(), [&](const NetworkInterface& i) {
              return i.address.family == at.address.family && i.address.octets == at.address.octets;
          });
    return found == interfaces.end() ? "gone" : found->name;
}

// The wildcard sockets serve all that no socket of its own serves.
std::uint32_t flags_of(const Endpoint& at)
{
    std::uint32_t flags = report::interface_up;
    if (at.address.is_loopback())
        flags |= report::interface_loopback;
    if (at.address.is_any())
        flags |= report::interface_wildcard;
    return flags;
}

} // namespace

std::vector<report::InterfaceRow> interface_rows(
    std::span<const std::vector<Worker::DoorFigures>> workers,
    std::span<const NetworkInterface> interfaces, Instant<Mono> now)
{
    std::vector<report::InterfaceRow> rows;
    for (const auto& doors : workers)
        for (const Worker::DoorFigures& door : doors) {
            auto row = std::find_if(rows.begin(), rows.end(),
                [&](const report::InterfaceRow& r) { return r.at == door.binding.at; });
            if (row == rows.end())
                row = rows.insert(rows.end(),
                    {.at = door.binding.at,
                        .name = name_of(door.binding.at, interfaces),
                        .is_enabled = !door.binding.drops,
                        .flags = flags_of(door.binding.at)});
            row->received += door.counts.received;
            row->sent += door.counts.sent;
            row->send_failed += door.counts.send_failed;
            row->up = std::max(row->up, Seconds{now - door.opened});
        }
    std::sort(rows.begin(), rows.end(),
        [](const report::InterfaceRow& a, const report::InterfaceRow& b) { return a.at < b.at; });
    return rows;
}

namespace {

// In the order in which ntpd lists them.
std::string words_of(const Rule& rule)
{
    static constexpr struct {
        std::uint32_t flag;
        const char* word;
    } flags[] = {{config::restrict_ignore, "ignore"}, {config::restrict_noserve, "noserve"},
        {config::restrict_notrust, "notrust"}, {config::restrict_noquery, "noquery"},
        {config::restrict_nomodify, "nomodify"}, {config::restrict_nopeer, "nopeer"},
        {config::restrict_notrap, "notrap"}, {config::restrict_limited, "limited"},
        {config::restrict_version, "version"}, {config::restrict_kod, "kod"},
        {config::restrict_flake, "flake"}, {config::restrict_mssntp, "mssntp"},
        {config::restrict_nomrulist, "nomrulist"}, {config::restrict_fuzz, "fuzz"}};
    std::string words;
    const auto add = [&](const char* word) { words.append(words.empty() ? "" : " ").append(word); };
    if (rule.ntpport)
        add("ntpport");
    if (rule.origin == Rule::Origin::source)
        add("source");
    for (const auto& [flag, word] : flags)
        if ((rule.flags & flag) != 0)
            add(word);
    return words;
}

} // namespace

RuleHits rule_hits(const Worker& worker)
{
    return {worker.setting().access, worker.rule_hits()};
}

std::vector<report::RuleRow> rule_rows(const AccessList& access, std::span<const RuleHits> workers,
    std::span<const std::uint64_t> fast)
{
    std::vector<report::RuleRow> rows;
    for (const Rule& rule : access.rules()) {
        report::RuleRow row{.address = rule.address, .mask = rule.mask, .words = words_of(rule)};
        if (rows.size() < fast.size())
            row.hits = fast[rows.size()];
        for (const RuleHits& w : workers)
            if (const auto same = w.access ? w.access->index_of(rule) : std::nullopt)
                row.hits += w.hits[*same];
        rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace timeball::serve
