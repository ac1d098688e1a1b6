// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The reference clocks: what each device says and how often it failed to.

#include "control/variables.h"
#include "timeball/update.h"
#include "timeball/view_parts.h"
#include "timeball/words.h"

#include <algorithm>
#include <fmt/format.h>

namespace timeball::console {

namespace {

using Words = std::u32string;

Entry counter(const Variables& clock, std::string_view name)
{
    const auto value = clock.integer(name);
    if (!value)
        return Words{U"-"};
    return {std::string_view{fmt::format("{}", *value)}, static_cast<double>(*value),
        *value > 0 && name != "poll" ? std::optional{Role::caution} : std::nullopt};
}

Entry in_ms(const std::optional<Seconds>& value, bool is_signed)
{
    if (!value)
        return Words{U"-"};
    const std::string words
        = is_signed ? signed_milliseconds(*value, 10, 6) : milliseconds(*value, 10, 6);
    return {std::string_view{words}, value->count() * 1e3};
}

} // namespace

Sheet refclocks_sheet(const Model& model, int columns)
{
    Sheet sheet;
    sheet.empty = "it has no reference clocks";
    if (!model.server().answers)
        return sheet;
    const bool is_wide = columns >= 120;
    sheet.columns = {{"clock", U"CLOCK", is_wide ? 20 : 12, true}, {"refid", U"REFID", 5, true},
        {"standing", U"STANDING", 12, true}, {"offset_ms", U"OFFSET", 10},
        {"jitter_ms", U"JITTER", 10}, {"polls", U"POLLS", 6},
        {"silent", U"SILENT", 6, false, columns >= 72},
        {"bad_format", U"FORMAT", 6, false, columns >= 86},
        {"bad_data", U"DATA", 5, false, columns >= 86}, {"device", U"DEVICE", 16, true, is_wide},
        {"timecode", U"TIMECODE", std::max(10, columns - 130), true, is_wide}};
    for (const Peer& peer : model.server().answers->peers) {
        if (!peer.figures.is_refclock())
            continue;
        const PeerFigures& f = peer.figures;
        const bool is_heard = f.received.has_value();
        sheet.rows.push_back({fmt::format("{}", peer.id.value),
            static_cast<char32_t>(tally(peer.status.select)), U' ', role_of(peer),
            {Entry{std::string_view{f.name(model.is_numeric)}},
                Entry{std::string_view{f.reference_id}}, Entry{standing(peer)},
                in_ms(is_heard ? f.offset : std::nullopt, true),
                in_ms(is_heard ? f.jitter : std::nullopt, false), counter(peer.clock, "poll"),
                counter(peer.clock, "noreply"), counter(peer.clock, "badformat"),
                counter(peer.clock, "baddata"), Entry{std::string_view{peer.clock.get("device")}},
                Entry{std::string_view{peer.clock.get("timecode")}}}});
    }
    return sheet;
}

Screen refclock_page(const Model& model, Size size)
{
    const Glyphs& with = glyphs_of(model.alphabet);
    const Sheet rows = sheet(model, View::refclocks, size.columns);
    if (rows.rows.empty())
        return Screen{{size.columns, 0}};
    const int row = std::max(
        0, row_of(rows, model.listings[static_cast<std::size_t>(View::refclocks)].selected));
    const auto id = control::to_integer(rows.rows[static_cast<std::size_t>(row)].identity);
    const Peer* peer
        = peer_of(model.server(), AssociationId{static_cast<std::uint16_t>(id.value_or(0))});
    if (!peer)
        return Screen{{size.columns, 0}};

    const int variables = static_cast<int>(peer->clock.size());
    Page page{Screen{{size.columns, 40 + 2 * variables}}};
    const auto history = model.server().peer_offset.find(peer->id);
    if (history != model.server().peer_offset.end() && !history->second.points().empty()) {
        const int lines = std::clamp(size.lines / 3, 5, 14);
        draw_plot(page.screen, {1, page.line}, {size.columns - 2, lines},
            titled(offset_plot, model),
            curve(history->second, shown_moment(model), plot_span(model)), with);
        page.line += lines + 1;
    }
    if (!peer->clock.empty())
        write_variables(page, peer->clock, "What the driver says", with);
    return top_of(page.screen, page.line);
}

} // namespace timeball::console
