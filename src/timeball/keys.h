// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The keyboard: which key means what. One table; the help and the manual page follow from it.

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace timeball::console {

// A Unicode character, or one of these.
using Key = char32_t;
namespace key {
inline constexpr Key up = 0x110000, down = 0x110001, left = 0x110002, right = 0x110003,
                     page_up = 0x110004, page_down = 0x110005, home = 0x110006, end = 0x110007,
                     f1 = 0x110008, f10 = 0x110009, back_tab = 0x11000a;
inline constexpr Key enter = U'\r', escape = 0x1b, tab = U'\t', backspace = 0x7f, control_c = 0x03,
                     control_l = 0x0c, control_u = 0x15;
} // namespace key

enum class Command {
    up,
    down,
    page_up,
    page_down,
    first,
    last,
    open,
    back,
    view_overview, // the views in the order of View
    view_peer,
    view_clients,
    view_access,
    view_clock,
    view_refclocks,
    view_events,
    view_hosts,
    next_view,
    previous_view,
    next_host,
    previous_host,
    filter,
    sort,
    reverse,
    refresh,
    pause,
    slower,
    faster,
    numeric,
    longer_plots,
    shorter_plots,
    save,
    command_line,
    redraw,
    help,
    quit
};

struct Binding {
    Command command;
    std::vector<Key> keys;
    std::string_view names; // as help and manual show them: "Up, k"
    std::string_view meaning;
};

std::span<const Binding> bindings();
std::optional<Command> command_of(Key key);

} // namespace timeball::console
