// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The way out for a program that dies: when it crashes, when an assertion fails or nobody catches
// an exception, the terminal gets back the modes it had and whatever ends our use of its screen.

namespace timeball::console::rescue {

void remember(int input, int output); // the modes as they are now

// What terminfo knows of the terminal that curses has taken over.
bool can_move_cursor();

void arm(); // from here on
void disarm(); // the terminal was given back in an orderly way

void restore() noexcept; // at once, when armed; safe in a signal handler

} // namespace timeball::console::rescue
