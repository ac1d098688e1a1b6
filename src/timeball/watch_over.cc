// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "timeball/watch_over.h"

#include "timeball/journal.h"
#include "timeball/words.h"

#include <fmt/format.h>

namespace timeball::console {

namespace {

constexpr const char *silence_alarm = "silence", *synchronization_alarm = "synchronization";

void look(Alarms& alarms, const std::string& about, Level level, std::string value)
{
    if (level != Level::fine)
        alarms[about] = {level, std::move(value)};
}

void look(Alarms& alarms, const std::string& about, const Threshold& threshold,
    const std::optional<Seconds>& value)
{
    if (value)
        look(alarms, about, threshold.judge(value->count()), with_unit(*value));
}

Role role_of(Level level)
{
    return level == Level::bad ? Role::bad : level == Level::caution ? Role::caution : Role::good;
}

void tell(
    Model& model, Server& server, const std::string& about, Level level, const std::string& value)
{
    // These two are told in other words anyway.
    if (about != silence_alarm && about != synchronization_alarm)
        note(server,
            {{role_of(level),
                fmt::format("{}{}{}: {}", about, value.empty() ? "" : " ", value,
                    level == Level::fine ? "within its threshold again" : in_words(level))}},
            model.now);
    if (!model.thresholds.command.empty())
        model.errands.push_back(RunCommand{model.thresholds.command,
            {{"TIMEBALL_HOST", server.host}, {"TIMEBALL_FIGURE", about}, {"TIMEBALL_VALUE", value},
                {"TIMEBALL_LEVEL", std::string{in_words(level)}}}});
}

} // namespace

Alarms alarms_of(const Thresholds& thresholds, const Server& server, bool is_numeric)
{
    Alarms alarms;
    if (!server.trouble.empty()) {
        look(alarms, silence_alarm, Level::bad, server.trouble);
        return alarms;
    }
    if (!server.answers)
        return alarms;
    const SystemFigures& s = server.answers->system;
    if (!s.is_synchronized())
        look(alarms, synchronization_alarm, Level::bad, "none");
    look(alarms, "offset", thresholds.offset, s.offset);
    look(alarms, "jitter", thresholds.jitter, s.system_jitter);
    look(alarms, "error bound", thresholds.error_bound, s.error_bound());
    if (s.stratum)
        look(alarms, "stratum", thresholds.stratum.judge(s.stratum->value),
            fmt::format("{}", s.stratum->value));
    if (server.rates) {
        look(alarms, "requests", thresholds.requests.judge(server.rates->received),
            rate(server.rates->received));
        look(alarms, "limited", thresholds.limited.judge(server.rates->limited),
            rate(server.rates->limited));
    }
    for (const Peer& peer : server.answers->peers) {
        const PeerFigures& f = peer.figures;
        if (!f.received || !f.reach)
            continue;
        const int missed = missed_polls(*f.reach);
        look(alarms, "reach of " + f.name(is_numeric), thresholds.missed.judge(missed),
            fmt::format("{} of 8 polls missed", missed));
    }
    return alarms;
}

void watch_over(Model& model, std::size_t host)
{
    Server& server = model.servers[host];
    const Alarms before = std::move(server.alarms);
    server.alarms = alarms_of(model.thresholds, server, model.is_numeric);
    bool is_worse = false;
    for (const auto& [about, alarm] : server.alarms) {
        const auto was = before.find(about);
        const Level level = was == before.end() ? Level::fine : was->second.level;
        if (alarm.level == level)
            continue;
        is_worse = is_worse || alarm.level > level;
        tell(model, server, about, alarm.level, alarm.value);
    }
    for (const auto& [about, alarm] : before)
        if (!server.alarms.contains(about) && server.trouble.empty())
            tell(model, server, about, Level::fine, {});
    if (is_worse && model.thresholds.rings_bell)
        ++model.bells;
}

} // namespace timeball::console
