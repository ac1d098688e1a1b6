// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "timeball/view.h"

#include "timeball/update.h"
#include "timeball/view_parts.h"
#include "timeball/words.h"

#include <algorithm>
#include <fmt/format.h>

namespace timeball::console {

namespace {

constexpr int least_plot = 5; // lines, with the one that says what it shows
constexpr int most_plot = 25;
constexpr int split_lines = 40; // from here on details leave room for the table

int rows_of(const Model& model)
{
    return model.server.answers ? static_cast<int>(model.server.answers->peers.size()) : 0;
}

Screen too_small(Size size)
{
    Screen screen{size};
    const std::string needs = fmt::format("needs {}x{}", least_size.columns, least_size.lines);
    const std::string has = fmt::format("this is {}x{}", size.columns, size.lines);
    int line = std::max(0, size.lines / 2 - 1);
    for (const std::string& words : {std::string{"timeball"}, needs, has}) {
        const int column = (size.columns - static_cast<int>(words.size())) / 2;
        screen.put({std::max(0, column), line++}, words, {Role::caution});
    }
    return screen;
}

// Copies lines of a page, from `top` on, and says at the right edge where there is more.
void show_page(Screen& screen, const Screen& page, int top, Lines where, const Glyphs& with)
{
    top = std::clamp(top, 0, std::max(0, page.size().lines - where.count));
    for (int line = 0; line < where.count && top + line < page.size().lines; ++line)
        for (int column = 0; column < page.size().columns; ++column) {
            const Cell& cell = page.at({column, top + line});
            screen.put({column, where.first + line}, cell.glyph, cell.style);
        }
    const int edge = screen.size().columns - 1;
    if (top > 0)
        screen.put({edge, where.first}, with.up, {Role::key});
    if (top + where.count < page.size().lines)
        screen.put({edge, where.first + where.count - 1}, with.down, {Role::key});
}

void draw_help(Screen& screen, const Model& model)
{
    const Glyphs& with = glyphs_of(model.alphabet);
    const int last = screen.size().lines - 1;
    for (int line = 1; line < last; ++line)
        screen.fill(line, Role::text);
    const Lines where{1, help_room(screen.size())};
    show_page(screen, help_page(screen.size(), with), model.help_top, where, with);
    screen.fill(last, Role::title);
    screen.put({1, last}, "Up and Down move, any other key leaves the help.", {Role::title});
}

// For those whose server never answered.
void draw_advice(Screen& screen)
{
    int line = 3;
    for (const char* words : {"Either no server runs there, or it does not answer",
             "questions from here. Its ntp.conf allows them with", "",
             "    restrict ADDRESS nomodify", "", "The console goes on asking."})
        screen.put({1, line++}, words, {Role::label});
}

} // namespace

Instant<Mono> shown_moment(const Model& model)
{
    return model.is_paused || is_stale(model) ? model.server.answered : model.now;
}

std::optional<ntp::Timestamp> server_clock(const Model& model)
{
    if (!model.server.answers || !model.server.answers->system.clock)
        return std::nullopt;
    const Seconds since = shown_moment(model) - model.server.answered;
    const auto passed = static_cast<std::int64_t>(std::ldexp(since.count(), 32));
    return ntp::Timestamp{
        model.server.answers->system.clock->bits + static_cast<std::uint64_t>(passed)};
}

Layout layout(const Model& model, Size size)
{
    const int last = size.lines - 1; // the line of keys
    const int blank = size.lines >= 20 ? 1 : 0;
    const int wanted_table = rows_of(model) + 1;
    Layout l;
    int line = 2 + blank; // below title and sentence

    if (model.shows_details && size.lines < split_lines) {
        l.details = {line, last - line};
        return l;
    }
    l.figures = {line, figure_lines(size)};
    line += l.figures.count + blank;

    int room = last - line;
    if (model.shows_details) {
        const int wanted = details_page(model, size).size().lines;
        const int given
            = std::clamp(wanted, size.lines / 3, std::max(size.lines / 3, room - wanted_table - 1));
        l.details = {last - given, given};
        room -= given + 1;
    }
    // Plots have what the table does not need; a table that is cut off needs all.
    int plots = std::min(room - wanted_table - blank, most_plot);
    if (plots >= least_plot && model.server.answers) {
        l.plots = {line, plots};
        line += plots + blank;
        room -= plots + blank;
    }
    l.table = {line, std::min(room, wanted_table)};
    return l;
}

void draw_title(Screen& screen, const Model& model)
{
    const Glyphs& with = glyphs_of(model.alphabet);
    const int columns = screen.size().columns;
    screen.fill(0, Role::title);

    std::string right;
    if (const auto clock = server_clock(model)) {
        // Within 68 years of this the era is clear.
        constexpr Instant<Utc> pivot{
            std::chrono::sys_days{std::chrono::year{2060} / 1 / 1}.time_since_epoch()};
        const Instant<Utc> t = to_instant(*clock, pivot);
        right = columns >= 76 ? date(t) + ' ' : "";
        right += time_of_day(t) + " UTC   ";
    }
    right += model.is_paused ? "paused" : "every " + interval_in_words(model.interval);
    const int start = columns - 1 - static_cast<int>(right.size());
    screen.put({start, 0}, right, {Role::title});

    int column = screen.put({1, 0}, "timeball", {Role::title});
    const int room = start - column - 4;
    screen.put({column + 2, 0}, fit(model.server.host, room, with), {Role::title});
}

void draw_keys(Screen& screen, const Model& model)
{
    struct Hint {
        const char* key;
        const char* meaning;
    };
    const Hint hints[]
        = {{"F1", "Help"}, {"q", "Quit"}, {"Enter", model.shows_details ? "Back" : "Details"},
            {"Space", model.is_paused ? "Go on" : "Pause"}, {"r", "Refresh"}, {"+-", "Interval"},
            {"n", model.is_numeric ? "Names" : "Addresses"}, {"<>", "Plots"}};
    const int line = screen.size().lines - 1;
    screen.fill(line, Role::title);
    int column = 1;
    for (const Hint& hint : hints) {
        const int width = static_cast<int>(std::char_traits<char>::length(hint.key)
            + std::char_traits<char>::length(hint.meaning));
        if (column + width + 2 > screen.size().columns)
            break;
        column = screen.put({column, line}, hint.key, {Role::key});
        column = screen.put({column + 1, line}, hint.meaning, {Role::title}) + 2;
    }
}

Screen view(const Model& model, Size size)
{
    if (size.columns < least_size.columns || size.lines < least_size.lines)
        return too_small(size);

    const Glyphs& with = glyphs_of(model.alphabet);
    Screen screen{size};
    draw_title(screen, model);
    draw_keys(screen, model);
    if (model.shows_help) {
        draw_help(screen, model);
        return screen;
    }
    const Layout places = layout(model, size);
    draw_health(screen, model, 1);
    if (!model.server.answers) {
        if (!model.server.trouble.empty())
            draw_advice(screen);
        return screen;
    }
    if (places.figures.count > 0)
        draw_figures(screen, model, places.figures);
    if (places.plots.count > 0)
        draw_plots(screen, model, places.plots);
    if (places.table.count > 0)
        draw_table(screen, model, places.table);
    if (places.details.count > 0)
        show_page(screen, details_page(model, size), model.details_top, places.details, with);
    if (is_stale(model))
        screen.fade(2, size.lines - 2);
    return screen;
}

std::string billboard(const Model& model, int columns)
{
    const Size size{std::max(columns, least_size.columns), 8 + rows_of(model) + 1};
    Screen screen{size};
    draw_health(screen, model, 0);
    if (model.server.answers) {
        const int figures = figure_lines({size.columns, 24});
        draw_figures(screen, model, {1, figures});
        draw_table(screen, model, {2 + figures, rows_of(model) + 1});
    }
    std::string text = to_text(screen);
    text.resize(text.find_last_not_of('\n') + 1);
    return text + '\n';
}

} // namespace timeball::console
