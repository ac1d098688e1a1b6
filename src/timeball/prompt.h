// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The line at the bottom where the operator writes: a filter, a file's name, a command, a key. What
// a command means is decided here too.

#include "timeball/errand.h"
#include "timeball/keys.h"

#include <optional>
#include <string>
#include <string_view>

namespace timeball::console {

struct Prompt {
    enum class Kind { filter, save, command, key, password, confirm };

    Kind kind = Kind::filter;
    std::string text; // UTF-8
    Password password; // instead of text
    std::string before; // the filter as it was, the line to confirm

    bool is_secret() const { return kind == Kind::password; }
};

// What a key does to it.
enum class PromptStep { edited, done, left };
PromptStep edit(Prompt& prompt, Key key);

std::string label(const Prompt& prompt); // "Filter: "

// "17", "17 aes"; nothing when it is no key.
std::optional<Credentials> parse_key(std::string_view text);

// What a line behind ':' wants.
struct CommandLine {
    enum class Kind {
        nothing,
        quit,
        help,
        host,
        view,
        interval,
        save,
        key,
        forget,
        change,
        unknown
    };
    Kind kind = Kind::nothing;
    std::string argument; // what follows the word; the whole line of a change
    bool is_destructive = false; // takes something away or may stop time service
};
CommandLine parse_command(std::string_view line);

} // namespace timeball::console
