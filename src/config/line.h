// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// One line of an ntp.conf, taken apart from left to right. What a token is depends on what is
// expected at its place, so whoever reads the line asks either for a word or for a string.

#include <optional>
#include <string>
#include <string_view>

namespace timeball::config {

struct Token {
    std::string text;
    int column = 1; // in octets, from 1
    bool is_quoted = false; // then it is never a keyword
};

class Line {
public:
    Line() = default;
    Line(std::string_view text, std::string file, int number);

    // The next token, or nothing at the end of the line or at a comment. `{ } ( ) , ; | =` are
    // tokens of their own as words, and ordinary letters within a string.
    std::optional<Token> word() { return next(text_, at_, true); }
    std::optional<Token> string() { return next(text_, at_, false); }
    std::optional<Token> peek() const; // the word to come

    bool is_at_end() const { return !peek(); }
    bool has_open_quote() const; // a quote that the end of the line closed

    const std::string& text() const { return text_; } // all of it
    const std::string& file() const { return file_; }
    int number() const { return number_; }

private:
    static std::optional<Token> next(const std::string& text, std::size_t& at, bool is_word);

    std::string text_;
    std::string file_;
    int number_ = 0;
    std::size_t at_ = 0;
};

} // namespace timeball::config
