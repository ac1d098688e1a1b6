// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What pages of text are made of: groups of figures side by side, and lists of variables.

#include "timeball/update.h"
#include "timeball/view_parts.h"

#include <algorithm>

namespace timeball::console {

namespace {

constexpr int slot_width = 37; // of a variable; long ones take several
constexpr int gap = 3;

} // namespace

void write_groups(Page& page, const std::vector<Group>& groups, const Glyphs& with)
{
    int column = 1, lowest = page.line;
    for (const Group& group : groups) {
        const int width = group.label_width + 1 + group.value_width;
        if (column > 1 && column + width > page.columns()) {
            column = 1;
            page.line = lowest + 1;
        }
        int line = page.line;
        page.screen.put({column, line++}, group.title, {Role::heading});
        for (const Figure& figure : group.figures) {
            page.screen.put(
                {column, line}, fit(figure.label, group.label_width, with), {Role::label});
            page.screen.put({column + group.label_width + 1, line++},
                fit(figure.value, std::min(group.value_width, page.columns() - column - 1), with),
                {figure.role});
        }
        lowest = std::max(lowest, line);
        column += width + gap;
    }
    page.line = lowest + 1;
}

void write_variables(
    Page& page, const Variables& variables, std::string_view title, const Glyphs& with)
{
    page.screen.put({3, page.line++}, title, {Role::heading});
    const int room = page.columns() - 4;
    const int slots = std::max(1, room / slot_width);
    int slot = 0;
    for (const auto& [name, value, is_quoted] : variables) {
        const auto text = to_glyphs(value);
        const int length = static_cast<int>(name.size() + 1 + text.size());
        const int needed = std::min(slots, length / slot_width + 1);
        if (slot + needed > slots) {
            ++page.line;
            slot = 0;
        }
        const int column = 3 + slot * slot_width;
        const int most = slots == needed ? room : needed * slot_width - 1;
        const int end = page.screen.put({column, page.line}, name, {Role::label}) + 1;
        page.screen.put({end, page.line}, fit(text, most - (end - column), with));
        slot += needed;
    }
    ++page.line;
}

Sheet variables_sheet(const Model& model)
{
    Sheet sheet;
    sheet.columns = {{"variable", U"VARIABLE", 20, true}, {"value", U"VALUE", 60, true}};
    const auto add = [&](const Variables& variables) {
        for (const auto& [name, value, is_quoted] : variables)
            sheet.rows.push_back({name, U' ', U' ', Role::text,
                {Entry{std::string_view{name}}, Entry{std::string_view{value}}}});
    };
    if (!model.server().answers)
        return sheet;
    if (model.view == View::peer) {
        if (const Peer* peer = selected_peer(model))
            add(peer->variables);
    } else {
        add(model.server().answers->system_variables);
        if (model.server().answers->kernel)
            add(*model.server().answers->kernel);
    }
    return sheet;
}

} // namespace timeball::console
