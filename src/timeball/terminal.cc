// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "timeball/terminal.h"

#include "timeball/rescue.h"

#define NCURSES_NOMACROS // its macros have the names of other people's functions
#include <curses.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <langinfo.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace timeball::console {

namespace {

// Colors that can be read on black and on white: of middle lightness where there are 256 of them.
struct Color {
    short of_8, of_256;
};
constexpr Color usual{-1, -1}, gray{-1, 244}, green{COLOR_GREEN, 28}, cyan{COLOR_CYAN, 31},
    magenta{COLOR_MAGENTA, 166}, red{COLOR_RED, 160}, blue{COLOR_CYAN, 32};

struct RoleLook {
    Color color;
    attr_t attributes; // besides the color
    attr_t without_color;
};

// In the order of Role.
constexpr std::array<RoleLook, 12> role_looks{{
    {usual, A_NORMAL, A_NORMAL}, // text
    {gray, A_NORMAL, A_NORMAL}, // label
    {gray, A_NORMAL, A_DIM}, // dim
    {usual, A_REVERSE, A_REVERSE}, // title
    {usual, A_BOLD, A_BOLD}, // heading
    {usual, A_BOLD, A_BOLD}, // key
    {green, A_BOLD, A_BOLD}, // good
    {cyan, A_NORMAL, A_NORMAL}, // candidate
    {magenta, A_NORMAL, A_NORMAL}, // caution
    {red, A_BOLD, A_BOLD}, // bad
    {blue, A_NORMAL, A_NORMAL}, // plot
    {gray, A_NORMAL, A_NORMAL}, // axis
}};

bool wants_color()
{
    const char* refusal = std::getenv("NO_COLOR"); // https://no-color.org
    return (!refusal || *refusal == '\0') && has_colors();
}

Key to_key(wint_t code, bool is_function)
{
    if (!is_function)
        return code == U'\n' ? key::enter : code == U'\b' ? key::backspace : static_cast<Key>(code);
    switch (code) {
    case KEY_UP:
        return key::up;
    case KEY_DOWN:
        return key::down;
    case KEY_LEFT:
        return key::left;
    case KEY_RIGHT:
        return key::right;
    case KEY_PPAGE:
        return key::page_up;
    case KEY_NPAGE:
        return key::page_down;
    case KEY_HOME:
    case KEY_A1:
        return key::home;
    case KEY_END:
    case KEY_C1:
        return key::end;
    case KEY_ENTER:
        return key::enter;
    case KEY_F(1):
        return key::f1;
    case KEY_F(10):
        return key::f10;
    case KEY_BTAB:
        return key::back_tab;
    case KEY_BACKSPACE:
    case KEY_DC:
        return key::backspace;
    default:
        return 0;
    }
}

} // namespace

Result<std::unique_ptr<Terminal>, std::string> Terminal::open()
{
    const char* name = std::getenv("TERM");
    if (!name || *name == '\0')
        return unexpected(std::string{"TERM does not say which terminal this is"});
    // Before curses changes anything.
    rescue::remember(STDIN_FILENO, STDOUT_FILENO);
    set_escdelay(25);
    ::SCREEN* curses = newterm(nullptr, stdout, stdin);
    if (!curses)
        return unexpected("nothing is known about the terminal '" + std::string{name} + "'");
    std::unique_ptr<Terminal> terminal{new Terminal{curses}};
    if (!rescue::can_move_cursor())
        return unexpected("the terminal '" + std::string{name} + "' cannot move its cursor");
    rescue::arm();
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, true);
    nodelay(stdscr, true);
    scrollok(stdscr, false);
    curs_set(0);
    mouseinterval(0); // waiting for the second of two clicks would make each one late
    mousemask(BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON4_PRESSED | BUTTON5_PRESSED, nullptr);
    terminal->choose_looks();
    return terminal;
}

Terminal::~Terminal()
{
    leave();
    rescue::disarm();
    delscreen(static_cast<::SCREEN*>(curses_));
}

void Terminal::choose_looks()
{
    const bool is_colored = wants_color() && start_color() == OK && use_default_colors() == OK;
    for (std::size_t role = 0; role < role_looks.size(); ++role) {
        const RoleLook& look = role_looks[role];
        if (!is_colored) {
            looks_[role] = {look.without_color, 0};
            continue;
        }
        const short color = COLORS >= 256 ? look.color.of_256 : look.color.of_8;
        const auto pair = static_cast<short>(role + 1);
        if (color >= 0)
            init_pair(pair, color, -1);
        looks_[role] = {look.attributes, color >= 0 ? pair : short{0}};
    }
}

Terminal::Look Terminal::look_of(Style style) const
{
    Look look = looks_[static_cast<std::size_t>(style.role)];
    // The bar is of one color: a patchwork of reversed ones is hard to read.
    if (style.is_selected)
        look = {(look.attributes & A_BOLD) | A_REVERSE, 0};
    return look;
}

void Terminal::show(const Screen& screen)
{
    const bool is_known = shown_ && shown_->size() == screen.size();
    if (!is_known)
        werase(stdscr);
    for (int line = 0; line < screen.size().lines; ++line) {
        for (int column = 0; column < screen.size().columns; ++column) {
            const Cell& cell = screen.at({column, line});
            if (is_known && shown_->at({column, line}) == cell)
                continue;
            const Look look = look_of(cell.style);
            const wchar_t glyph[2] = {static_cast<wchar_t>(cell.glyph), L'\0'};
            cchar_t character;
            if (setcchar(&character, glyph, look.attributes, look.pair, nullptr) == OK)
                mvwadd_wch(stdscr, line, column, &character);
        }
    }
    shown_ = screen;
    wrefresh(stdscr);
}

void Terminal::forget()
{
    shown_.reset();
    clearok(stdscr, true);
}

std::optional<Terminal::Input> Terminal::read()
{
    wint_t code = 0;
    const int kind = wget_wch(stdscr, &code);
    if (kind == ERR)
        return std::nullopt;
    if (kind != KEY_CODE_YES || code != KEY_MOUSE)
        return KeyPressed{to_key(code, kind == KEY_CODE_YES)};
    MEVENT event;
    if (getmouse(&event) != OK)
        return KeyPressed{0};
    if ((event.bstate & BUTTON4_PRESSED) != 0)
        return KeyPressed{key::up};
    if ((event.bstate & BUTTON5_PRESSED) != 0)
        return KeyPressed{key::down};
    if ((event.bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED)) != 0)
        return Clicked{{event.x, event.y}};
    return KeyPressed{0};
}

void Terminal::ring()
{
    beep();
}

bool Terminal::is_gone() const
{
    pollfd input{STDIN_FILENO, POLLIN, 0};
    return poll(&input, 1, 0) > 0 && (input.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

Size Terminal::size()
{
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0
        && (size.ws_col != COLS || size.ws_row != LINES)) {
        resizeterm(size.ws_row, size.ws_col);
        shown_.reset();
    }
    return {COLS, LINES};
}

void Terminal::leave()
{
    def_prog_mode();
    // Where there is no second screen, what comes next is written into our last line.
    wmove(stdscr, LINES - 1, 0);
    wclrtoeol(stdscr);
    wrefresh(stdscr);
    shown_.reset();
    endwin();
}

void Terminal::come_back()
{
    reset_prog_mode();
    forget();
}

bool shows_unicode()
{
    if (std::strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        return false;
    // The fonts of these have no braille, whatever the locale says.
    const std::string name = std::getenv("TERM") ? std::getenv("TERM") : "";
    return name != "linux" && !name.starts_with("vt");
}

} // namespace timeball::console
