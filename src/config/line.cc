// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Tokens of an ntp.conf.

#include "config/line.h"

#include <utility>

namespace timeball::config {

namespace {

constexpr std::string_view blanks = " \t\v\f\r";
constexpr std::string_view specials = "{}(),;|=";

bool is_one_of(std::string_view set, char c)
{
    return set.find(c) != set.npos;
}

} // namespace

Line::Line(std::string_view text, std::string file, int number)
    : text_{text}, file_{std::move(file)}, number_{number}
{
}

std::optional<Token> Line::next(bool is_word)
{
    at_ = std::min(text_.find_first_not_of(blanks, at_), text_.size());
    if (at_ == text_.size() || text_[at_] == '#')
        return std::nullopt;

    Token token;
    token.column = static_cast<int>(at_) + 1;
    if (text_[at_] == '"') {
        const auto end = std::min(text_.find('"', at_ + 1), text_.size());
        token.text = text_.substr(at_ + 1, end - at_ - 1);
        token.is_quoted = true;
        at_ = std::min(end + 1, text_.size());
        return token;
    }
    const auto start = at_;
    if (is_word && is_one_of(specials, text_[at_])) {
        ++at_;
    } else {
        while (at_ < text_.size() && text_[at_] != '#' && !is_one_of(blanks, text_[at_])
            && !(is_word && is_one_of(specials, text_[at_])))
            ++at_;
    }
    token.text = text_.substr(start, at_ - start);
    return token;
}

std::optional<Token> Line::word()
{
    return next(true);
}

std::optional<Token> Line::string()
{
    return next(false);
}

std::optional<Token> Line::peek() const
{
    Line copy = *this;
    return copy.word();
}

bool Line::has_open_quote() const
{
    Line copy = *this;
    copy.at_ = 0;
    while (const auto token = copy.string()) {
        const auto closing = copy.at_; // behind the closing quote, if there is one
        if (token->is_quoted
            && (closing == static_cast<std::size_t>(token->column) || text_[closing - 1] != '"'))
            return true;
    }
    return false;
}

} // namespace timeball::config
