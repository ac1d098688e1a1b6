// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "timeball/update.h"

#include "timeball/view.h"

#include <algorithm>
#include <array>
#include <climits>

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

void select(Model& model, int row)
{
    if (!model.server.answers || model.server.answers->peers.empty())
        return;
    const auto& peers = model.server.answers->peers;
    const auto chosen
        = static_cast<std::size_t>(std::clamp(row, 0, static_cast<int>(peers.size()) - 1));
    if (model.selected != peers[chosen].id)
        model.details_top = 0;
    model.selected = peers[chosen].id;
}

void ask_every(Model& model, Nanoseconds interval)
{
    model.interval = interval;
    if (model.server.ask_at)
        model.server.ask_at = std::min(*model.server.ask_at, model.now + interval);
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

// In the details a page is text, elsewhere it is rows of the table.
void turn_page(Model& model, int direction)
{
    const Layout places = layout(model, model.size);
    if (model.shows_details) {
        const int most
            = std::max(0, details_page(model, model.size).size().lines - places.details.count);
        const int step = std::max(1, places.details.count - 1);
        model.details_top = std::clamp(model.details_top + direction * step, 0, most);
    } else {
        const int step = std::max(1, places.table.count - 2);
        select(model, selected_row(model) + direction * step);
    }
}

void obey(Model& model, Command command)
{
    switch (command) {
    case Command::up:
        return select(model, selected_row(model) - 1);
    case Command::down:
        return select(model, selected_row(model) + 1);
    case Command::first:
        return select(model, 0);
    case Command::last:
        return select(model, INT_MAX);
    case Command::page_up:
        return turn_page(model, -1);
    case Command::page_down:
        return turn_page(model, 1);
    case Command::open:
        model.shows_details = !model.shows_details && selected_peer(model) != nullptr;
        model.details_top = 0;
        return;
    case Command::back:
        model.shows_details = false;
        return;
    case Command::refresh:
        model.server.ask_at = model.now;
        return;
    case Command::pause:
        model.is_paused = !model.is_paused;
        model.server.ask_at
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

// Requests per second since the last answers. Nothing when the counters began anew.
std::optional<Rates> rates(const Server& server, const Answers& next, Instant<Mono> now)
{
    const Seconds span = now - server.answered;
    if (!server.answers || span <= Seconds{0})
        return std::nullopt;
    const ServedFigures& then = server.answers->served;
    const auto rate = [&](std::optional<std::uint64_t> ServedFigures::*counter) {
        const auto before = then.*counter, after = next.served.*counter;
        return before && after && *after >= *before
            ? std::optional{static_cast<double>(*after - *before) / span.count()}
            : std::nullopt;
    };
    const auto received = rate(&ServedFigures::received);
    if (!received)
        return std::nullopt;
    return Rates{*received, rate(&ServedFigures::limited).value_or(0),
        rate(&ServedFigures::kisses).value_or(0)};
}

void remember(Model& model, const Answers& answers)
{
    Server& server = model.server;
    if (answers.system.offset)
        server.offset.add(model.now, *answers.system.offset);
    if (answers.system.frequency)
        server.frequency.add(model.now, *answers.system.frequency);

    std::map<AssociationId, History<Seconds>> kept;
    for (const Peer& peer : answers.peers) {
        History<Seconds>& history = kept[peer.id];
        if (const auto old = server.peer_offset.find(peer.id); old != server.peer_offset.end())
            history = std::move(old->second);
        // Between two replies of its source, an association says the same again and again.
        const Peer* last = peer_of(server, peer.id);
        const bool is_new = !last || last->figures.received != peer.figures.received;
        if (is_new && peer.figures.received && peer.figures.offset)
            history.add(model.now, *peer.figures.offset);
    }
    server.peer_offset = std::move(kept);
}

void ask_again_later(Model& model)
{
    Server& server = model.server;
    server.is_asking = false;
    if (!model.is_paused)
        server.ask_at = std::max(model.now, server.asked + model.interval);
}

// The table moves no more than it must to keep the selection bar in sight.
void keep_in_sight(Model& model)
{
    const int row = selected_row(model);
    const int rows = layout(model, model.size).table.count - 1;
    if (row >= 0 && rows > 0)
        model.table_top = std::clamp(model.table_top, row - rows + 1, row);
}

// What each event does.
struct Effect {
    Model& model;

    void operator()(const KeyPressed& pressed) const
    {
        const auto command = command_of(pressed.key);
        if (model.shows_help)
            read_help(model, command.value_or(Command::back));
        else if (command)
            obey(model, *command);
    }
    void operator()(const Resized& resized) const
    {
        model.size = resized.size;
        model.details_top = 0;
        model.help_top = 0;
    }
    void operator()(const TimePassed&) const { }
    void operator()(const Asked&) const
    {
        model.server.is_asking = true;
        model.server.asked = model.now;
        model.server.ask_at.reset();
    }
    void operator()(const Answered& answered) const
    {
        Server& server = model.server;
        const int row = selected_row(model);
        server.rates = rates(server, answered.answers, model.now);
        remember(model, answered.answers);
        server.answers = answered.answers;
        server.answered = model.now;
        server.trouble.clear();
        ask_again_later(model);
        // The bar stays where it was when its association is gone.
        if (!peer_of(server, model.selected))
            select(model, std::max(row, 0));
        if (server.answers->peers.empty())
            model.shows_details = false;
    }
    void operator()(const Unanswered& unanswered) const
    {
        Server& server = model.server;
        server.trouble = unanswered.why;
        server.rates.reset();
        server.offset.interrupt(model.now);
        server.frequency.interrupt(model.now);
        ask_again_later(model);
    }
};

} // namespace

Model update(Model model, const Event& event)
{
    model.now = event.when;
    std::visit(Effect{model}, event.what);
    keep_in_sight(model);
    return model;
}

bool wants_answers(const Model& model)
{
    return !model.server.is_asking && model.server.ask_at && *model.server.ask_at <= model.now;
}

Instant<Mono> next_look(const Model& model)
{
    const Instant<Mono> tick = model.now + 1s;
    if (model.server.is_asking || !model.server.ask_at)
        return tick;
    return std::min(tick, *model.server.ask_at);
}

Seconds plot_span(const Model& model)
{
    if (model.plot_span)
        return *model.plot_span;
    const Seconds watched = model.now - model.server.watched_since;
    const auto fitting = std::lower_bound(spans.begin(), spans.end(), watched);
    return fitting == spans.end() ? longest_unasked : std::min(*fitting, longest_unasked);
}

const Peer* peer_of(const Server& server, AssociationId id)
{
    if (!server.answers)
        return nullptr;
    for (const Peer& peer : server.answers->peers)
        if (peer.id == id)
            return &peer;
    return nullptr;
}

int selected_row(const Model& model)
{
    if (!model.server.answers || model.server.answers->peers.empty())
        return -1;
    const auto& peers = model.server.answers->peers;
    for (std::size_t row = 0; row < peers.size(); ++row)
        if (peers[row].id == model.selected)
            return static_cast<int>(row);
    return 0;
}

const Peer* selected_peer(const Model& model)
{
    const int row = selected_row(model);
    return row < 0 ? nullptr : &model.server.answers->peers[static_cast<std::size_t>(row)];
}

bool is_stale(const Model& model)
{
    return model.server.answers && !model.server.trouble.empty();
}

Seconds silence(const Model& model)
{
    const Server& server = model.server;
    return model.now - (server.answers ? server.answered : server.watched_since);
}

} // namespace timeball::console
