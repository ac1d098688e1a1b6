// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "timeball/keys.h"

#include <algorithm>

namespace timeball::console {

std::span<const Binding> bindings()
{
    static const std::vector<Binding> table{
        {Command::up, {key::up, U'k'}, "Up, k", "previous association"},
        {Command::down, {key::down, U'j'}, "Down, j", "next association"},
        {Command::first, {key::home, U'g'}, "Home, g", "first association"},
        {Command::last, {key::end, U'G'}, "End, G", "last association"},
        {Command::page_up, {key::page_up, U'b'}, "PgUp, b", "one page up"},
        {Command::page_down, {key::page_down, U'f'}, "PgDn, f", "one page down"},
        {Command::open, {key::enter, key::right, U'l'}, "Enter, Right, l",
            "details of the association; again: back"},
        {Command::back, {key::escape, key::left, U'h'}, "Esc, Left, h", "back"},
        {Command::refresh, {U'r'}, "r", "ask the server now"},
        {Command::pause, {U' '}, "Space", "stop asking; again: go on"},
        {Command::slower, {U'+', U'='}, "+", "ask less often"},
        {Command::faster, {U'-'}, "-", "ask more often"},
        {Command::numeric, {U'n'}, "n", "addresses or names"},
        {Command::shorter_plots, {U'<', U','}, "<", "plots of a shorter time"},
        {Command::longer_plots, {U'>', U'.'}, ">", "plots of a longer time"},
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
