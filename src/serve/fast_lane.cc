// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Telling the fast path.

#include "serve/fast_lane.h"

#include "serve/governor.h"
#include "serve/rate_limiter.h"
#include "serve/xdp/rules.h"

#include <algorithm>

namespace timeball::serve {

std::vector<FastDoor> fast_doors(std::span<const Endpoint> listening,
    std::span<const NetworkInterface> interfaces, const std::vector<std::string>& names)
{
    std::vector<FastDoor> doors;
    const auto listen_at = [&](const NetworkInterface& on, Address address) {
        for (const Endpoint& socket : listening) {
            const Address any = Address::any(address.family);
            Address plain = socket.address;
            if (plain.scope == on.index)
                plain.scope = 0;
            address.scope = 0;
            if (socket.address == any || plain == address)
                doors.push_back({on.name, on.index, {address, socket.port}});
        }
    };
    for (const NetworkInterface& on : interfaces) {
        if (std::find(names.begin(), names.end(), on.name) == names.end())
            continue;
        // Of a VLAN's addresses nothing is known here: its tag may have been taken off already.
        for (const NetworkInterface& other : interfaces)
            if (other.index == on.index || (other.is_loopback && !other.address.is_loopback()))
                listen_at(on, other.address);
    }
    std::sort(doors.begin(), doors.end());
    doors.erase(std::unique(doors.begin(), doors.end()), doors.end());
    return doors;
}

bool FastLane::obey(const Setting& setting, std::span<const Endpoint> listening,
    std::span<const NetworkInterface> interfaces, int dscp)
{
    if (path_ == nullptr)
        return true;
    auto rules = xdp::fast_rules(*setting.access);
    if (access_ != setting.access) {
        // The fast path begins to count anew when it is given other rules.
        if (rules != rules_) {
            const auto hits = rule_hits();
            hits_before_.assign(setting.access->rules().size(), 0);
            for (std::size_t i = 0; i < hits.size(); ++i)
                if (const auto same = setting.access->index_of(access_->rules()[i]))
                    hits_before_[*same] = hits[i];
        }
        access_ = setting.access;
        rules_ = rules;
    }
    // Answers that are counted out are the workers' to give.
    const bool has_ceiling = setting.serve.max_rate > 0;
    auto faults = path_->obey(
        {.doors = has_ceiling ? std::vector<FastDoor>{} : fast_doors(listening, interfaces, names_),
            .rules = std::move(rules),
            .limit = setting.limit,
            .kiss_poll = RateLimiter{setting.limit}.kiss_poll(),
            .leaks = {{{RateLimiter::leak_after, RateLimiter::leak_one_in},
                {RateLimiter::leak_less_after, RateLimiter::leak_less_one_in}}},
            .kisses_a_second = Governor::kisses_a_second,
            .keeps_clients = setting.keeps_clients,
            .dscp = dscp});
    for (const std::string& name : names_)
        if (std::none_of(interfaces.begin(), interfaces.end(),
                [&](const NetworkInterface& one) { return one.name == name; }))
            faults.push_back(name + ": there is no such interface with an address");
    if (faults.empty())
        told_.clear();
    for (const std::string& fault : faults)
        if (told_.insert(fault).second)
            log_.write(Severity::warning, fault);
    return faults.empty();
}

void FastLane::add_to(Counts& counts) const
{
    if (path_ == nullptr)
        return;
    using enum ntp::Verdict;
    const FastCounts fast = path_->counts();
    const auto add = [&](ntp::Verdict verdict, std::uint64_t count) {
        counts.verdicts[static_cast<std::size_t>(verdict)] += count;
    };
    add(answered_client, fast.answered);
    add(answered_limited, fast.leaked);
    add(kiss_rate, fast.kissed);
    add(limited_silent, fast.silent);
    add(dropped_ignored, fast.ignored);
    add(dropped_noserve, fast.noserve);
    counts.sent += fast.answered + fast.leaked + fast.kissed;
    for (std::size_t version = 0; version < fast.versions.size(); ++version)
        counts.versions[version] += fast.versions[version];
    counts.version1_modes[static_cast<std::size_t>(ntp::Mode::client)] += fast.versions[1];
}

std::vector<std::uint64_t> FastLane::rule_hits() const
{
    if (path_ == nullptr || !access_)
        return {};
    auto hits = hits_before_;
    hits.resize(access_->rules().size());
    const auto now = path_->rule_hits(); // of the last rules nothing, where they are never the ones
    for (std::size_t i = 0; i < std::min(hits.size(), now.size()); ++i)
        hits[i] += now[i];
    return hits;
}

} // namespace timeball::serve
