// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The table of associations. Columns come by their importance as the terminal gets wider.

#include "control/variables.h"
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
    bool has_bars; // beside the figures
    Seconds interval_scale; // half the width of the column of intervals
    Seconds delay_scale{0}, offset_scale{0}, jitter_scale{0}; // the largest of those that agree
};

using Words = std::u32string;

struct Column {
    SheetColumn place;
    std::function<Entry(const Peer&, const Context&, int width)> entry;
};

// Figures mean nothing before the first reply.
bool has_figures(const Peer& peer)
{
    return peer.figures.received.has_value();
}

Entry when(const Peer& peer, const Context& c, int)
{
    const auto age = c.clock ? peer.figures.since_received(*c.clock) : std::nullopt;
    if (!age)
        return Words{U"-"};
    return {std::string_view{short_age(std::max(*age, Seconds{0}))}, std::round(age->count())};
}

Entry poll(const Peer& peer, const Context&, int)
{
    if (!peer.figures.poll)
        return Words{U"-"};
    const Seconds interval = peer.figures.poll->interval();
    return {std::string_view{short_age(interval)}, interval.count()};
}

// As ntpq shows it, or a dot for each poll.
Entry reach(const Peer& peer, const Context& c, int width)
{
    const unsigned reach = peer.figures.reach.value_or(0);
    const std::string octal = fmt::format("{:o}", reach);
    Words shown = to_glyphs(octal);
    if (width == 8) {
        shown.clear();
        for (int bit = 7; bit >= 0; --bit)
            shown += (reach >> bit & 1) != 0 ? c.with.answered : c.with.missed;
    }
    return {shown, control::to_number(octal)};
}

// Where truth lies according to the association, on a scale common to all.
Entry interval(const Peer& peer, const Context& c, int width)
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

