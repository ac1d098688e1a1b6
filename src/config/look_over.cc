// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What can only be seen when all has been read.

#include "config/look_over.h"

#include <fmt/format.h>

#include <algorithm>

namespace timeball::config {

namespace {

using Severity = Diagnostic::Severity;

void tell(Draft& draft, Severity severity, std::string text)
{
    draft.diagnostics.push_back({severity, "", 0, 0, std::move(text)});
}

void look_at_kisses(Draft& draft)
{
    const auto does_nothing = [&](const auto& what) {
        const auto flags = draft.access.flags(what);
        return flags && (*flags & restrict_kod) != 0 && (*flags & restrict_limited) == 0;
    };
    for (const KissLine& said : draft.kisses)
        if (std::any_of(said.entries.begin(), said.entries.end(), does_nothing)
            || (said.name && does_nothing(*said.name)))
            draft.warn(said.line, said.subject.column,
                fmt::format(
                    "'kod' for {} does nothing without 'limited'", quoted(said.subject.text)));
}

void look_at_monitor(Draft& draft)
{
    LiveConfig& live = draft.config.live;
    const bool limits = std::any_of(live.restrictions.begin(), live.restrictions.end(),
        [](const RestrictEntry& entry) { return (entry.flags & restrict_limited) != 0; });
    if (live.monitor || !limits)
        return;
    live.monitor = true;
    tell(draft, Severity::note, "'monitor' stays on: 'limited' needs the list of recent clients");
}

// A server that asks itself believes itself.
void look_for_ourselves(Draft& draft)
{
    auto& sources = draft.config.live.sources;
    const auto is_ourselves = [&](const SourceConfig& source) {
        const auto address = parse_address(source.host);
        return source.type != SourceType::refclock && address
            && *address == Address::loopback(address->family)
            && source.port == draft.config.start.port;
    };
    for (const SourceConfig& source : sources)
        if (is_ourselves(source))
            draft.diagnostics.push_back({Severity::warning, source.file, source.line, 0,
                fmt::format("{} is this server itself; it was left out", quoted(source.host))});
    sources.erase(std::remove_if(sources.begin(), sources.end(), is_ourselves), sources.end());
}

void look_at_sources(Draft& draft)
{
    const LiveConfig& live = draft.config.live;
    int servers = 0;
    bool is_enough = false;
    for (const SourceConfig& source : live.sources) {
        if (source.is_noselect)
            continue;
        is_enough |= source.type == SourceType::pool || source.type == SourceType::refclock;
        ++servers;
    }
    if (servers == 0 && live.policy.orphan == Stratum::unsynchronized)
        tell(draft, Severity::warning,
            "there is no source of time: name servers, a pool or a reference clock");
    else if (servers > 0 && servers < 4 && !is_enough)
        tell(draft, Severity::note,
            fmt::format("{} server{} {} few: with four, one may fail and another lie", servers,
                servers == 1 ? "" : "s", servers == 1 ? "is" : "are"));
}

void look_at_nts(Draft& draft)
{
    LiveConfig& live = draft.config.live;
    if (!live.nts_enabled || (!live.nts_cert.empty() && !live.nts_key.empty()))
        return;
    live.nts_enabled = false;
    tell(draft, Severity::warning,
        "'nts enable' wants 'nts cert' and 'nts key' as well; NTS is not offered");
}

} // namespace

void look_over(Draft& draft)
{
    look_at_kisses(draft);
    look_at_monitor(draft);
    look_for_ourselves(draft);
    look_at_sources(draft);
    look_at_nts(draft);
}

} // namespace timeball::config
