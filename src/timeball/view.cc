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

constexpr int least_plot = 3; // lines, with the one that says what it shows
constexpr int most_plot = 25;
constexpr int split_lines = 40; // from here on details leave room for the table
constexpr int top_lines = 3; // title and two sentences

int rows_of(const Model& model)
{
    return model.server().answers ? static_cast<int>(model.server().answers->peers.size()) : 0;
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

Layout overview_layout(const Model& model, Size size, bool has_details)
{
    const int last = size.lines - 1; // the bottom line
    const int blank = size.lines >= 20 ? 1 : 0;
    const int wanted_table = rows_of(model) + 1;
    Layout l;
    int line = top_lines + blank;
    l.figures = {line, figure_lines(size)};
    line += l.figures.count + blank;

    int room = last - line;
    if (has_details) {
        const int wanted = details_page(model, size).size().lines;
        const int given
            = std::clamp(wanted, size.lines / 3, std::max(size.lines / 3, room - wanted_table - 1));
        l.page = {last - given, given};
        room -= given + 1;
    }
    // Plots have what the table does not need; a table that is cut off needs all.
    const int plots = std::min(room - wanted_table, most_plot);
    if (plots >= least_plot && model.server().answers) {
        const int gap = plots > least_plot + 1 ? blank : 0;
        l.plots = {line, plots - gap};
        line += plots;
        room -= plots;
    }
    l.table = {line, std::min(room, wanted_table)};
    return l;
}

// What stands above a table that takes the rest.
Layout listing_layout(const Model& model, Size size)
{
    const int last = size.lines - 1;
    const int blank = size.lines >= 20 ? 1 : 0;
    int line = top_lines + blank;
    Layout l;
    if (model.view == View::clients) {
        l.figures = {line, clients_lines(model, size)};
        line += l.figures.count + (l.figures.count > 0 ? blank : 0);
    } else if (model.view == View::access && size.lines >= 20) {
        l.plots = {line, std::clamp(size.lines / 4, 5, 15)};
        line += l.plots.count + blank;
    }
    l.table = {line, last - line};
    if (model.view == View::refclocks) {
        const int wanted
            = std::max(3, static_cast<int>(refclocks_sheet(model, size.columns).rows.size()) + 1);
        if (last - line - wanted - 1 >= 5) {
            l.table.count = wanted;
            l.page = {line + wanted + 1, last - line - wanted - 1};
        }
    }
    return l;
}

// Where the words of the bottom line are, and the keys they stand for.
struct Label {
    std::string key, meaning;
    Key pressed;
    bool is_current = false;
    int column = 0;

    int width() const
    {
        return static_cast<int>(key.size() + meaning.size()) + (meaning.empty() ? 0 : 1);
    }
};

std::vector<Label> labels(const Model& model, int columns)
{
    std::vector<Label> views;
    int needed = 0;
    for (std::size_t i = 0; i < view_count; ++i) {
        const View view = View(i);
        views.push_back({fmt::format("{}", i + 1), std::string{name_of(view)},
            static_cast<Key>(U'1' + i), view == model.view});
        needed += views.back().width() + 1;
    }
    // Narrow terminals see the name of the present view only.
    if (needed + 6 > columns)
        for (Label& label : views)
            if (!label.is_current)
                label.meaning.clear();
    const bool is_paused = model.is_paused;
    for (const Label& more :
        {Label{"?", "Help", U'?'}, Label{"q", "Quit", U'q'}, Label{"/", "Filter", U'/'},
            Label{"s", "Sort", U's'}, Label{"Space", is_paused ? "Go on" : "Pause", U' '},
            Label{"e", "Save", U'e'}, Label{":", "Command", U':'},
            Label{"n", model.is_numeric ? "Names" : "Addresses", U'n'}, Label{"+", "Slower", U'+'},
            Label{"-", "Faster", U'-'}, Label{"<>", "Plots", U'>'}})
        views.push_back(more);
    std::vector<Label> placed;
    int column = 0;
    for (Label& label : views) {
        if (column + label.width() > columns)
            break;
        label.column = column;
        column += label.width() + (label.pressed >= U'1' && label.pressed <= U'8' ? 1 : 2);
        placed.push_back(label);
    }
    return placed;
}

} // namespace

