// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The table of associations. Columns come by their importance as the terminal gets wider.

#include "timeball/update.h"
#include "timeball/view_parts.h"
#include "timeball/words.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <functional>

namespace timeball::console {

namespace {

// What a cell may need beside the association.
struct Context {
    const Model& model;
    const Glyphs& with;
    std::optional<ntp::Timestamp> clock;
    int decimals; // of milliseconds
    Seconds interval_scale; // half the width of the column of intervals
};

using Words = std::u32string;

struct Column {
    const char* heading;
    int width;
    bool is_left; // else at the right
    std::function<Words(const Peer&, const Context&, int width)> words;
};

Words in_ms(const std::optional<Seconds>& value, bool is_signed, int width, int decimals)
{
    if (!value)
        return U"-";
    return to_glyphs(is_signed ? signed_milliseconds(*value, width, decimals)
                               : milliseconds(*value, width, decimals));
}

// Figures mean nothing before the first reply.
bool has_figures(const Peer& peer)
{
    return peer.figures.received.has_value();
}

Words when(const Peer& peer, const Context& c, int)
{
    if (!c.clock)
        return U"-";
    const auto age = peer.figures.since_received(*c.clock);
    return to_glyphs(age ? short_age(std::max(*age, Seconds{0})) : "-");
}

Words reach_dots(const Peer& peer, const Context& c, int)
{
    Words dots;
    for (int bit = 7; bit >= 0; --bit)
        dots += (peer.figures.reach.value_or(0) >> bit & 1) != 0 ? c.with.answered : c.with.missed;
    return dots;
}

// Where truth lies according to the association, on a scale common to all.
Words interval(const Peer& peer, const Context& c, int width)
{
    Words cells(static_cast<std::size_t>(width), U' ');
    const auto distance = peer.figures.root_distance();
    const int middle = (width - 1) / 2;
    cells[static_cast<std::size_t>(middle)] = c.with.zero;
    if (!has_figures(peer) || !peer.figures.offset || !distance || c.interval_scale <= Seconds{0})
        return cells;
    const auto at = [&](Seconds s) {
        const double part = std::clamp(s / c.interval_scale, -2.0, 2.0);
        return middle + static_cast<int>(std::lround(part * middle));
    };
    const auto put = [&](int column, char32_t glyph) {
        if (column >= 0 && column < width)
            cells[static_cast<std::size_t>(column)] = glyph;
    };
    const int left = at(*peer.figures.offset - *distance),
              right = at(*peer.figures.offset + *distance);
    for (int column = left + 1; column < right; ++column)
        put(column, c.with.line);
    put(left, c.with.left_end);
    put(right, c.with.right_end);
    const int offset = at(*peer.figures.offset);
    if (offset < 0)
        put(0, c.with.beyond_left);
    else if (offset >= width)
        put(width - 1, c.with.beyond_right);
    else
        put(offset, c.with.middle);
    return cells;
}

Words sparkline(const Peer& peer, const Context& c, int width)
{
    const auto history = c.model.server.peer_offset.find(peer.id);
    if (history == c.model.server.peer_offset.end())
        return {};
    // One dot for each reply, the newest at the right edge.
    const auto& points = history->second.points();
    const std::size_t dots = static_cast<std::size_t>(width) * (c.with.has_braille ? 2 : 1);
    const std::size_t shown = std::min(points.size(), dots);
    std::vector<PlotPoint> curve;
    for (std::size_t i = 0; i < shown; ++i) {
        const auto& value = points[points.size() - shown + i].value;
        curve.push_back({1 - static_cast<double>(shown - 1 - i) / static_cast<double>(dots - 1),
            value ? std::optional{value->count()} : std::nullopt});
    }
    return plot(curve, scale_of(curve, 1e-8), width, 1, c.with).front();
}

// Half the width of the interval column: what those that agree need.
Seconds interval_scale(const Model& model)
{
    Seconds scale{0}, any{0};
    for (const Peer& peer : model.server.answers->peers) {
        const auto distance = peer.figures.root_distance();
        if (!has_figures(peer) || !peer.figures.offset || !distance)
            continue;
        const Seconds reach = abs(*peer.figures.offset) + *distance;
        any = std::max(any, reach);
        if (peer.status.select >= sync::Select::candidate)
            scale = std::max(scale, reach);
    }
    return scale > Seconds{0} ? scale : std::min(any, Seconds{1});
}

Words standing_words(const Peer& peer, const Context&, int)
{
    return to_glyphs(standing(peer));
}

template <auto member, bool is_signed>
Words figure(const Peer& peer, const Context& c, int width)
{
    return has_figures(peer) ? in_ms(peer.figures.*member, is_signed, width, c.decimals) : U"-";
}

Words root_distance(const Peer& peer, const Context& c, int width)
{
    return has_figures(peer) ? in_ms(peer.figures.root_distance(), false, width, c.decimals) : U"-";
}

int longest_name(const Model& model)
{
    std::size_t longest = 10;
    for (const Peer& peer : model.server.answers->peers)
        longest = std::max(longest, to_glyphs(peer.figures.name(model.is_numeric)).size());
    return static_cast<int>(longest);
}

std::vector<Column> columns(const Model& model, int width)
{
    constexpr int margin = 3; // tally
    const bool has_refid = width >= 72;
    const int figure_width = width >= 132 ? 10 : 7;
    const int fixed = margin + (has_refid ? 16 : 0) + 3 + 2 + 5 + 5 + 6 + 3 * (figure_width + 1);
    int left = width - fixed;

    const int name_width = std::min(std::max(10, left), std::min(longest_name(model), 46));
    left -= name_width;
    const auto take = [&left](int needed) {
        if (left < needed)
            return false;
        left -= needed;
        return true;
    };
    const bool has_dots = take(4);
    const bool has_standing = take(13);
    const bool has_distance = take(figure_width + 1);
    const int interval_width = left >= 30 ? std::min(left - 1, 41) / 2 * 2 - 1 : 0;
    left -= interval_width > 0 ? interval_width + 2 : 0;
    const int spark_width = left >= 12 ? std::min(left - 1, 60) : 0;

    std::vector<Column> c;
    c.push_back({"REMOTE", name_width, true, [](const Peer& peer, const Context& x, int) {
                     return to_glyphs(peer.figures.name(x.model.is_numeric));
                 }});
    if (has_refid)
        c.push_back({"REFID", 15, true, [](const Peer& peer, const Context&, int) {
                         return to_glyphs(peer.figures.reference_id);
                     }});
    c.push_back({"ST", 2, false, [](const Peer& peer, const Context&, int) {
                     return to_glyphs(peer.figures.stratum
                             ? fmt::format("{}", peer.figures.stratum->value)
                             : "-");
                 }});
    c.push_back({"T", 1, false, [](const Peer& peer, const Context&, int) {
                     return Words(1, static_cast<char32_t>(peer.figures.type));
                 }});
    c.push_back({"WHEN", 4, false, when});
    c.push_back({"POLL", 4, false, [](const Peer& peer, const Context&, int) {
                     return to_glyphs(
                         peer.figures.poll ? short_age(peer.figures.poll->interval()) : "-");
                 }});
    if (has_dots)
        c.push_back({"REACH", 8, true, reach_dots});
    else
        c.push_back({"REACH", 5, false, [](const Peer& peer, const Context&, int) {
                         return to_glyphs(fmt::format("{:o}", peer.figures.reach.value_or(0)));
                     }});
    c.push_back({"DELAY", figure_width, false, figure<&PeerFigures::delay, false>});
    c.push_back({"OFFSET", figure_width, false, figure<&PeerFigures::offset, true>});
    c.push_back({"JITTER", figure_width, false, figure<&PeerFigures::jitter, false>});
    if (has_distance)
        c.push_back({"DISTANCE", figure_width, false, root_distance});
    if (has_standing)
        c.push_back({"STANDING", 12, true, standing_words});
    if (interval_width > 0)
        c.push_back({"INTERVAL", interval_width, true, interval});
    if (spark_width > 0)
        c.push_back({"OFFSETS", spark_width, true, sparkline});
    return c;
}

void put_aligned(Screen& screen, Place at, const Column& column, const Words& words, Style style,
    const Glyphs& with)
{
    const Words shown = fit(words, column.width, with);
    const int indent = column.is_left ? 0 : column.width - static_cast<int>(shown.size());
    screen.put({at.column + indent, at.line}, shown, style);
}

} // namespace

std::string_view standing(const Peer& peer)
{
    if (peer.figures.is_pool())
        return "pool";
    if (peer.status.select == sync::Select::reject && !peer.status.is_reachable)
        return peer.figures.received ? "unreachable" : "no reply yet";
    return in_words(peer.status.select);
}

Role role_of(sync::Select select)
{
    switch (select) {
    case sync::Select::system_peer:
    case sync::Select::pps_peer:
        return Role::good;
    case sync::Select::candidate:
        return Role::candidate;
    case sync::Select::falseticker:
        return Role::bad;
    case sync::Select::reject:
        return Role::dim;
    default:
        return Role::text;
    }
}

Role role_of(const Peer& peer)
{
    if (peer.figures.is_pool())
        return Role::dim;
    if (peer.status.select == sync::Select::reject && !peer.status.is_reachable)
        return Role::caution;
    return role_of(peer.status.select);
}

void draw_table(Screen& screen, const Model& model, Lines where)
{
    const Glyphs& with = glyphs_of(model.alphabet);
    const auto& peers = model.server.answers->peers;
    const auto shown = columns(model, screen.size().columns);
    const Context context{model, with, server_clock(model), screen.size().columns >= 132 ? 6 : 3,
        interval_scale(model)};

    int column = 3;
    screen.fill(where.first, Role::heading);
    for (const Column& c : shown) {
        Words heading = to_glyphs(c.heading);
        if (heading == U"INTERVAL")
            heading = U"WITHIN " + Words{with.plus_minus}
                + to_glyphs(with_unit(context.interval_scale));
        put_aligned(screen, {column, where.first}, c, heading, {Role::heading}, with);
        column += c.width + 1;
    }

    const int rows = where.count - 1;
    const int selected = selected_row(model);
    const int top
        = std::clamp(model.table_top, 0, std::max(0, static_cast<int>(peers.size()) - rows));
    for (int row = 0; row < rows && top + row < static_cast<int>(peers.size()); ++row) {
        const Peer& peer = peers[static_cast<std::size_t>(top + row)];
        const int line = where.first + 1 + row;
        const Style style{role_of(peer)};
        screen.fill(line, style.role); // one look from edge to edge: fewer changes to send
        screen.put({1, line}, static_cast<char32_t>(tally(peer.status.select)), style);
        column = 3;
        for (const Column& c : shown) {
            put_aligned(screen, {column, line}, c, c.words(peer, context, c.width), style, with);
            column += c.width + 1;
        }
        if (top + row == selected)
            screen.select(line);
    }
    const int edge = screen.size().columns - 1;
    if (top > 0)
        screen.put({edge, where.first + 1}, with.up, {Role::key});
    if (top + rows < static_cast<int>(peers.size()))
        screen.put({edge, where.first + rows}, with.down, {Role::key});
}

} // namespace timeball::console
