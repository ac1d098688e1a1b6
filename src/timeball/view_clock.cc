// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The clock that the server steers: its discipline, what the kernel says of it, leap seconds, and
// how offset, frequency, jitter and error bound went.

#include "timeball/update.h"
#include "timeball/view_parts.h"
#include "timeball/words.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace timeball::console {

namespace {

std::string in_ms(const std::optional<Seconds>& value, bool is_signed)
{
    if (!value)
        return "-";
    return is_signed ? signed_with_unit(*value) : with_unit(*value);
}

std::string in_ppm(const std::optional<Frequency>& value)
{
    return value ? ppm(*value, 6) + " ppm" : "-";
}

Group discipline(const Answers& answers)
{
    const SystemFigures& s = answers.system;
    Group group{"Discipline", 11, 18,
        {{"Offset", in_ms(s.offset, true)}, {"Frequency", in_ppm(s.frequency)},
            {"Wander", in_ppm(s.wander)}, {"Jitter", in_ms(s.system_jitter, false)},
            {"Clk jitter", in_ms(s.clock_jitter, false)},
            {"Poll",
                s.time_constant ? fmt::format("2^{} s", s.time_constant->log2) : std::string{"-"}},
            {"Error bound", in_ms(s.error_bound(), false), Role::good}}};
    if (const auto age = answers.own ? answers.own->number("tb_drift_age") : std::nullopt)
        group.figures.push_back({"Drift file", long_age(Seconds{*age}) + " old"});
    if (const std::string state = answers.own ? answers.own->get("tb_state") : ""; !state.empty())
        group.figures.push_back({"State", state});
    return group;
}

// What is kept of the leap second told, "2016-12-31T23:59Z" or "201612310000": its UTC instant.
std::optional<Instant<Utc>> minute(std::string_view text)
{
    std::string digits;
    for (const char c : text)
        if (c >= '0' && c <= '9')
            digits += c;
    if (digits.size() < 12)
        return std::nullopt;
    const auto number = [&](std::size_t at, std::size_t count) {
        int value = 0;
        std::from_chars(digits.data() + at, digits.data() + at + count, value);
        return value;
    };
    const std::chrono::year_month_day day{std::chrono::year{number(0, 4)},
        std::chrono::month{static_cast<unsigned>(number(4, 2))},
        std::chrono::day{static_cast<unsigned>(number(6, 2))}};
    if (!day.ok())
        return std::nullopt;
    return Instant<Utc>{std::chrono::sys_days{day}.time_since_epoch()
        + std::chrono::hours{number(8, 2)} + std::chrono::minutes{number(10, 2)}};
}

// Leap seconds come at the end of a month, if one is announced.
Instant<Utc> end_of_month(Instant<Utc> now)
{
    const std::chrono::year_month_day day{
        std::chrono::sys_days{std::chrono::floor<std::chrono::days>(now.time_since_epoch())}};
    const std::chrono::year_month next = day.year() / day.month() + std::chrono::months{1};
    return Instant<Utc>{std::chrono::sys_days{next / 1}.time_since_epoch()};
}

Figure expiry(std::string_view told, const std::optional<Instant<Utc>>& now)
{
    const auto end = minute(told);
    if (!now || !end)
        return {"Expires", "-"};
    if (*end < *now)
        return {"Expired", long_age(Seconds{*now - *end}) + " ago", Role::bad};
    return {"Expires in", long_age(Seconds{*end - *now})};
}

Group leap(const Model& model, const SystemFigures& s)
{
    std::optional<Instant<Utc>> now;
    if (const auto clock = server_clock(model))
        now = calendar_time(*clock);
    const bool is_coming = s.leap && (*s.leap == Leap::insert || *s.leap == Leap::remove);
    Group group{"Leap seconds", 11, 24, {}};
    group.figures.push_back({"Now", s.leap ? std::string{in_words(*s.leap)} : "-",
        !s.leap || *s.leap == Leap::none ? Role::text
            : is_coming                  ? Role::caution
                                         : Role::bad});
    if (is_coming && now)
        group.figures.push_back(
            {"Comes in", long_age(Seconds{end_of_month(*now) - *now}), Role::caution});
    group.figures.push_back(
        {"TAI - UTC", s.tai && *s.tai != 0 ? fmt::format("{} s", *s.tai) : "not known"});
    if (!s.leap_second.empty())
        group.figures.push_back({"Newest", s.leap_second});
    if (s.leap_expiry.empty()) {
        group.figures.push_back({"Table", "none is loaded"});
    } else {
        group.figures.push_back({"Table until", s.leap_expiry});
        group.figures.push_back(expiry(s.leap_expiry, now));
    }
    return group;
}

// A server may keep a clock that is not the kernel's; then what the kernel says is of another one.
std::optional<Group> other_clock(const Answers& answers)
{
    const std::string kind = answers.own ? answers.own->get("tb_clock") : "";
    if (kind.empty() || kind == "kernel")
        return std::nullopt;
    Group group{"Clock", 11, 24, {{"Kind", kind}}};
    if (kind == "none") {
        group.figures.push_back({"Steered", "by nobody here"});
        group.figures.push_back({"Serves", "it, corrected"});
    } else {
        group.figures.push_back({"Steered", "by the server alone"});
    }
    group.figures.push_back({"Kernel's", "left as it is"});
    return group;
}

Group kernel(const Server& server)
{
    if (const auto other = other_clock(*server.answers))
        return *other;
    Group group{"Kernel", 11, 20, {}};
    const auto& told = server.answers->kernel;
    if (!told) {
        group.figures.push_back({"", "It does not tell."});
        return group;
    }
    const auto add = [&](const char* label, const char* name, const char* unit) {
        if (const std::string value = told->get(name); !value.empty())
            group.figures.push_back({label, value + unit});
    };
    add("Offset", "koffset", " ms");
    add("Frequency", "kfreq", " ppm");
    add("Max error", "kmaxerr", " ms");
    add("Est error", "kesterr", " ms");
    add("Flags", "kstflags", "");
    add("Precision", "kprecis", " ms");
    add("Tolerance", "kfreqtol", " ppm");
    if (group.figures.empty())
        group.figures.push_back({"", "It does not tell."});
    return group;
}

Group reference(const Model& model, const SystemFigures& s)
{
    const Server& server = model.server();
    const auto since = s.since_update();
    return {"Reference", 11, 24,
        {{"Follows", s.is_synchronized() ? source_of(server, model.is_numeric) : "nobody",
             s.is_synchronized() ? Role::good : Role::bad},
            {"Id", s.reference_id.empty() ? "-" : s.reference_id},
            {"Stratum", s.stratum ? fmt::format("{}", s.stratum->value) : "-"},
            {"Root delay", in_ms(s.root_delay, false)},
            {"Root disp", in_ms(s.root_dispersion, false)},
            {"Updated",
                since ? long_age(*since + Seconds{shown_moment(model) - server.answered}) + " ago"
                      : "-"},
            {"Up",
                server.answers->served.uptime ? long_age(
                    *server.answers->served.uptime + Seconds{shown_moment(model) - server.answered})
                                              : "-"}}};
}

// What only timeballd tells; other servers have none of it.
void write_own(Page& page, const Answers& answers, const Glyphs& with)
{
    if (!answers.own)
        return;
    Variables own;
    for (const control::Variable& variable : *answers.own)
        if (variable.name != "tb_events")
            own.set(variable);
    write_variables(page, own, "What timeballd says besides", with);
}

void write_plots(Page& page, const Model& model, int lines, const Glyphs& with)
{
    const Server& server = model.server();
    const int columns = page.columns() - 2;
    const bool is_wide = columns >= 118;
    const int width = is_wide ? (columns - 2) / 2 : columns;
    const Instant<Mono> now = shown_moment(model);
    const Seconds span = plot_span(model);
    int count = 0;
    const auto draw = [&](const PlotWords& words, const std::vector<PlotPoint>& points) {
        const int column = is_wide && count % 2 == 1 ? width + 3 : 1;
        draw_plot(
            page.screen, {column, page.line}, {width, lines}, titled(words, model), points, with);
        ++count;
        if (!is_wide || count % 2 == 0)
            page.line += lines + 1;
    };
    draw(offset_plot, curve(server.offset, now, span));
    draw(frequency_plot, curve(server.frequency, now, span));
    draw(jitter_plot, curve(server.jitter, now, span));
    draw(bound_plot, curve(server.error_bound, now, span));
}

} // namespace

Screen clock_page(const Model& model, Size size)
{
    const Glyphs& with = glyphs_of(model.alphabet);
    if (!model.server().answers)
        return Screen{{size.columns, 0}};
    const Answers& answers = *model.server().answers;
    Page page{Screen{{size.columns, 200}}};
    write_groups(page,
        {discipline(answers), reference(model, answers.system), leap(model, answers.system),
            kernel(model.server())},
        with);
    const bool is_wide = size.columns >= 120;
    const int room = size.lines - 5 - page.line;
    write_plots(page, model, std::clamp(is_wide ? room / 2 - 1 : 6, 6, 14), with);
    write_own(page, answers, with);
    return top_of(page.screen, std::min(page.line, 200));
}

} // namespace timeball::console