Instant<Mono> shown_moment(const Model& model)
{
    return model.is_paused || is_stale(model.server()) ? model.server().answered : model.now;
}

std::optional<ntp::Timestamp> server_clock(const Model& model)
{
    const Server& server = model.server();
    if (!server.answers || !server.answers->system.clock)
        return std::nullopt;
    const Seconds since = shown_moment(model) - server.answered;
    const auto passed = static_cast<std::int64_t>(std::ldexp(since.count(), 32));
    return ntp::Timestamp{server.answers->system.clock->bits + static_cast<std::uint64_t>(passed)};
}

Instant<Utc> calendar_time(ntp::Timestamp t)
{
    constexpr Instant<Utc> pivot{
        std::chrono::sys_days{std::chrono::year{2060} / 1 / 1}.time_since_epoch()};
    return to_instant(t, pivot);
}

std::string server_time(const Model& model)
{
    const auto clock = server_clock(model);
    if (!clock)
        return {};
    const Instant<Utc> t = calendar_time(*clock);
    return date(t) + ' ' + time_of_day(t);
}

Layout layout(const Model& model, Size size)
{
    const int blank = size.lines >= 20 ? 1 : 0;
    const Lines rest{top_lines + blank, size.lines - 1 - top_lines - blank};
    switch (model.view) {
    case View::overview:
        return overview_layout(model, size, false);
    case View::peer:
        if (size.lines >= split_lines)
            return overview_layout(model, size, true);
        return {{}, {}, {}, rest};
    case View::clock:
        return {{}, {}, {}, rest};
    default:
        return listing_layout(model, size);
    }
}

Sheet sheet(const Model& model, View view, int columns)
{
    const auto all = [&]() -> Sheet {
        switch (view) {
        case View::overview:
            return peers_sheet(model, columns);
        case View::clients:
            return clients_sheet(model, columns);
        case View::access:
            return access_sheet(model, columns);
        case View::refclocks:
            return refclocks_sheet(model, columns);
        case View::events:
            return events_sheet(model, columns);
        case View::hosts:
            return hosts_sheet(model, columns);
        case View::peer:
        case View::clock:
            break;
        }
        return {};
    };
    return arranged(all(), model.listings[static_cast<std::size_t>(view)]);
}

Screen page(const Model& model, Size size)
{
    switch (model.view) {
    case View::peer:
        return details_page(model, size);
    case View::clock:
        return clock_page(model, size);
    case View::refclocks:
        return refclock_page(model, size);
    default:
        return Screen{{size.columns, 0}};
    }
}

void draw_title(Screen& screen, const Model& model)
{
    const Glyphs& with = glyphs_of(model.alphabet);
    const int columns = screen.size().columns;
    screen.fill(0, Role::title);

    std::string right = server_time(model);
    if (!right.empty()) {
        if (columns < 76)
            right = right.substr(11);
        right += " UTC   ";
    }
    right += model.is_paused ? "paused" : "every " + interval_in_words(model.interval);
    const int start = columns - 1 - static_cast<int>(right.size());
    screen.put({start, 0}, right, {Role::title});

    int column = screen.put({1, 0}, "timeball", {Role::title});
    std::string host = model.server().host;
    if (model.servers.size() > 1)
        host += fmt::format(" ({} of {})", model.current + 1, model.servers.size());
    const int room = start - column - 4;
    screen.put({column + 2, 0}, fit(host, room, with), {Role::title});
}

