// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// How the clock is chosen and steered: tos, tinker, enable, disable, driftfile, leapfile.

#include "config/directives.h"
#include "config/words.h"

#include <fmt/format.h>

#include <array>

namespace timeball::config {

namespace {

using LiveWord = Word<LiveConfig>;

template <int sync::Policy::*member>
void set_count(LiveConfig& live, const Value& value)
{
    live.policy.*member = value.integer();
}

template <Seconds sync::Policy::*member>
void set_seconds(LiveConfig& live, const Value& value)
{
    live.policy.*member = Seconds{value.number};
}

template <Stratum sync::Policy::*member>
void set_stratum(LiveConfig& live, const Value& value)
{
    live.policy.*member = Stratum{static_cast<std::uint8_t>(value.number)};
}

constexpr auto tos_words = std::to_array<LiveWord>({
    {{"tos", "minclock", Type::integer, 1, 255, "3", "sources",
         "So many of the best sources are combined, if there are so many."},
        set_count<&sync::Policy::minclock>},
    {{"tos", "maxclock", Type::integer, 1, 255, "10", "sources",
         "A pool adds servers up to this number; the pool's own line is not counted."},
        set_count<&sync::Policy::maxclock>},
    {{"tos", "minsane", Type::integer, 0, 255, "1", "sources",
         "With fewer sources that agree, the time is not believed."},
        set_count<&sync::Policy::minsane>},
    {{"tos", "floor", Type::integer, 0, 15, "0", "stratum",
         "Sources of a lower stratum are not used."},
        set_stratum<&sync::Policy::floor>},
    {{"tos", "ceiling", Type::integer, 1, 16, "16", "stratum",
         "Sources of this stratum and higher are not used."},
        set_stratum<&sync::Policy::ceiling>},
    {{"tos", "mindist", Type::number, 0, 16, "0.001", "s",
         "Half the width that a source's interval of possible times has at least."},
        set_seconds<&sync::Policy::mindist>},
    {{"tos", "maxdist", Type::number, 0.001, 16, "1.5", "s",
         "Sources whose root distance is greater are not used."},
        set_seconds<&sync::Policy::maxdist>},
    {{"tos", "maxdisp", Type::number, 0.01, 1000, "16", "s",
        "A sample counts the less the more it is dispersed.", Support::none}},
    {{"tos", "orphan", Type::integer, 1, 16, "16", "stratum",
         "Stratum at which an isolated server goes on serving; 16 is never."},
        set_stratum<&sync::Policy::orphan>},
    {{"tos", "orphanwait", Type::number, 0, 1e6, "300", "s",
         "How long without any source before that."},
        set_seconds<&sync::Policy::orphanwait>},
    {{"tos", "holdover", Type::number, 1e-6, 16, "16", "s",
         "With no source left, the time is told on until it may be wrong by so much."},
        set_seconds<&sync::Policy::holdover>},
    {{"tos", "cohort", Type::integer, 0, 1, "0", "",
        "Servers of the same stratum may always be used.", Support::none}},
    {{"tos", "beacon", Type::integer, 0, 1e9, "3600", "s",
        "It is for manycast, which is not supported.", Support::none}},
    {{"tos", "basedate", Type::text, 0, 0, "", "", "The era is known from the time of the build.",
        Support::none}},
    {{"tos", "bcpollbstep", Type::integer, 0, 4, "0", "",
        "It is for broadcast, which is not supported.", Support::none}},
    {{"tos", "minjitter", Type::number, 0, 16, "", "s", "The precision of the clock is measured.",
        Support::none}},
});

constexpr auto tinker_words = std::to_array<LiveWord>({
    {{"tinker", "step", Type::number, 0, 1e6, "0.128", "s",
         "An offset beyond this is corrected by a step, in both directions; 0 is never."},
        [](LiveConfig& live, const Value& value) {
            live.policy.step_forward = live.policy.step_backward = Seconds{value.number};
        }},
    {{"tinker", "stepfwd", Type::number, 0, 1e6, "0.128", "s", "The same, forward only."},
        set_seconds<&sync::Policy::step_forward>},
    {{"tinker", "stepback", Type::number, 0, 1e6, "0.128", "s", "The same, backward only."},
        set_seconds<&sync::Policy::step_backward>},
    {{"tinker", "stepout", Type::number, 300, 1e6, "300", "s",
         "How long such an offset must persist before it is believed, except at the start; a tenth "
         "of it where five answers in a row prove it whatever their delays."},
        set_seconds<&sync::Policy::stepout>},
    {{"tinker", "panic", Type::number, 0, 1e12, "1000", "s",
         "An offset beyond this ends the server; 0 is never."},
        set_seconds<&sync::Policy::panic>},
    {{"tinker", "dispersion", Type::number, 0.001, 500, "15", "ppm",
         "How fast a clock that nobody corrects is assumed to wander off at most."},
        [](LiveConfig& live, const Value& value) {
            live.policy.dispersion = Frequency::ppm(value.number);
        }},
    {{"tinker", "freq", Type::number, -500, 500, "from the drift file", "ppm",
         "Frequency correction to start with."},
        [](LiveConfig& live, const Value& value) {
            live.tinker_frequency = Frequency::ppm(value.number);
        }},
    {{"tinker", "allan", Type::integer, 3, 17, "11", "log2 s",
         "Interval beyond which the clock's own wander outweighs the noise of the network."},
        [](LiveConfig& live, const Value& value) {
            live.policy.allan = {static_cast<std::int8_t>(value.number)};
        }},
    {{"tinker", "huffpuff", Type::number, 0, 1e6, "0", "s",
        "Samples that waited in the network are given little weight anyway.", Support::none}},
    {{"tinker", "minpoll", Type::integer, 0, 17, "", "log2 s", "It is given with each server.",
        Support::none}},
    {{"tinker", "calldelay", Type::number, 0, 1e9, "", "s", "It has no meaning any more.",
        Support::none}},
    {{"tinker", "avg", Type::number, 0, 1e9, "", "", "It has no meaning any more.", Support::none}},
});

// What enable and disable switch.
struct Switch {
    Option option;
    bool LiveConfig::*member = nullptr;
};

constexpr auto switches = std::to_array<Switch>({
    {{"enable", "ntp", Type::flag, 0, 0, "on", "",
         "Steer the clock. Off: measure, and leave it alone."},
        &LiveConfig::ntp},
    {{"enable", "stats", Type::flag, 0, 0, "on", "",
         "Write the statistics files that are configured."},
        &LiveConfig::stats},
    {{"enable", "monitor", Type::flag, 0, 0, "on", "",
         "Keep the list of recent clients. It stays on while an entry is limited."},
        &LiveConfig::monitor},
    {{"enable", "kernel", Type::flag, 0, 0, "on", "", "The kernel's own loop is not used.",
        Support::silent}},
    {{"enable", "auth", Type::flag, 0, 0, "on", "",
         "Demand authentication of packets that would make a peer of a stranger."},
        &LiveConfig::auth},
    {{"enable", "calibrate", Type::flag, 0, 0, "off", "", "Reference clocks are not calibrated.",
        Support::none}},
    {{"enable", "bclient", Type::flag, 0, 0, "off", "", "Broadcast is not supported.",
        Support::none}},
    {{"enable", "mode7", Type::flag, 0, 0, "off", "",
        "Private mode is not answered; ntpq and timeballq use mode 6.", Support::none}},
    {{"enable", "pps", Type::flag, 0, 0, "", "", "It is an option of the reference clock.",
        Support::none}},
    {{"enable", "peer_clear_digest_early", Type::flag, 0, 0, "", "",
        "Symmetric modes are not used.", Support::none}},
    {{"enable", "unpeer_crypto_early", Type::flag, 0, 0, "", "", "Autokey is not supported.",
        Support::none}},
    {{"enable", "unpeer_crypto_nak_early", Type::flag, 0, 0, "", "", "Autokey is not supported.",
        Support::none}},
    {{"enable", "unpeer_digest_early", Type::flag, 0, 0, "", "", "Symmetric modes are not used.",
        Support::none}},
});

void read_switches(
    Draft& draft, Line& line, std::string_view directive, std::set<std::string, std::less<>>& names)
{
    if (line.is_at_end())
        draft.warn(line, 0, fmt::format("'{}' wants at least one word", directive));
    while (const auto token = line.word()) {
        const auto* found = std::find_if(switches.begin(), switches.end(),
            [&](const Switch& s) { return s.option.name == token->text; });
        if (found == switches.end())
            skip_unknown(draft, line, *token, directive, "enable");
        else if (found->option.support == Support::none)
            tell_without_effect(draft, line, found->option, *token);
        else
            names.insert(token->text);
    }
}

} // namespace

void read_tos(Draft& draft, Line& line)
{
    read_words<LiveConfig>(draft, line, "tos", "tos", tos_words, draft.config.live);
}

void read_tinker(Draft& draft, Line& line)
{
    read_words<LiveConfig>(draft, line, "tinker", "tinker", tinker_words, draft.config.live);
}

void read_enable(Draft& draft, Line& line)
{
    read_switches(draft, line, "enable", draft.enabled);
}

void read_disable(Draft& draft, Line& line)
{
    read_switches(draft, line, "disable", draft.disabled);
}

void finish_switches(Draft& draft)
{
    LiveConfig& live = draft.config.live;
    for (const Switch& s : switches) {
        if (s.member == nullptr)
            continue;
        if (draft.enabled.count(s.option.name) > 0)
            live.*s.member = true;
        if (draft.disabled.count(s.option.name) > 0)
            live.*s.member = false;
    }
    live.policy.steers = live.ntp;
}

void read_driftfile(Draft& draft, Line& line)
{
    const auto file = line.string();
    draft.config.live.driftfile = file ? file->text : ""; // without a name: no file
    if (line.is_at_end())
        return;
    static constexpr Option tolerance{"driftfile", "driftfile", Type::number, 0, 1e-3};
    const Token name{"driftfile", 1, false};
    if (const auto value = read_value(draft, line, tolerance, name, "driftfile"))
        draft.config.live.drift_threshold = Frequency::ratio(value->number);
    expect_end(draft, line, "driftfile");
}

void read_leapfile(Draft& draft, Line& line)
{
    const auto file = line.string();
    if (!file) {
        draft.warn(line, 0, "'leapfile' wants the path of a file; the line was skipped");
        return;
    }
    draft.config.live.leapfile = file->text;
    while (const auto token = line.word()) {
        if (token->text == "checkhash" || token->text == "ignorehash")
            draft.config.live.leapfile_checks_hash = token->text == "checkhash";
        else
            skip_unknown(draft, line, *token, "leapfile", "leapfile");
    }
}

void list_clock_options(std::vector<Option>& table)
{
    append(table, tos_words);
    append(table, tinker_words);
    append(table, switches);
    table.push_back({"leapfile", "checkhash", Type::flag, 0, 0, "", "",
        "Refuse the file when its checksum is wrong, which is the default."});
    table.push_back({"leapfile", "ignorehash", Type::flag, 0, 0, "", "",
        "Do not look at the checksum of the file."});
}

} // namespace timeball::config
