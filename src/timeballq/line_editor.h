// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Lines that somebody types: with editing, history and completion when the program was built with
// libedit and speaks to a terminal, else as they come.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace timeball::query {

class LineEditor {
public:
    using Complete = std::function<std::vector<std::string>(std::string_view line)>;

    // `history_file` is read, and written at the end; none when it is empty.
    LineEditor(std::string prompt, Complete complete, std::string history_file);
    ~LineEditor();
    LineEditor(const LineEditor&) = delete;
    LineEditor& operator=(const LineEditor&) = delete;

    std::optional<std::string> line(); // nothing at the end

    static bool is_terminal();

private:
    struct Terminal;
    std::unique_ptr<Terminal> terminal_; // null: no editing
    std::string prompt_;
};

// What somebody types after the prompt; a secret is not shown. Nothing without a terminal.
std::optional<std::string> ask_terminal(const std::string& prompt, bool is_secret);

} // namespace timeball::query