void draw_bottom(Screen& screen, const Model& model)
{
    const Glyphs& with = glyphs_of(model.alphabet);
    const Size size = screen.size();
    const int line = size.lines - 1;
    if (model.prompt) {
        const int column = screen.put(
            {1, line}, fit(label(*model.prompt), size.columns - 20, with), {Role::key});
        // Of a long text the end is seen, where one writes.
        std::u32string text = model.prompt->is_secret()
            ? std::u32string(model.prompt->password.size(), U'*')
            : to_glyphs(model.prompt->text);
        const auto room = static_cast<std::size_t>(size.columns - column - 2);
        if (text.size() > room)
            text = text.substr(text.size() - room);
        const int end = screen.put({column, line}, text);
        screen.put({end, line}, U' ', {Role::title}); // a cursor
        return;
    }
    if (!model.notice.empty()) {
        screen.put({1, line}, fit(model.notice, size.columns - 2, with), {model.notice_role});
        return;
    }
    screen.fill(line, Role::title);
    for (const Label& label : labels(model, size.columns)) {
        const Role role = label.is_current ? Role::key : Role::title;
        const int column = screen.put({label.column, line}, label.key, {Role::key});
        if (!label.meaning.empty())
            screen.put({column, line}, ' ' + label.meaning, {role});
    }
}

Touched touched_at(const Model& model, Place place)
{
    Touched touched;
    const int last = model.size.lines - 1;
    if (place.line == last) {
        for (const Label& label : labels(model, model.size.columns))
            if (place.column >= label.column && place.column < label.column + label.width())
                touched.key = label.pressed;
        return touched;
    }
    const Lines table = layout(model, model.size).table;
    if (place.line < table.first || place.line >= table.first + table.count)
        return touched;
    const View listed = model.view == View::peer ? View::overview : model.view;
    const Sheet rows = sheet(model, listed, model.size.columns);
    if (place.line > table.first) {
        const int row
            = model.listings[static_cast<std::size_t>(listed)].top + place.line - table.first - 1;
        touched.row = row < static_cast<int>(rows.rows.size()) ? row : -1;
        return touched;
    }
    int column = 3;
    for (const SheetColumn& c : rows.columns) {
        if (!c.is_seen)
            continue;
        if (!c.is_picture && place.column >= column && place.column <= column + c.width)
            touched.column = c.name;
        column += c.width + 1;
    }
    return touched;
}

Screen view(const Model& model, Size size)
{
    if (size.columns < least_size.columns || size.lines < least_size.lines)
        return too_small(size);

    const Glyphs& with = glyphs_of(model.alphabet);
    Screen screen{size};
    draw_title(screen, model);
    draw_bottom(screen, model);
    if (model.shows_help) {
        draw_help(screen, model);
        return screen;
    }
    const Layout places = layout(model, size);
    draw_health(screen, model, 1);
    const bool needs_answers = model.view != View::hosts && model.view != View::events;
    if (!model.server().answers && needs_answers) {
        if (!model.server().trouble.empty())
            draw_advice(screen);
        return screen;
    }
    draw_traffic(screen, model, 2);
    if (places.figures.count > 0)
        model.view == View::clients ? draw_clients(screen, model, places.figures)
                                    : draw_figures(screen, model, places.figures);
    if (places.plots.count > 0)
        model.view == View::access ? draw_traffic_plots(screen, model, places.plots)
                                   : draw_plots(screen, model, places.plots);
    if (places.table.count > 0) {
        const View listed = model.view == View::peer ? View::overview : model.view;
        draw_sheet(screen, sheet(model, listed, size.columns),
            model.listings[static_cast<std::size_t>(listed)], selected_row(model), places.table,
            with);
    }
    if (places.page.count > 0)
        show_page(screen, page(model, size), model.page_top, places.page, with);
    if (is_stale(model.server()) && needs_answers)
        screen.fade(2, size.lines - 2);
    return screen;
}

std::string billboard(const Model& model, int columns)
{
    const Size size{std::max(columns, least_size.columns), 9 + rows_of(model) + 1};
    const Glyphs& with = glyphs_of(model.alphabet);
    Screen screen{size};
    draw_health(screen, model, 0);
    if (model.server().answers) {
        const int figures = figure_lines({size.columns, 24});
        draw_traffic(screen, model, 1);
        draw_figures(screen, model, {2, figures});
        draw_sheet(screen, sheet(model, View::overview, size.columns), {}, -1,
            {3 + figures, rows_of(model) + 1}, with);
    }
    std::string text = to_text(screen);
    text.resize(text.find_last_not_of('\n') + 1);
    return text + '\n';
}

} // namespace timeball::console
