// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Everything about one association: how it stands and why, its filter register, how its offset
// went, and all variables as the server told them.

#include "timeball/update.h"
#include "timeball/view_parts.h"
#include "timeball/words.h"

#include <algorithm>
#include <fmt/format.h>

namespace timeball::console {

namespace {

constexpr int filter_width = 38;
constexpr int plot_lines = 9; // as many as the filter register needs with its heading
constexpr int slot_width = 37; // of a variable; long ones take several

std::string capitalized(std::string_view words)
{
    std::string text{words};
    if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
        text.front() = static_cast<char>(text.front() - 'a' + 'A');
    return text;
}

void write_heading(Page& page, const Peer& peer, const Model& model, const Glyphs& with)
{
    page.screen.put(
        {1, page.line}, static_cast<char32_t>(tally(peer.status.select)), {role_of(peer)});
    const std::string id = fmt::format("association {}", peer.id.value);
    const int right = page.columns() - 1 - static_cast<int>(id.size());
    page.screen.put(
        {3, page.line}, fit(peer.figures.name(model.is_numeric), right - 5, with), {role_of(peer)});
    page.screen.put({right, page.line++}, id, {Role::label});
}

bool has_address(const PeerFigures& figures)
{
    return !figures.address.empty() && figures.address != "0.0.0.0" && figures.address != "::";
}

void write_standing(Page& page, const Peer& peer, const Glyphs& with)
{
    std::string words = capitalized(standing(peer));
    words += peer.status.is_reachable ? "; reachable" : "; not reachable";
    words += peer.status.is_configured ? ", configured" : ", not configured";
    if (peer.status.wants_authentication)
        words += peer.status.is_authentic ? ", authenticated" : ", NOT authenticated";
    words += fmt::format("; last event: {}", event_in_words(peer.status.event_code));
    if (peer.status.event_count > 1)
        words += fmt::format(" ({} times)", peer.status.event_count);
    page.screen.put({3, page.line++}, fit(words, page.columns() - 4, with));

    const PeerFigures& f = peer.figures;
    words = has_address(f) ? "Address " + f.address : "Address not known yet";
    if (has_address(f) && !f.local_address.empty())
        words += ", seen from " + f.local_address;
    page.screen.put({3, page.line++}, fit(words, page.columns() - 4, with));
}

// The server's own words, several sentences perhaps.
void write_why(Page& page, const Peer& peer)
{
    const int room = page.columns() - 5;
    std::string_view rest = peer.why;
    while (!rest.empty()) {
        std::size_t end = rest.size();
        if (end > static_cast<std::size_t>(room)) {
            end = rest.rfind(' ', static_cast<std::size_t>(room));
            if (end == std::string_view::npos || end == 0)
                end = static_cast<std::size_t>(room);
        }
        page.screen.put({3, page.line++}, rest.substr(0, end), {Role::key});
        rest.remove_prefix(std::min(rest.size(), end + 1));
    }
}

void write_tests(Page& page, const Peer& peer, const Glyphs& with)
{
    if (!peer.figures.flash)
        return;
    if (*peer.figures.flash == 0) {
        page.screen.put({3, page.line++}, "All packet and peer tests passed.");
        return;
    }
    int column = page.screen.put(
        {3, page.line}, fmt::format("Tests failed (flash 0x{:x}): ", *peer.figures.flash));
    for (const std::string& words : flash_in_words(*peer.figures.flash)) {
        const auto glyphs = fit(words, page.columns() - 6, with);
        if (column + static_cast<int>(glyphs.size()) > page.columns() - 2) {
            ++page.line;
            column = 5;
        }
        column = page.screen.put({column, page.line}, glyphs, {Role::caution}) + 2;
    }
    ++page.line;
}

void write_figures(Page& page, const Peer& peer)
{
    const PeerFigures& f = peer.figures;
    const auto in_ms = [&](const std::optional<Seconds>& value, bool is_signed) -> std::string {
        if (!value || !f.received)
            return "-";
        return (is_signed ? signed_milliseconds(*value, 10, 6) : milliseconds(*value, 10, 6))
            + " ms";
    };
    const std::pair<const char*, std::string> figures[] = {
        {"Offset", in_ms(f.offset, true)},
        {"Delay", in_ms(f.delay, false)},
        {"Jitter", in_ms(f.jitter, false)},
        {"Dispersion", in_ms(f.dispersion, false)},
        {"Distance", in_ms(f.root_distance(), false)},
        {"Root delay", in_ms(f.root_delay, false)},
        {"Root disp", in_ms(f.root_dispersion, false)},
        {"Reach", fmt::format("{:o}", f.reach.value_or(0))},
    };
    constexpr int width = 27, value_width = 13;
    const int beside = std::max(1, (page.columns() - 3) / width);
    int count = 0;
    for (const auto& [label, value] : figures) {
        if (count > 0 && count % beside == 0)
            ++page.line;
        const int column = 3 + count++ % beside * width;
        page.screen.put({column, page.line}, label, {Role::label});
        page.screen.put(
            {column + 11 + value_width - static_cast<int>(value.size()), page.line}, value);
    }
    ++page.line;
}

void write_filter(Page& page, const Peer& peer, int line)
{
    page.screen.put({3, line}, "Filter", {Role::heading});
    page.screen.put({17, line}, "DELAY", {Role::heading});
    page.screen.put({26, line}, "OFFSET", {Role::heading});
    page.screen.put({37, line}, "DISP", {Role::heading});
    int stage = 0;
    for (const FilterStage& s : peer.figures.filter) {
        ++line;
        // A dispersion of 16 s is a stage that never held a sample.
        const bool is_empty = s.dispersion >= Seconds{15.9};
        const Style style{is_empty ? Role::dim : Role::text};
        page.screen.put({3, line}, stage == 0 ? "newest" : fmt::format("{}", stage), {Role::label});
        const auto put = [&](int right, const std::string& words) {
            page.screen.put({right - static_cast<int>(words.size()), line}, words, style);
        };
        put(22, is_empty ? "-" : milliseconds(s.delay, 9));
        put(32, is_empty ? "-" : signed_milliseconds(s.offset, 9));
        put(41, is_empty ? "-" : milliseconds(s.dispersion, 8));
        ++stage;
    }
}

// The filter register at the left and the plot beside it, or below where there is no room.
void write_samples(Page& page, const Peer& peer, const Model& model, const Glyphs& with)
{
    const bool has_filter = !peer.figures.filter.empty();
    const bool is_beside = has_filter && page.columns() >= filter_width + 40;
    if (has_filter) {
        write_filter(page, peer, page.line);
        page.line += is_beside ? 0 : 10;
    }
    const auto history = model.server().peer_offset.find(peer.id);
    const bool has_plot
        = history != model.server().peer_offset.end() && !history->second.points().empty();
    if (has_plot) {
        const int left = is_beside ? filter_width + 6 : 3;
        draw_plot(page.screen, {left, page.line}, {page.columns() - left - 2, plot_lines},
            titled(offset_plot, model),
            curve(history->second, shown_moment(model), plot_span(model)), with);
    }
    page.line += has_plot || is_beside ? plot_lines + 1 : 0;
}

} // namespace

Screen details_page(const Model& model, Size size)
{
    const Glyphs& with = glyphs_of(model.alphabet);
    const Peer* peer = selected_peer(model);
    if (!peer)
        return Screen{{size.columns, 0}};
    const int variables = static_cast<int>(peer->variables.size());
    Page page{Screen{{size.columns, 60 + 2 * variables}}};
    write_heading(page, *peer, model, with);
    write_standing(page, *peer, with);
    write_why(page, *peer);
    write_tests(page, *peer, with);
    ++page.line;
    write_figures(page, *peer);
    ++page.line;
    write_samples(page, *peer, model, with);
    write_variables(page, peer->variables, "Variables", with);
    return top_of(page.screen, page.line);
}

} // namespace timeball::console
