// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "timeball/keys.h"

#include <algorithm>

namespace timeball::console {

std::span<const Binding> bindings()
{
    static const std::vector<Binding> table{
        {Command::view_overview, {U'1'}, "1", "overview: clock, sources, requests"},
        {Command::view_peer, {U'2'}, "2", "everything about one source"},
        {Command::view_clients, {U'3'}, "3", "clients: who asks, and how often"},
        {Command::view_access, {U'4'}, "4", "access: restrictions, limits, kisses"},
        {Command::view_clock, {U'5'}, "5", "clock: discipline, kernel, leap seconds"},
        {Command::view_refclocks, {U'6'}, "6", "reference clocks"},
        {Command::view_events, {U'7'}, "7", "events: what happened, newest first"},
        {Command::view_hosts, {U'8'}, "8", "hosts: one line for each server"},
        {Command::next_view, {key::tab}, "Tab", "next view"},
        {Command::previous_view, {key::back_tab}, "Shift-Tab", "previous view"},
        {Command::next_host, {U']'}, "]", "next server"},
        {Command::previous_host, {U'['}, "[", "previous server"},
        {Command::up, {key::up, U'k'}, "Up, k", "previous line"},
        {Command::down, {key::down, U'j'}, "Down, j", "next line"},
        {Command::first, {key::home, U'g'}, "Home, g", "first line"},
        {Command::last, {key::end, U'G'}, "End, G", "last line"},
        {Command::page_up, {key::page_up, U'b'}, "PgUp, b", "one page up"},
        {Command::page_down, {key::page_down, U'f'}, "PgDn, f", "one page down"},
        {Command::open, {key::enter, key::right, U'l'}, "Enter, Right, l",
            "into what the bar is on"},
        {Command::back, {key::escape, key::left, U'h'}, "Esc, Left, h", "back; no filter"},
        {Command::filter, {U'/'}, "/", "only lines that hold a text"},
        {Command::sort, {U's'}, "s", "sort by the next column"},
        {Command::reverse, {U'S'}, "S", "sort the other way round"},
        {Command::refresh, {U'r'}, "r", "ask the servers now"},
        {Command::pause, {U' '}, "Space", "stop asking; again: go on"},
        {Command::slower, {U'+', U'='}, "+", "ask less often"},
        {Command::faster, {U'-'}, "-", "ask more often"},
        {Command::numeric, {U'n'}, "n", "addresses or names"},
        {Command::shorter_plots, {U'<', U','}, "<", "plots of a shorter time"},
        {Command::longer_plots, {U'>', U'.'}, ">", "plots of a longer time"},
        {Command::save, {U'e'}, "e", "save what is seen, as CSV or JSON"},
        {Command::command_line, {U':'}, ":", "command line, to change the server"},
        {Command::redraw, {key::control_l}, "Ctrl-L", "draw the screen anew"},
        {Command::help, {key::f1, U'?'}, "?, F1", "this help"},
        {Command::quit, {U'q', key::f10}, "q, F10", "quit"},
    };
    return table;
}

std::optional<Command> command_of(Key key)
{
    for (const Binding& binding : bindings())
        if (std::find(binding.keys.begin(), binding.keys.end(), key) != binding.keys.end())
            return binding.command;
    return std::nullopt;
}

} // namespace timeball::console
