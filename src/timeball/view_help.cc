// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The help: every key, what the signs of the table mean, and where the rest is said.

#include "timeball/keys.h"
#include "timeball/view.h"
#include "timeball/view_parts.h"

#include <algorithm>
#include <array>

namespace timeball::console {

namespace {

struct Sign {
    sync::Select select;
    const char* meaning;
};
constexpr std::array<Sign, 8> signs{{
    {sync::Select::system_peer, "system peer: the clock follows it"},
    {sync::Select::pps_peer, "system peer that gives a pulse"},
    {sync::Select::candidate, "candidate: takes part in the combination"},
    {sync::Select::outlier, "outlier: good, but others are better"},
    {sync::Select::backup, "backup: more of them than needed"},
    {sync::Select::excess, "excess: too far down the list"},
    {sync::Select::falseticker, "falseticker: contradicts the majority"},
    {sync::Select::reject, "not usable: unreachable, not synchronized or too far"},
}};

} // namespace

int help_room(Size size)
{
    return std::max(1, size.lines - 2);
}

// Two columns where they fit, else one below the other.
Screen help_page(Size size, const Glyphs&)
{
    const auto keys = static_cast<int>(bindings().size());
    const bool is_wide = size.columns >= 126;
    const int signs_lines = static_cast<int>(signs.size()) + 7;
    Screen page{{size.columns, is_wide ? std::max(keys, signs_lines) + 2 : keys + signs_lines + 4}};

    constexpr int key_column = 2, meaning_column = 20;
    int line = 0;
    page.put({key_column, line++}, "Keys", {Role::heading});
    for (const Binding& binding : bindings()) {
        page.put({key_column, line}, binding.names, {Role::key});
        page.put({meaning_column, line++}, binding.meaning);
    }

    const int left = is_wide ? 70 : key_column;
    line = is_wide ? 0 : line + 1;
    page.put({left, line++}, "Signs in front of an association", {Role::heading});
    for (const Sign& sign : signs) {
        const char symbol = tally(sign.select);
        page.put({left, line}, std::string_view{&symbol, 1}, {role_of(sign.select)});
        page.put({left + 3, line++}, sign.meaning);
    }
    ++line;
    for (const char* sentence : {"T: u unicast, p pool, l reference clock, s symmetric,",
             "   b broadcast, 0-8 NTS cookies. WHEN: seconds since the",
             "last reply. REACH: the last eight polls, newest at the",
             "right. DELAY, OFFSET, JITTER: milliseconds; a positive",
             "offset says that we are behind. K kissed, L limited.",
             "A click chooses, another one opens. More: man timeball"})
        page.put({left, line++}, sentence, {Role::label});
    return page;
}

} // namespace timeball::console
