// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Members of a pool, and where they come from.

#include "source/pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace timeball::source {

namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds pause = 64s; // between questions to a name that gives too few
constexpr Nanoseconds freshness = 10min; // an older answer is no source of replacements
constexpr Nanoseconds spurn_time = 1h; // before a bad address may come back
constexpr Nanoseconds spurn_time_denied = 24h;

std::string_view reason(Complaint complaint)
{
    switch (complaint) {
    case Complaint::none:
        break;
    case Complaint::unreachable:
        return "it was silent for long";
    case Complaint::falseticker:
        return "the others outvoted it for long";
    case Complaint::unroutable:
        return "there is no way to it";
    case Complaint::denied:
        return "it refused service";
    }
    return "it is not wanted";
}

} // namespace

Pool::Pool(Common& common, AssociationId id, const config::SourceConfig& config)
    : common_{common},
      association_id_{id},
      config_{config},
      lookup_{common.edges, config.host, config.family ? config.family : common.only_family,
          [this](const Resolver::Answer& answer) { resolved(answer); }}
{
    say(PeerEvent::mobilize, Severity::debug, "looks for servers");
}

void Pool::start(Nanoseconds after)
{
    timer_ = common_.edges.loop.after(after, [this] { lookup_.ask(); });
}

void Pool::change(const config::SourceConfig& config)
{
    config_ = config;
    for (const auto& member : members_) {
        auto own = config;
        own.host = member->name();
        member->change(own);
    }
}

void Pool::resolved(const Resolver::Answer& answer)
{
    has_answered_ = true;
    if (answer) {
        candidates_.assign(answer->begin(), answer->end());
        answered_at_ = common_.edges.loop.now();
        is_failing_ = false;
    } else if (!std::exchange(is_failing_, true))
        say(PeerEvent::none, Severity::warning,
            "the name could not be looked up; asking again, less and less often");
    common_.tend();
}

bool Pool::has_candidate()
{
    const Instant<Mono> now = common_.edges.loop.now();
    if (now - answered_at_ > freshness)
        candidates_.clear();
    std::erase_if(common_.spurned, [now](const auto& entry) { return entry.second <= now; });
    std::erase_if(candidates_, [this](const Address& a) {
        return common_.spurned.contains(a) || !common_.objection({a, config_.port}).empty();
    });
    return !candidates_.empty();
}

config::SourceConfig Pool::member_config(const std::string& host) const
{
    config::SourceConfig own = config_;
    own.type = config::SourceType::server;
    own.host = host;
    own.family.reset();
    own.is_preemptible = true;
    return own;
}

bool Pool::recall(AssociationId id, const std::string& host, std::string_view memo)
{
    auto member = std::make_unique<ServerSource>(
        common_, id, member_config(host), ServerSource::Origin::pool);
    if (!member->recall(memo))
        return false;
    members_.push_back(std::move(member));
    return true;
}

void Pool::mobilize(AssociationId id, Nanoseconds after)
{
    assert(!candidates_.empty());
    const auto own = member_config(to_string(candidates_.front()));
    candidates_.pop_front();
    lookup_.forget_failures();
    members_.push_back(
        std::make_unique<ServerSource>(common_, id, own, ServerSource::Origin::pool));
    members_.back()->start(after);
}

void Pool::want_more()
{
    if (has_answered_)
        lookup_.ask_later(pause);
}

bool Pool::wants_replacement() const
{
    return std::any_of(members_.begin(), members_.end(),
        [](const auto& m) { return m->complaint() != Complaint::none; });
}

void Pool::weed()
{
    std::size_t replaced = 0;
    for (std::size_t i = members_.size(); i-- > 0;) {
        const Complaint complaint = members_[i]->complaint();
        if (complaint == Complaint::none)
            continue;
        if (complaint == Complaint::denied) {
            give_up(i);
        } else if (has_candidate() && replaced < candidates_.size()) {
            ++replaced;
            give_up(i);
        }
    }
}

void Pool::give_up(std::size_t member)
{
    const ServerSource& bad = *members_[member];
    const Complaint complaint = bad.complaint();
    if (const auto address = parse_address(bad.name()))
        common_.spurned[*address] = common_.edges.loop.now()
            + (complaint == Complaint::denied ? spurn_time_denied : spurn_time);
    demobilize(member, reason(complaint));
}

void Pool::dismiss_one()
{
    demobilize(members_.size() - 1, "there are enough without it");
}

void Pool::demobilize(std::size_t member, std::string_view why)
{
    const ServerSource& gone = *members_[member];
    common_.sink.event({gone.association(), PeerEvent::demobilize, Severity::info,
        fmt::format("{}: given up as a member of {}: {}", gone.name(), config_.host, why)});
    members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(member));
}

void Pool::say(PeerEvent kind, Severity severity, const std::string& text)
{
    if (kind != PeerEvent::none)
        mark_.note(kind);
    common_.sink.event(
        {association_id_, kind, severity, fmt::format("{}: {}", config_.host, text)});
}

report::Association Pool::report() const
{
    report::Association a;
    a.id = association_id_;
    a.host_name = config_.host;
    a.remote.port = config_.port;
    a.is_pool = true;
    a.reference_id = ReferenceId::letters("POOL");
    a.host_poll = a.peer_poll = config_.minpoll;
    a.version = config_.version;
    a.event_count = mark_.count;
    a.event_code = static_cast<std::uint8_t>(mark_.code);
    return a;
}

} // namespace timeball::source
