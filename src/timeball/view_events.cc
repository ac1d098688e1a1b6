// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What happened to the servers that are watched, the newest first.

#include "timeball/update.h"
#include "timeball/view_parts.h"
#include "timeball/words.h"

#include <algorithm>
#include <fmt/format.h>

namespace timeball::console {

namespace {

struct Told {
    const Happening* happening;
    std::size_t host;
};

} // namespace

Sheet events_sheet(const Model& model, int columns)
{
    Sheet sheet;
    const bool has_hosts = model.servers.size() > 1;
    const int host_width = columns >= 120 ? 30 : 18;
    sheet.columns = {{"date", U"DATE", 10, true}, {"time", U"TIME", 8, true}, {"ago_s", U"AGO", 4},
        {"server", U"SERVER", host_width, true, has_hosts},
        {"event", U"EVENT", std::max(20, columns - 30 - (has_hosts ? host_width + 1 : 0)), true}};
    sheet.empty = "nothing has happened yet";

    std::vector<Told> all;
    for (std::size_t host = 0; host < model.servers.size(); ++host)
        for (const Happening& happening : model.servers[host].journal)
            all.push_back({&happening, host});
    std::stable_sort(all.begin(), all.end(),
        [](const Told& a, const Told& b) { return a.happening->when > b.happening->when; });
    for (const auto& [happening, host] : all) {
        std::string day = "-", time = "-";
        if (happening->clock) {
            const Instant<Utc> t = calendar_time(*happening->clock);
            day = date(t);
            time = time_of_day(t);
        }
        const Seconds ago = model.now - happening->when;
        const char32_t mark = happening->role == Role::bad ? U'x'
            : happening->role == Role::caution             ? U'!'
            : happening->role == Role::good                ? U'+'
                                                           : U' ';
        sheet.rows.push_back(
            {fmt::format("{}/{}", host, happening->number), mark, U' ', happening->role,
                {Entry{std::string_view{day}}, Entry{std::string_view{time}},
                    Entry{std::string_view{short_age(ago)}, ago.count()},
                    Entry{std::string_view{model.servers[host].host}},
                    Entry{std::string_view{happening->words}}}});
    }
    return sheet;
}

} // namespace timeball::console
