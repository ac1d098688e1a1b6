// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "timeball/rescue.h"

#define NCURSES_NOMACROS // its macros have the names of other people's functions
#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <curses.h>
#include <exception>
#include <string>
#include <term.h>
#include <termios.h>
#include <unistd.h>

namespace timeball::console::rescue {

namespace {

// A signal handler finds nothing but globals.
std::atomic<bool> is_armed{false};
bool has_modes = false;
termios modes{};
int input_fd = -1, output_fd = -1;
std::array<char, 256> farewell_bytes{};
std::size_t farewell_size = 0;

constexpr std::array deadly{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

extern "C" void rescue_and_die(int signal)
{
    restore();
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

[[noreturn]] void rescue_and_say()
{
    restore();
    if (const std::exception_ptr unhandled = std::current_exception()) {
        try {
            std::rethrow_exception(unhandled);
        } catch (const std::exception& e) {
            std::fprintf(stderr, "timeball: %s\n", e.what());
        } catch (...) {
            std::fprintf(stderr, "timeball: an unknown exception\n");
        }
    }
    std::abort();
}

// A capability's string, if the terminal has it.
std::string capability(const char* name)
{
    const char* text = tigetstr(name);
    return text == nullptr || text == reinterpret_cast<const char*>(-1) ? std::string{} : text;
}

// Without what terminfo says about waiting: "$<5>".
std::string without_delays(std::string text)
{
    for (std::size_t at = text.find("$<"); at != std::string::npos; at = text.find("$<", at))
        text.erase(at, std::min(text.find('>', at), text.size() - 1) - at + 1);
    return text;
}

// What moves the cursor there, however many lines there will be.
std::string lowest_line()
{
    const std::string move = capability("cup");
    const char* text = tiparm(move.c_str(), 998, 0);
    return text ? text : "";
}

} // namespace

void remember(int input, int output)
{
    input_fd = input;
    output_fd = output;
    has_modes = tcgetattr(input, &modes) == 0;
}

bool can_move_cursor()
{
    return !capability("cup").empty();
}

void arm()
{
    farewell_size = 0;
    // Attributes and colors, keypad, cursor and screen as they were.
    std::string farewell;
    for (const char* name : {"sgr0", "op", "rmkx", "cnorm", "rmcup"})
        farewell += without_delays(capability(name));
    if (capability("rmcup").empty()) // no second screen: go on in the last line
        farewell += without_delays(lowest_line() + capability("el"));
    for (const char c : farewell)
        if (farewell_size < farewell_bytes.size())
            farewell_bytes[farewell_size++] = c;
    is_armed = true;
    for (const int signal : deadly)
        std::signal(signal, rescue_and_die);
    std::set_terminate(rescue_and_say);
}

void disarm()
{
    is_armed = false;
}

void restore() noexcept
{
    if (!is_armed.exchange(false))
        return;
    // There is nothing to be done about a terminal that does not take it.
    if (write(output_fd, farewell_bytes.data(), farewell_size) < 0)
        return;
    if (has_modes)
        tcsetattr(input_fd, TCSANOW, &modes);
}

} // namespace timeball::console::rescue
