// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The servers that are watched and how they are: one line each.

#include "timeball/update.h"
#include "timeball/view_parts.h"
#include "timeball/words.h"

#include <algorithm>
#include <fmt/format.h>

namespace timeball::console {

namespace {

using Words = std::u32string;

Entry in_ms(const std::optional<Seconds>& value, bool is_signed, Level level)
{
    if (!value)
        return Words{U"-"};
    const std::string words = is_signed ? signed_milliseconds(*value, 8) : milliseconds(*value, 8);
    return {std::string_view{words}, value->count() * 1e3,
        level == Level::fine ? std::nullopt
                             : std::optional{level == Level::bad ? Role::bad : Role::caution}};
}

} // namespace

Sheet hosts_sheet(const Model& model, int columns)
{
    const bool is_wide = columns >= 120;
    std::size_t longest = 12;
    for (const Server& server : model.servers)
        longest = std::max(longest, to_glyphs(server.host).size());
    const int fixed = 3 + 17 + 3 + (is_wide ? 3 * 10 + 9 + 30 : 9 + 8);
    const int host_width = std::clamp(static_cast<int>(longest), 12, is_wide ? 40 : 24);
    const int source_width = std::clamp(columns - fixed - host_width - 1 - 16, 10, 40);
    Sheet sheet;
    sheet.columns = {{"server", U"SERVER", host_width, true}, {"state", U"STATE", 16, true},
        {"stratum", U"ST", 2}, {"follows", U"FOLLOWS", source_width, true, columns >= 72},
        {"offset_ms", U"OFFSET", 8}, {"bound_ms", U"WITHIN", 8},
        {"jitter_ms", U"JITTER", 8, false, is_wide}, {"sources", U"AGREE", 5, false, columns >= 80},
        {"requests_per_s", U"REQUESTS", 9, false, is_wide},
        {"version", U"VERSION", 30, true, is_wide}};
    for (std::size_t host = 0; host < model.servers.size(); ++host) {
        const Server& server = model.servers[host];
        SheetRow row{fmt::format("{}", host), host == model.current ? U'*' : U' ', U' ',
            role_of(server), {}};
        Level worst = Level::fine;
        for (const auto& [about, alarm] : server.alarms)
            worst = std::max(worst, alarm.level);
        row.sign = sign_of(worst, glyphs_of(model.alphabet));
        std::string state{in_one_word(server)};
        if (server.answers && !server.trouble.empty())
            state = fmt::format("lost {}{} ago", short_age(silence(server, model.now)),
                silence(server, model.now) <= Seconds{2048} ? " s" : "");
        row.entries.push_back(Entry{std::string_view{server.host}});
        row.entries.push_back(Entry{std::string_view{state}});
        if (!server.answers) {
            while (row.entries.size() < sheet.columns.size())
                row.entries.push_back(Entry{Words{U"-"}});
            row.entries[3] = Entry{std::string_view{server.trouble}};
            sheet.rows.push_back(std::move(row));
            continue;
        }
        const SystemFigures& s = server.answers->system;
        const Thresholds& t = model.thresholds;
        int sources = 0, agreeing = 0;
        for (const Peer& peer : server.answers->peers) {
            sources += peer.figures.is_pool() ? 0 : 1;
            agreeing += peer.status.select >= sync::Select::outlier ? 1 : 0;
        }
        row.entries.push_back(s.stratum
                ? Entry{std::string_view{fmt::format("{}", s.stratum->value)}, s.stratum->value}
                : Entry{Words{U"-"}});
        row.entries.push_back(Entry{std::string_view{
            s.is_synchronized() ? source_of(server, model.is_numeric) : std::string{"nobody"}}});
        const auto judged = [](const Threshold& threshold, const std::optional<Seconds>& value) {
            return value ? threshold.judge(value->count()) : Level::fine;
        };
        row.entries.push_back(in_ms(s.offset, true, judged(t.offset, s.offset)));
        row.entries.push_back(
            in_ms(s.error_bound(), false, judged(t.error_bound, s.error_bound())));
        row.entries.push_back(in_ms(s.system_jitter, false, judged(t.jitter, s.system_jitter)));
        row.entries.push_back(Entry{std::string_view{fmt::format("{}/{}", agreeing, sources)}});
        row.entries.push_back(server.rates
                ? Entry{std::string_view{rate(server.rates->received)}, server.rates->received}
                : Entry{Words{U"-"}});
        row.entries.push_back(Entry{std::string_view{s.version}});
        sheet.rows.push_back(std::move(row));
    }
    return sheet;
}

} // namespace timeball::console
