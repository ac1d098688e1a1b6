// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "timeball/journal.h"

#include "timeball/words.h"

#include <algorithm>
#include <fmt/format.h>

namespace timeball::console {

namespace {

constexpr std::size_t most = 2000;

std::string name_in(const Answers& answers, AssociationId id, bool is_numeric)
{
    for (const Peer& peer : answers.peers)
        if (peer.id == id)
            return peer.figures.name(is_numeric);
    return {};
}

const Peer* find(const Answers& answers, AssociationId id)
{
    const auto at = std::find_if(answers.peers.begin(), answers.peers.end(),
        [&](const Peer& peer) { return peer.id == id; });
    return at == answers.peers.end() ? nullptr : &*at;
}

void compare_systems(
    std::vector<Happening>& news, const Answers& before, const Answers& now, bool is_numeric)
{
    const auto say = [&](Role role, std::string words) {
        news.push_back({role, std::move(words)});
    };
    const SystemFigures &was = before.system, &is = now.system;
    if (before.served.uptime && now.served.uptime && *now.served.uptime < *before.served.uptime)
        say(Role::caution, "the server was started anew");
    if (was.is_synchronized() && !is.is_synchronized())
        say(Role::bad, "not synchronized any more");
    if (!was.is_synchronized() && is.is_synchronized())
        say(Role::good, "synchronized");
    if (is.peer != was.peer) {
        const std::string name = name_in(now, is.peer, is_numeric);
        const std::string old = name_in(before, was.peer, is_numeric);
        if (!name.empty())
            say(Role::good,
                old.empty() ? "follows " + name : fmt::format("follows {}, not {}", name, old));
        else if (!old.empty())
            say(Role::caution, "does not follow " + old + " any more");
    }
    if (was.stratum && is.stratum && was.stratum->value != is.stratum->value)
        say(is.stratum->value > was.stratum->value ? Role::caution : Role::text,
            fmt::format("stratum {}, was {}", is.stratum->value, was.stratum->value));
    if (was.leap && is.leap && *was.leap != *is.leap
        && (*is.leap == Leap::insert || *is.leap == Leap::remove))
        say(Role::caution,
            fmt::format("a leap second comes at the end of this month: {}", in_words(*is.leap)));
}

void compare_peers(
    std::vector<Happening>& news, const Peer& was, const Peer& is, const std::string& name)
{
    const auto say = [&](Role role, std::string_view words) {
        news.push_back({role, fmt::format("{}: {}", name, words)});
    };
    if (is.status.is_reachable != was.status.is_reachable)
        say(is.status.is_reachable ? Role::good : Role::caution,
            is.status.is_reachable ? "reachable" : "unreachable");
    const auto selected = is.status.select, before = was.status.select;
    if (selected == before)
        return;
    if (selected == sync::Select::falseticker)
        say(Role::bad, "is a falseticker: it contradicts the majority");
    else if (before == sync::Select::falseticker && selected != sync::Select::reject)
        say(Role::good, fmt::format("no falseticker any more, {}", in_words(selected)));
    else if (selected == sync::Select::reject && is.status.is_reachable)
        say(Role::caution, fmt::format("rejected, was {}", in_words(before)));
}

void compare_events(
    std::vector<Happening>& news, const Peer& was, const Peer& is, const std::string& name)
{
    // What is told in other words above is left out.
    constexpr unsigned worth_saying
        = 1u << 5 | 1u << 7 | 1u << 8 | 1u << 9 | 1u << 11 | 1u << 12 | 1u << 13;
    const bool is_new = is.status.event_code != was.status.event_code
        || is.status.event_count > was.status.event_count;
    if (is_new && (worth_saying >> is.status.event_code & 1) != 0)
        news.push_back(
            {Role::caution, fmt::format("{}: {}", name, event_in_words(is.status.event_code))});
}

} // namespace

std::vector<Happening> differences(const Answers* before, const Answers& now, bool is_numeric)
{
    std::vector<Happening> news;
    if (!before) {
        const std::string name = name_in(now, now.system.peer, is_numeric);
        news.push_back({Role::text,
            now.system.is_synchronized()
                ? "first answer: synchronized" + (name.empty() ? "" : ", follows " + name)
                : std::string{"first answer: not synchronized"}});
        return news;
    }
    compare_systems(news, *before, now, is_numeric);
    for (const Peer& peer : now.peers) {
        const std::string name = peer.figures.name(is_numeric);
        if (const Peer* was = find(*before, peer.id)) {
            compare_peers(news, *was, peer, name);
            compare_events(news, *was, peer, name);
        } else {
            news.push_back({Role::text, name + ": a new association"});
        }
    }
    for (const Peer& peer : before->peers)
        if (!find(now, peer.id))
            news.push_back({Role::text, peer.figures.name(is_numeric) + ": gone"});
    return news;
}

std::vector<Happening> told_happenings(
    const Answers& now, const std::optional<ntp::Timestamp>& known)
{
    std::vector<Happening> news; // "0x01234567.89abcdef words | 0x..."
    const std::string all = now.own ? now.own->get("tb_events") : std::string{};
    std::string_view rest = all;
    while (!rest.empty()) {
        const std::string_view one = rest.substr(0, rest.find(" | "));
        rest.remove_prefix(std::min(rest.size(), one.size() + 3));
        const std::size_t blank = one.find(' ');
        const auto clock = timestamp(one.substr(0, blank));
        if (!clock || blank == one.npos || (known && between(*known, *clock) <= Seconds{0}))
            continue;
        Happening happening{Role::text, std::string{one.substr(blank + 1)}};
        happening.clock = clock;
        news.push_back(std::move(happening));
    }
    std::stable_sort(news.begin(), news.end(), [](const Happening& a, const Happening& b) {
        return between(*a.clock, *b.clock) > Seconds{0};
    });
    return news;
}

void note(Server& server, std::vector<Happening> news, Instant<Mono> now)
{
    for (Happening& happening : news) {
        happening.when = now;
        happening.number = ++server.happenings;
        const bool has_clock = server.answers && server.answers->system.clock;
        if (has_clock && happening.clock) {
            happening.when -= rounded(between(*happening.clock, *server.answers->system.clock));
        } else if (has_clock) {
            const double passed = Seconds{now - server.answered}.count();
            happening.clock = ntp::Timestamp{server.answers->system.clock->bits
                + static_cast<std::uint64_t>(static_cast<std::int64_t>(passed * 4294967296.0))};
        }
        server.journal.push_front(std::move(happening));
    }
    while (server.journal.size() > most)
        server.journal.pop_back();
}

} // namespace timeball::console