Entry sparkline(const Peer& peer, const Context& c, int width)
{
    const auto history = c.model.server().peer_offset.find(peer.id);
    if (history == c.model.server().peer_offset.end())
        return Words{};
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
    for (const Peer& peer : model.server().answers->peers) {
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

// Milliseconds, and a bar as high as the figure is beside those of the others.
Entry in_ms(
    const std::optional<Seconds>& value, bool is_signed, Seconds scale, const Context& c, int width)
{
    if (!value)
        return Words{c.has_bars ? U"-  " : U"-"};
    const int room = width - (c.has_bars ? 2 : 0);
    Words words = to_glyphs(is_signed ? signed_milliseconds(*value, room, c.decimals)
                                      : milliseconds(*value, room, c.decimals));
    if (c.has_bars && scale > Seconds{0}) {
        const auto steps = static_cast<double>(c.with.bars.size());
        const double height = std::clamp(abs(*value) / scale, 0.0, 1.0);
        words += U' ';
        words += c.with.bars[static_cast<std::size_t>(std::lround(height * (steps - 1)))];
    } else if (c.has_bars) {
        words += U"  ";
    }
    return {words, value->count() * 1e3};
}

template <auto member, auto scale, bool is_signed>
Entry figure(const Peer& peer, const Context& c, int width)
{
    const auto value = has_figures(peer) ? peer.figures.*member : std::nullopt;
    return in_ms(value, is_signed, c.*scale, c, width);
}

Entry root_distance(const Peer& peer, const Context& c, int width)
{
    Context plain = c;
    plain.has_bars = false;
    return in_ms(
        has_figures(peer) ? peer.figures.root_distance() : std::nullopt, false, {}, plain, width);
}

Role role_of(Level level)
{
    return level == Level::bad ? Role::bad : level == Level::caution ? Role::caution : Role::text;
}

// A figure beyond the operator's threshold looks so.
Entry colored(Entry entry, Level level)
{
    if (level != Level::fine)
        entry.role = role_of(level);
    return entry;
}

int longest_name(const Model& model)
{
    std::size_t longest = 10;
    for (const Peer& peer : model.server().answers->peers)
        longest = std::max(longest, to_glyphs(peer.figures.name(model.is_numeric)).size());
    return static_cast<int>(longest);
}

std::vector<Column> columns(const Model& model, int width)
{
    constexpr int margin = 3; // tally
    const bool has_refid = width >= 72;
    const bool has_bars = width >= 132 && !glyphs_of(model.alphabet).bars.empty();
    const int figure_width = (width >= 132 ? 10 : 7) + (has_bars ? 2 : 0);
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
    const bool has_distance = take(11);
    const int interval_width = left >= 30 ? std::min(left - 1, 41) / 2 * 2 - 1 : 0;
    left -= interval_width > 0 ? interval_width + 2 : 0;
    const int spark_width = left >= 12 ? std::min(left - 1, 60) : 0;

    const Thresholds& limits = model.thresholds;
    std::vector<Column> c;
    c.push_back(
        {{"remote", U"REMOTE", name_width, true}, [](const Peer& peer, const Context& x, int) {
             return Entry{std::string_view{peer.figures.name(x.model.is_numeric)}};
         }});
    c.push_back(
        {{"refid", U"REFID", 15, true, has_refid}, [](const Peer& peer, const Context&, int) {
             return Entry{std::string_view{peer.figures.reference_id}};
         }});
    c.push_back({{"stratum", U"ST", 2}, [](const Peer& peer, const Context&, int) {
                     if (!peer.figures.stratum)
                         return Entry{Words{U"-"}};
                     const int stratum = peer.figures.stratum->value;
                     return Entry{std::string_view{fmt::format("{}", stratum)}, stratum};
                 }});
    c.push_back({{"type", U"T", 1}, [](const Peer& peer, const Context&, int) {
                     return Entry{Words(1, static_cast<char32_t>(peer.figures.type))};
                 }});
    c.push_back({{"when_s", U"WHEN", 4}, when});
    c.push_back({{"poll_s", U"POLL", 4}, poll});
    c.push_back({{"reach", U"REACH", has_dots ? 8 : 5, has_dots, true},
        [&limits](const Peer& peer, const Context& x, int its_width) {
            const bool is_known = peer.figures.received && peer.figures.reach;
            return colored(reach(peer, x, its_width),
                is_known ? limits.missed.judge(missed_polls(*peer.figures.reach)) : Level::fine);
        }});
    c.push_back({{"delay_ms", U"DELAY", figure_width},
        figure<&PeerFigures::delay, &Context::delay_scale, false>});
    c.push_back({{"offset_ms", U"OFFSET", figure_width},
        [&limits](const Peer& peer, const Context& x, int its_width) {
            const Entry entry
                = figure<&PeerFigures::offset, &Context::offset_scale, true>(peer, x, its_width);
            return colored(
                entry, limits.offset.judge(peer.figures.offset.value_or(Seconds{0}).count()));
        }});
    c.push_back({{"jitter_ms", U"JITTER", figure_width},
        [&limits](const Peer& peer, const Context& x, int its_width) {
            const Entry entry
                = figure<&PeerFigures::jitter, &Context::jitter_scale, false>(peer, x, its_width);
            return colored(
                entry, limits.jitter.judge(peer.figures.jitter.value_or(Seconds{0}).count()));
        }});
    c.push_back({{"distance_ms", U"DISTANCE", 10, false, has_distance}, root_distance});
    c.push_back({{"standing", U"STANDING", 12, true, has_standing},
        [](const Peer& peer, const Context&, int) { return Entry{standing(peer)}; }});
    if (interval_width > 0)
        c.push_back({{"interval", {}, interval_width, true, true, true}, interval});
    if (spark_width > 0)
        c.push_back({{"offsets", U"OFFSETS", spark_width, true, true, true}, sparkline});
    return c;
}

// Bars compare those that agree; a liar is beyond them all.
void set_scales(Context& c)
{
    for (const Peer& peer : c.model.server().answers->peers) {
        if (!has_figures(peer) || peer.status.select < sync::Select::outlier)
            continue;
        const PeerFigures& f = peer.figures;
        c.delay_scale = std::max(c.delay_scale, f.delay.value_or(Seconds{0}));
        c.offset_scale = std::max(c.offset_scale, abs(f.offset.value_or(Seconds{0})));
        c.jitter_scale = std::max(c.jitter_scale, f.jitter.value_or(Seconds{0}));
    }
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

Sheet peers_sheet(const Model& model, int width)
{
    Sheet sheet;
    sheet.empty = "it has no sources";
    if (!model.server().answers)
        return sheet;
    const Glyphs& with = glyphs_of(model.alphabet);
    const auto all = columns(model, width);
    Context context{model, with, server_clock(model), width >= 132 ? 6 : 4,
        width >= 132 && !with.bars.empty(), interval_scale(model)};
    set_scales(context);

    for (const Column& c : all) {
        sheet.columns.push_back(c.place);
        if (c.place.name == "interval")
            sheet.columns.back().heading = U"WITHIN " + Words{with.plus_minus}
                + to_glyphs(with_unit(context.interval_scale));
    }
    for (const Peer& peer : model.server().answers->peers) {
        SheetRow row{fmt::format("{}", peer.id.value),
            static_cast<char32_t>(tally(peer.status.select)),
            sign_of(level_of(model.thresholds, peer.figures), with), role_of(peer), {}};
        for (const Column& c : all)
            row.entries.push_back(c.entry(peer, context, c.place.width));
        sheet.rows.push_back(std::move(row));
    }
    return sheet;
}

} // namespace timeball::console
