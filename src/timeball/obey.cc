// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "timeball/obey.h"

#include "control/variables.h"
#include "timeball/update.h"
#include "timeball/view.h"
#include "timeball/words.h"

#include <algorithm>
#include <array>
#include <climits>
#include <fmt/format.h>

namespace timeball::console {

namespace {

using namespace std::chrono_literals;

constexpr std::array<Nanoseconds, 11> intervals{
    200ms, 500ms, 1s, 2s, 5s, 10s, 15s, 30s, 60s, 120s, 300s};
constexpr std::array<Seconds, 7> spans{Seconds{60}, Seconds{120}, Seconds{300}, Seconds{900},
    Seconds{3600}, Seconds{6 * 3600}, Seconds{86400}};
constexpr Seconds longest_unasked{900};

// The nearest longer or shorter step; the same one at the ends.
template <class T, std::size_t n>
T longer(const std::array<T, n>& steps, T than)
{
    const auto next = std::upper_bound(steps.begin(), steps.end(), than);
    return next == steps.end() ? than : *next;
}

template <class T, std::size_t n>
T shorter(const std::array<T, n>& steps, T than)
{
    const auto next = std::lower_bound(steps.begin(), steps.end(), than);
    return next == steps.begin() ? than : *(next - 1);
}

// The table whose rows the bar moves over.
View listed(const Model& model)
{
    return model.view == View::peer ? View::overview : model.view;
}

Sheet sheet_now(const Model& model)
{
    return sheet(model, listed(model), model.size.columns);
}

void select(Model& model, const Sheet& rows, int row)
{
    if (rows.rows.empty())
        return;
    const auto chosen
        = static_cast<std::size_t>(std::clamp(row, 0, static_cast<int>(rows.rows.size()) - 1));
    const std::string& identity = rows.rows[chosen].identity;
    Listing& listing = model.listings[static_cast<std::size_t>(listed(model))];
    if (listing.selected != identity)
        model.page_top = 0;
    listing.selected = identity;
    if (listed(model) == View::overview)
        model.server().selected.value
            = static_cast<std::uint16_t>(control::to_integer(identity).value_or(0));
}

void select(Model& model, int row)
{
    select(model, sheet_now(model), row);
}

void look_at(Model& model, View view)
{
    if (view == model.view)
        return;
    if (view == View::peer) {
        if (!selected_peer(model))
            return say(model, "There is no source to look at.", Role::caution);
        model.before_peer = model.view;
    }
    model.view = view;
    model.page_top = 0;
    if (model.server().ask_at && !model.is_paused)
        model.server().ask_at = model.now; // what was not asked for until now
}

void look_at(Model& model, std::size_t host)
{
    model.current = host;
    model.page_top = 0;
}

void turn_view(Model& model, int by)
{
    const int count = static_cast<int>(view_count);
    int next = static_cast<int>(model.view);
    do
        next = (next + by + count) % count;
    while (View(next) == View::peer); // it belongs to what the bar is on
    look_at(model, View(next));
}

void ask_every(Model& model, Nanoseconds interval)
{
    model.interval = interval;
    for (Server& server : model.servers)
        if (server.ask_at)
            server.ask_at = std::min(*server.ask_at, model.now + interval);
}

// Help is a page one reads: keys that do not move it close it.
void read_help(Model& model, Command command)
{
    const int page = help_room(model.size);
    const int most
        = std::max(0, help_page(model.size, glyphs_of(model.alphabet)).size().lines - page);
    int top = model.help_top;
    switch (command) {
    case Command::up:
        --top;
        break;
    case Command::down:
        ++top;
        break;
    case Command::page_up:
        top -= page;
        break;
    case Command::page_down:
        top += page;
        break;
    case Command::first:
        top = 0;
        break;
    case Command::last:
        top = most;
        break;
    case Command::redraw:
        ++model.redraws;
        break;
    default:
        model.shows_help = false;
        return;
    }
    model.help_top = std::clamp(top, 0, most);
}

int last_page_top(const Model& model)
{
    const Layout places = layout(model, model.size);
    return std::max(0, page(model, model.size).size().lines - places.page.count);
}

// A page of text moves where there is one, else the bar by as many rows as are seen.
void turn_page(Model& model, int direction)
{
    const Layout places = layout(model, model.size);
    if (places.page.count > 0) {
        const int step = std::max(1, places.page.count - 1);
        model.page_top = std::clamp(model.page_top + direction * step, 0, last_page_top(model));
    } else {
        const int step = std::max(1, places.table.count - 2);
        select(model, selected_row(model) + direction * step);
    }
}

// Where there is nothing but a page, single lines move it.
void move(Model& model, int by)
{
    if (model.view == View::clock)
        model.page_top = std::clamp(model.page_top + by, 0, last_page_top(model));
    else
        select(model, selected_row(model) + by);
}

void open(Model& model)
{
    const int row = selected_row(model);
    switch (model.view) {
    case View::overview:
        return look_at(model, View::peer);
    case View::peer:
        return look_at(model, model.before_peer);
    case View::refclocks:
        if (row >= 0) {
            const std::string identity
                = sheet_now(model).rows[static_cast<std::size_t>(row)].identity;
            model.server().selected.value
                = static_cast<std::uint16_t>(control::to_integer(identity).value_or(0));
            look_at(model, View::peer);
        }
        return;
    case View::hosts:
        if (row >= 0) {
            const auto host = control::to_integer(
                sheet_now(model).rows[static_cast<std::size_t>(row)].identity);
            look_at(model, static_cast<std::size_t>(host.value_or(0)));
            look_at(model, View::overview);
        }
        return;
    default:
        return;
    }
}

void go_back(Model& model)
{
    if (model.view == View::peer)
        look_at(model, model.before_peer);
    else if (!model.listing().filter.empty())
        model.listing().filter.clear();
    else
        look_at(model, View::overview);
}

void ask(Model& model, Prompt::Kind kind, std::string text = {}, std::string before = {})
{
    model.prompt = Prompt{kind, std::move(text), {}, std::move(before)};
    model.notice.clear();
}

std::string proposed_file(const Model& model)
{
    std::string host;
    for (const char c : model.server().host)
        host += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
                || c == '.' || c == '-'
            ? c
            : '_';
    std::string view{name_of(model.view)};
    view.front() = static_cast<char>(view.front() + 32);
    std::string time = server_time(model);
    std::erase_if(time, [](char c) { return c == ':' || c == '-'; });
    std::replace(time.begin(), time.end(), ' ', '-');
    return fmt::format("timeball-{}-{}{}{}.csv", view, host, time.empty() ? "" : "-", time);
}

void save(Model& model, const std::string& path)
{
    if (path.empty())
        return;
    Sheet all = model.view == View::peer || model.view == View::clock
        ? variables_sheet(model)
        : sheet(model, model.view, INT_MAX);
    std::string content = path.ends_with(".json")
        ? to_json(all, model.server().host, name_of(model.view), server_time(model))
        : to_csv(all);
    model.errands.push_back(SaveFile{path, std::move(content)});
}

// Sends the line that waits as soon as all that it needs is there: a key, and a yes.
void go_on_with_change(Model& model)
{
    if (model.waiting_change.empty())
        return;
    if (!model.credentials)
        return ask(model, Prompt::Kind::key);
    if (model.is_waiting_destructive)
        return ask(model, Prompt::Kind::confirm, {}, model.waiting_change);
    model.errands.push_back(Change{model.current, std::move(model.waiting_change)});
    model.waiting_change.clear();
    model.credentials_used = model.now;
    say(model, "Asked the server.", Role::text);
}

void choose_host(Model& model, const std::string& name)
{
    const auto number = control::to_integer(name);
    for (std::size_t host = 0; host < model.servers.size(); ++host)
        if (model.servers[host].host == name
            || (number && *number == static_cast<long long>(host) + 1))
            return look_at(model, host);
    say(model, fmt::format("'{}' is not watched.", name), Role::caution);
}

void choose_view(Model& model, const std::string& name)
{
    for (std::size_t view = 0; view < view_count; ++view) {
        std::string known{name_of(View(view))};
        known.front() = static_cast<char>(known.front() + 32);
        if (!name.empty() && known.starts_with(name))
            return look_at(model, View(view));
    }
    say(model, fmt::format("There is no view '{}'.", name), Role::caution);
}

void run(Model& model, const std::string& line)
{
    CommandLine command = parse_command(line);
    switch (command.kind) {
    case CommandLine::Kind::nothing:
        return;
    case CommandLine::Kind::quit:
        model.is_quitting = true;
        return;
    case CommandLine::Kind::help:
        model.shows_help = true;
        model.help_top = 0;
        return;
    case CommandLine::Kind::host:
        return choose_host(model, command.argument);
    case CommandLine::Kind::view:
        return choose_view(model, command.argument);
    case CommandLine::Kind::interval: {
        const auto seconds = control::to_number(command.argument);
        if (!seconds || *seconds < 0.1 || *seconds > 3600)
            return say(model, "An interval is 0.1 to 3600 seconds.", Role::caution);
        return ask_every(model, rounded(Seconds{*seconds}));
    }
    case CommandLine::Kind::save:
        return save(model, command.argument.empty() ? proposed_file(model) : command.argument);
    case CommandLine::Kind::key:
        model.credentials.reset();
        return ask(model, Prompt::Kind::key, command.argument);
    case CommandLine::Kind::forget:
        model.credentials.reset();
        return say(model, "The key is forgotten.", Role::text);
    case CommandLine::Kind::change:
        model.waiting_change = command.argument;
        model.is_waiting_destructive = command.is_destructive;
        return go_on_with_change(model);
    case CommandLine::Kind::unknown:
        return say(model,
            fmt::format("'{}' is not a command; man timeball lists them.", command.argument),
            Role::caution);
    }
}

// The operator has written all of it.
void finish(Model& model, Prompt prompt)
{
    switch (prompt.kind) {
    case Prompt::Kind::filter:
        return; // it worked all along
    case Prompt::Kind::save:
        return save(model, prompt.text);
    case Prompt::Kind::command:
        return run(model, prompt.text);
    case Prompt::Kind::key: {
        auto credentials = parse_key(prompt.text);
        if (!credentials) {
            model.waiting_change.clear();
            return say(
                model, "A key is an id from 1 to 65535 and perhaps its type.", Role::caution);
        }
        model.credentials = std::move(credentials);
        model.credentials_used = model.now;
        return ask(model, Prompt::Kind::password);
    }
    case Prompt::Kind::password:
        if (model.credentials)
            model.credentials->password = std::move(prompt.password);
        if (model.server().ask_at)
            model.server().ask_at = model.now;
        return go_on_with_change(model);
    case Prompt::Kind::confirm:
        model.is_waiting_destructive = false;
        return go_on_with_change(model);
    }
}

void give_up(Model& model, const Prompt& prompt)
{
    if (prompt.kind == Prompt::Kind::filter)
        model.listing().filter = prompt.before;
    if (prompt.kind == Prompt::Kind::password)
        model.credentials.reset();
    if (!model.waiting_change.empty())
        say(model, "Nothing was changed.", Role::text);
    model.waiting_change.clear();
}

void write(Model& model, Key key)
{
    const PromptStep step = edit(*model.prompt, key);
    if (model.prompt->kind == Prompt::Kind::filter && step == PromptStep::edited)
        model.listing().filter = model.prompt->text;
    if (step == PromptStep::edited)
        return;
    Prompt prompt = std::move(*model.prompt);
    model.prompt.reset();
    if (step == PromptStep::done)
        finish(model, std::move(prompt));
    else
        give_up(model, prompt);
}

void obey(Model& model, Command command)
{
    const int hosts = static_cast<int>(model.servers.size());
    switch (command) {
    case Command::up:
        return move(model, -1);
    case Command::down:
        return move(model, 1);
    case Command::first:
        return model.view == View::clock ? move(model, -10'000) : select(model, 0);
    case Command::last:
        return model.view == View::clock ? move(model, 10'000) : select(model, INT_MAX);
    case Command::page_up:
        return turn_page(model, -1);
    case Command::page_down:
        return turn_page(model, 1);
    case Command::open:
        return open(model);
    case Command::back:
        return go_back(model);
    case Command::view_overview:
    case Command::view_peer:
    case Command::view_clients:
    case Command::view_access:
    case Command::view_clock:
    case Command::view_refclocks:
    case Command::view_events:
    case Command::view_hosts:
        return look_at(
            model, View(static_cast<int>(command) - static_cast<int>(Command::view_overview)));
    case Command::next_view:
        return turn_view(model, 1);
    case Command::previous_view:
        return turn_view(model, -1);
    case Command::next_host:
        return look_at(model, (model.current + 1) % model.servers.size());
    case Command::previous_host:
        return look_at(
            model, static_cast<std::size_t>((static_cast<int>(model.current) + hosts - 1) % hosts));
    case Command::filter:
        if (model.view == View::peer || model.view == View::clock)
            return say(model, "There are no lines to filter here.", Role::text);
        return ask(model, Prompt::Kind::filter, model.listing().filter, model.listing().filter);
    case Command::sort: {
        Listing& listing = model.listings[static_cast<std::size_t>(listed(model))];
        listing.sorted_by = next_column(sheet_now(model), listing.sorted_by);
        listing.is_reversed = false;
        return;
    }
    case Command::reverse: {
        Listing& listing = model.listings[static_cast<std::size_t>(listed(model))];
        listing.is_reversed = !listing.is_reversed;
        return;
    }
    case Command::refresh:
        for (Server& server : model.servers)
            server.ask_at = model.now;
        return;
    case Command::pause:
        model.is_paused = !model.is_paused;
        for (Server& server : model.servers)
            server.ask_at
                = model.is_paused ? std::nullopt : std::optional<Instant<Mono>>{model.now};
        return;
    case Command::slower:
        return ask_every(model, longer(intervals, model.interval));
    case Command::faster:
        return ask_every(model, shorter(intervals, model.interval));
    case Command::numeric:
        model.is_numeric = !model.is_numeric;
        return;
    case Command::longer_plots:
        model.plot_span = longer(spans, plot_span(model));
        return;
    case Command::shorter_plots:
        model.plot_span = shorter(spans, plot_span(model));
        return;
    case Command::save:
        return ask(model, Prompt::Kind::save, proposed_file(model));
    case Command::command_line:
        return ask(model, Prompt::Kind::command);
    case Command::redraw:
        ++model.redraws;
        return;
    case Command::help:
        model.shows_help = true;
        model.help_top = 0;
        return;
    case Command::quit:
        model.is_quitting = true;
        return;
    }
}

} // namespace

void press(Model& model, Key key)
{
    model.notice.clear(); // read
    if (model.prompt)
        return write(model, key);
    const auto command = command_of(key);
    if (model.shows_help)
        read_help(model, command.value_or(Command::back));
    else if (command)
        obey(model, *command);
}

void click(Model& model, const Clicked& clicked)
{
    const Touched touched = touched_at(model, clicked.place);
    if (model.shows_help || model.prompt)
        return;
    if (touched.key != 0)
        return press(model, touched.key);
    Listing& listing = model.listings[static_cast<std::size_t>(listed(model))];
    if (!touched.column.empty()) {
        listing.is_reversed = listing.sorted_by == touched.column && !listing.is_reversed;
        listing.sorted_by = touched.column;
    } else if (touched.row >= 0) {
        const bool is_again = touched.row == selected_row(model);
        select(model, touched.row);
        if (is_again && model.view != View::peer)
            open(model);
    }
}

void say(Model& model, std::string words, Role role)
{
    model.notice = std::move(words);
    model.notice_role = role;
    model.noticed = model.now;
}

void keep_selection(Model& model, int row)
{
    const Sheet rows = sheet_now(model);
    const std::string identity = listed(model) == View::overview
        ? fmt::format("{}", model.server().selected.value)
        : model.listing().selected;
    if (row_of(rows, identity) < 0)
        select(model, rows, row);
    if (model.view == View::peer && rows.rows.empty())
        model.view = View::overview;
}

Seconds plot_span(const Model& model)
{
    if (model.plot_span)
        return *model.plot_span;
    const Seconds watched = model.now - model.server().watched_since;
    const auto fitting = std::lower_bound(spans.begin(), spans.end(), watched);
    return fitting == spans.end() ? longest_unasked : std::min(*fitting, longest_unasked);
}

int selected_row(const Model& model)
{
    const Sheet rows = sheet_now(model);
    if (rows.rows.empty())
        return -1;
    const std::string identity = listed(model) == View::overview
        ? fmt::format("{}", model.server().selected.value)
        : model.listing().selected;
    return std::max(0, row_of(rows, identity));
}

const Peer* selected_peer(const Model& model)
{
    if (!model.server().answers)
        return nullptr;
    if (const Peer* peer = peer_of(model.server(), model.server().selected))
        return peer;
    const Sheet rows = sheet(model, View::overview, model.size.columns);
    if (rows.rows.empty())
        return nullptr;
    const auto id = control::to_integer(rows.rows.front().identity).value_or(0);
    return peer_of(model.server(), AssociationId{static_cast<std::uint16_t>(id)});
}

} // namespace timeball::console
