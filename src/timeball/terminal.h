// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The terminal on standard input and output, through ncurses: the only file that paints. Taken over
// while a Terminal lives, and left as it was found, even when the program dies.

#include "base/result.h"
#include "timeball/model.h"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace timeball::console {

class Terminal {
public:
    // There can be one. In words, why it cannot be.
    static Result<std::unique_ptr<Terminal>, std::string> open();
    ~Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    void show(const Screen& screen); // sends what has changed
    void forget(); // something else has written here: show() sends everything again

    // A key or a click of the mouse, whose wheel is as good as the arrow keys. Nothing when none is
    // waiting.
    using Input = std::variant<KeyPressed, Clicked>;
    std::optional<Input> read();
    void ring();
    bool is_gone() const; // nobody will press a key any more

    Size size(); // asked of the system

    void leave(); // for a while: gives the terminal back
    void come_back();

private:
    explicit Terminal(void* curses) : curses_{curses} { }
    void choose_looks();

    struct Look {
        unsigned attributes = 0;
        short pair = 0;
    };
    Look look_of(Style style) const;

    void* curses_; // ncurses' SCREEN
    std::array<Look, 12> looks_; // by role
    std::optional<Screen> shown_;
};

// Whether the locale and the terminal show more than ASCII.
bool shows_unicode();

} // namespace timeball::console
